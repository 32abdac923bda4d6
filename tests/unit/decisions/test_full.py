"""A full explanation: everything for an administrator, the reasons alone for others."""

import json
from collections.abc import Iterator

import pytest

from authz.assurance.fixture_facts import Fixture, FixtureFacts
from authz.decisions.explain import reasons
from authz.decisions.full import SHOWN_MAX, full
from authz.decisions.pdp import PDP, Answer
from authz.decisions.ports import Given
from authz.engine.conditions import Signature
from authz.engine.schema import Attribute
from authz.model import NOTHING, Action, Caller, Decision, Entity, Reason, Request
from tests.policies.support import NOW, person, shipped
from tests.unit.engine.sets import INTERPRETED, OWNER, loaded

CANARY = "canary"
UNIT = {
    "supply_company": "branch",
    "supply_line": ("branch", "head"),
    "service_organization": "tech",
}
TECH = person(
    "metering",
    "service_company_admin",
    supply_companies=("head",),
    service_organizations=("tech",),
    binding_kinds=("supply_company", "service_organization"),
)
READS_OWN_UNITS = "metering.service-company-reaches-its-units"


def nothing_given(_tenant: str, _account: str) -> list[Given]:
    return []


def ask(
    subject,
    action,
    resource,
    attributes,
    *,
    channel="web",
    tenant="here",
    properties=NOTHING,
) -> Answer:
    """What the shipped policies answer about a thing of that tenant."""
    kept = {k: v for k, v in subject.items() if k not in ("id", "tenant")}
    facts = FixtureFacts(
        [
            Fixture("r", tenant, resource, "thing", attributes, NOTHING),
            Fixture("s", "here", "user", "subject", kept, NOTHING),
        ],
        pages_unlocked=False,
    )
    request = Request(
        Entity("user", "subject"), Action(action, properties), Entity(resource, "thing")
    )
    policies = shipped()
    return PDP(lambda: policies, facts, lambda: NOW).evaluate(
        request, Caller("here", channel)
    )


def explained(answer, provenance=nothing_given):
    return full(answer, provenance, for_admin=True)


def test_an_allow_names_the_way_that_holds_its_places_and_what_it_rests_on():
    def given(tenant, account):
        assert (tenant, account) == ("here", "subject")
        return [
            Given("roles", "service_company_admin", "root@here", NOW, NOW + 60),
            Given("options", "reporting", "root@here", NOW),
            Given("supply_companies", "head", ""),
            Given("supply_companies", "elsewhere", "root@here"),
        ]

    said = explained(ask(TECH, "metering_unit:read", "metering_unit", UNIT), given)
    (way,) = said["ways"]
    policy = shipped().policies[READS_OWN_UNITS]
    assert way["policy"] == READS_OWN_UNITS
    assert way["places"][0] == f"{policy.file}:{policy.line}"
    assert (way["unmet"], said["forbids"], said["smallest_change"]) == ([], [], None)
    assert said["facts"] == [
        {
            "attribute": "roles",
            "value": "service_company_admin",
            "given_by": "root@here",
            "given_at": "2026-03-01T10:00:00+00:00",
            "expires_at": "2026-03-01T10:01:00+00:00",
        },
        {
            "attribute": "supply_companies",
            "value": "head",
            "given_by": None,
            "given_at": None,
            "expires_at": None,
        },
    ]


def test_a_deny_names_the_nearest_way_with_what_it_lacks_and_what_would_allow_it():
    elsewhere = UNIT | {"service_organization": "rival"}
    said = explained(ask(TECH, "metering_unit:read", "metering_unit", elsewhere))
    nearest = said["ways"][0]
    assert nearest["policy"] == READS_OWN_UNITS
    assert nearest["unmet"] == [
        {
            "condition": "resource.service_organization in subject.service_organizations",
            "seen": {
                "resource.service_organization": "rival",
                "subject.service_organizations": ["tech"],
            },
            "sentence": "`service_organization` of the resource is `rival`,"
            " `service_organizations` of the subject holds `tech`",
        }
    ]
    assert said["smallest_change"] == {
        "changes": [
            {
                "of": "subject",
                "attribute": "service_organizations",
                "operation": "add",
                "value": "rival",
                "sentence": "add `rival` to `service_organizations` of the subject",
            }
        ],
        "impossible": None,
    }


def test_a_forbid_that_holds_is_told_with_its_literals():
    said = explained(ask(TECH, "metering_unit:read", "metering_unit", UNIT, tenant="there"))
    (forbid,) = said["forbids"]
    assert forbid["policy"] == "common.other-tenant"
    assert [one["sentence"] for one in forbid["met"]] == [
        "`tenant` of the resource is `there`, `tenant` of the subject is `here`"
    ]
    assert said["smallest_change"] == {
        "changes": [],
        "impossible": "`common.other-tenant` forbids it:"
        " `tenant` of the resource is `there`, `tenant` of the subject is `here`",
    }


@pytest.mark.parametrize(
    ("decision", "why"),
    [
        (Decision(False, Reason.UNKNOWN, detail="`x` is unknown"), "`x` is unknown"),
        (Decision(False, Reason.ERROR), "no condition says what was decided"),
    ],
)
def test_a_deny_that_no_condition_gave_lists_none(decision, why):
    said = explained(Answer(decision, shipped(), 1))
    assert (said["ways"], said["forbids"], said["facts"]) == ([], [], [])
    assert said["smallest_change"] == {"changes": [], "impossible": why}


def test_everything_can_be_said_in_the_language_of_an_administrator():
    answer = ask(TECH, "metering_unit:read", "metering_unit", UNIT, tenant="there")
    english = explained(answer)
    told = full(answer, nothing_given, for_admin=True, admin_language="ru")
    assert (told["reason"], told["reason_user"]) == (
        english["reason"],
        english["reason_user"],
    )
    assert told["forbids"][0]["met"][0]["sentence"] == (
        "`tenant` ресурса: `there`, `tenant` субъекта: `here`"
    )
    assert told["smallest_change"]["impossible"] == (
        "`common.other-tenant` это запрещает:"
        " `tenant` ресурса: `there`, `tenant` субъекта: `here`"
    )


def test_where_no_condition_decided_an_administrator_hears_it_in_their_language():
    answer = Answer(Decision(False, Reason.ERROR), shipped(), 1)
    told = full(answer, nothing_given, for_admin=True, admin_language="fr")
    assert told["smallest_change"] == {
        "changes": [],
        "impossible": "aucune condition ne dit ce qui a été décidé",
    }


def test_a_decision_that_its_conditions_do_not_give_is_not_explained_by_them():
    answer = ask(TECH, "metering_unit:read", "metering_unit", UNIT)
    other = Answer(Decision(False, Reason.NO_PERMIT), answer.policies, 1, answer.inputs)
    assert explained(other)["smallest_change"] == {
        "changes": [],
        "impossible": "no condition says what was decided",
    }


def test_of_a_large_set_some_elements_are_shown():
    many = TECH | {"service_organizations": tuple(f"o{n:03}" for n in range(200))}
    said = explained(ask(many, "metering_unit:read", "metering_unit", UNIT))
    (unmet,) = said["ways"][0]["unmet"]
    assert len(unmet["seen"]["subject.service_organizations"]) == SHOWN_MAX


SUBJECTS = [
    person("metering", "service_company_admin", supply_companies=("head",)),
    person("metering", "platform_reader"),
    person("minigrid", "user", clusters=("c1",), binding_kinds=("cluster",)),
    person("minigrid", "owner", pages_protected=True),
    person("minigrid"),
    person("system", "operator"),
]


def asked_of_everything() -> Iterator[Answer]:
    """Every action on a thing of each type, all of whose attributes are marked."""
    policies = shipped()
    for signature in policies.signatures():
        kind = policies.schema.types[signature.resource]
        marked = {one.name: _marked(one) for one in kind.attributes.values()}
        for subject in SUBJECTS:
            for tenant in ("here", "there"):
                yield _about(signature, subject, marked, tenant)


def _about(signature: Signature, subject, marked, tenant) -> Answer:
    return ask(
        subject, signature.action, signature.resource, marked, channel="api", tenant=tenant
    )


def _marked(attribute: Attribute) -> object:
    return {
        "string": f"{CANARY}-{attribute.name}",
        "string-set": (f"{CANARY}-{attribute.name}", "head", "owner"),
        "boolean": True,
        "integer": 424_242,
    }[attribute.type]


def test_who_may_not_see_explanations_learns_no_attribute_of_anything():
    shown_to_admins = 0
    for number, answer in enumerate(asked_of_everything()):
        for language in ("en", "ru", "uz", "fr"):
            told = full(answer, nothing_given, language=language, for_admin=False)
            assert told == reasons(answer, language=language, for_admin=False)
            assert set(told) == {"reason", "reason_user", "determining_policies"}
            said = json.dumps(told)
            assert CANARY not in said
            assert "424242" not in said
        if number % 20 == 0:
            shown_to_admins += CANARY in json.dumps(explained(answer))
    assert shown_to_admins > 10


def test_who_may_not_see_explanations_is_told_the_same_of_what_another_tenant_has():
    policies = shipped()
    for signature in policies.signatures():
        kind = policies.schema.types[signature.resource]
        marked = {one.name: _marked(one) for one in kind.attributes.values()}
        there = ask(
            SUBJECTS[4], signature.action, signature.resource, marked, tenant="there"
        )
        nothing = Answer(
            Decision(False, Reason.UNKNOWN, detail="no such thing"), policies, 1
        )
        told, expected = (
            full(one, nothing_given, for_admin=False) for one in (there, nothing)
        )
        assert told == expected


@pytest.fixture(scope="module")
def partly_interpreted(tmp_path_factory):
    rules = OWNER + (
        'permit("papers.odd", subject: User, "paper:edit", _paper: Paper, _context) if\n'
        "  forall(role in subject.roles, role = subject.name);\n"
    )
    directory = tmp_path_factory.mktemp("interpreted")
    ids = ("papers.owner-reads", "papers.odd")
    return loaded(directory, rules, *ids, limits=INTERPRETED)


def ask_about_a_paper(policies, action):
    facts = FixtureFacts(
        [
            Fixture("p", "here", "paper", "p1", {"owner": "bob"}, NOTHING),
            Fixture("s", "here", "user", "ann", {"roles": ("clerk",)}, NOTHING),
        ],
        pages_unlocked=False,
    )
    request = Request(Entity("user", "ann"), Action(action), Entity("paper", "p1"))
    pdp = PDP(lambda: policies, facts, lambda: NOW)
    return pdp.evaluate(request, Caller("here", "web"))


def test_of_what_is_only_interpreted_the_reasons_are_told(partly_interpreted):
    answer = ask_about_a_paper(partly_interpreted, "paper:edit")
    said = explained(answer)
    assert said == reasons(answer, for_admin=True) | {
        "ways": [],
        "forbids": [],
        "facts": [],
        "smallest_change": {
            "changes": [],
            "impossible": "`paper:edit` of `paper` depends on a policy that can only be"
            " interpreted: it is decided, and neither explained nor searched; `authz lint`"
            " says which and why",
        },
    }


def test_what_is_interpreted_of_other_requests_does_not_stand_in_the_way(
    partly_interpreted,
):
    said = explained(ask_about_a_paper(partly_interpreted, "paper:read"))
    assert [change["sentence"] for change in said["smallest_change"]["changes"]] == [
        "set `owner` of the resource to `ann`"
    ]
