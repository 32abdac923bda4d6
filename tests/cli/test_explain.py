import json
import re

import pytest

from tests.cli.conftest import CONFIG

FINANCE = ("user:finance@pwani.example", "transaction:read", "tenant:pwani")
TECH = ("user:service_tech@domain.com", "metering_unit:read")
#: A line of a policy file moves with every edit above it; when the data was made differs.
MOVING = re.compile(r"[a-z]+\.polar[:\d, ]+|on \d{4}-[\dT:+-]+")


@pytest.fixture
def explain(authz, data):
    def explain(*arguments):
        return authz("explain", "-c", CONFIG, "--data", data, *arguments)

    return explain


def lines(ran):
    assert ran.code == 0, ran.err
    return [MOVING.sub("...", line) for line in ran.out.splitlines()]


def test_an_allow_shows_the_way_and_who_gave_the_role(explain):
    assert lines(explain(*FINANCE)) == [
        "allow, permitted",
        "  to the user: You may, because your role covers this for the whole company.",
        "",
        "allowed by `minigrid.role-reaches-the-whole-company`",
        "  ✓ `roles` of the subject holds `financial-manager`",
        "  ✓ `tenant_kind` of the subject is `minigrid`",
        "  at ...by ...; ...",
        "",
        "resting on",
        "  `financial-manager` in `roles`, given by Gatehouse ...",
    ]


def test_a_deny_shows_the_nearest_way_first_and_the_smallest_change_last(explain):
    shown = lines(explain(*TECH, "metering_unit:mu-102"))
    assert shown[0] == "deny, no_permit"
    nearest = shown.index(
        "could be allowed by `metering.service-company-reaches-its-units`"
    )
    assert nearest == 3
    assert shown[nearest + 5] == (
        "  ✗ `service_organization` of the resource is `gazservis`,"
        " `service_organizations` of the subject holds `techservice`"
    )
    assert shown[-3:] == [
        "",
        "the smallest change that would allow it",
        "  - add `gazservis` to `service_organizations` of the subject",
    ]


def test_a_forbid_is_shown_before_the_ways(explain):
    shown = lines(explain(*FINANCE, "--channel", "android"))
    assert shown[3:5] == [
        "forbidden by `common.web-only`",
        "  ✗ `channel` of the context is `android`, not `web`",
    ]
    assert shown[-1] == "  - set `channel` of the context to `web`"


def test_where_no_change_would_allow_it_says_why(explain):
    shown = lines(explain(*TECH, "metering_unit:none"))
    assert shown[-1] == (
        "no change would allow it: the resource `metering_unit:none` is not known"
    )


def test_a_user_hears_one_sentence_and_the_same_of_a_hidden_unit_as_of_none(explain):
    for_user = ("--for", "user", "--language", "fr")
    hidden = explain(*TECH, "metering_unit:mu-201", *for_user)
    assert lines(hidden) == [
        "deny, no_permit",
        "  to the user: Vous n’avez pas accès à cette action.",
    ]
    assert explain(*TECH, "metering_unit:none", *for_user).out == hidden.out


def test_json_is_versioned_and_holds_everything(explain):
    ran = explain(*TECH, "metering_unit:mu-102", "--output", "json")
    shown = json.loads(ran.out)
    assert (shown["schema"], shown["decision"]) == ("authz.explain/1", False)
    assert set(shown["context"]) == {
        "reason",
        "reason_user",
        "reason_admin",
        "determining_policies",
        "ways",
        "forbids",
        "facts",
        "smallest_change",
    }


def test_what_cannot_be_asked_is_one_line_and_exit_2(explain):
    ran = explain("finance", *FINANCE[1:])
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "error: SUBJECT is written type:id, not `finance`\n"


@pytest.mark.usefixtures("interpreted")
def test_of_what_is_only_interpreted_it_says_which_policy_decided(explain):
    assert lines(explain(FINANCE[0], "edit", FINANCE[2])) == [
        "allow, permitted",
        "  to the user: Because.",
        "  to an admin: allowed, permitted; `t.odd` at ...",
    ]
