import json

import pytest

from tests.cli.conftest import CONFIG

FINANCE = ("user:finance@pwani.example", "transaction:read", "tenant:pwani")


@pytest.fixture
def check(authz, data):
    def check(*arguments):
        return authz("check", "-c", CONFIG, "--data", data, *arguments)

    return check


def test_the_answer_is_one_word(check):
    assert check(*FINANCE).out == "allow\n"


def test_the_demo_is_asked_where_there_is_no_other_database_and_stderr_says_so(check, data):
    ran = check(*FINANCE)
    assert (
        ran.err == f"there is no database `{data}/gatehouse.db`: using `{data}/demo.db`\n"
    )


def test_an_explanation_names_reason_and_policies(check):
    ran = check(*FINANCE, "--explain")
    lines = [line.split(maxsplit=1) for line in ran.out.splitlines()]
    assert lines[:3] == [
        ["allow"],
        ["reason", "permitted"],
        ["policies", "minigrid.role-reaches-the-whole-company"],
    ]


def test_the_channel_counts_and_a_deny_is_no_failure(check):
    assert check(*FINANCE, "--channel", "android") == check(*FINANCE, "--channel", "api")
    assert check(*FINANCE, "--channel", "android").out == "deny\n"
    assert check(*FINANCE, "--channel", "android").code == 0


def test_fail_on_deny_exits_with_10_on_deny_only(check):
    assert check(*FINANCE, "--fail-on-deny").code == 0
    assert check(*FINANCE, "--fail-on-deny", "--channel", "android").code == 10


def test_json_is_versioned_and_carries_the_explanation(check):
    shown = json.loads(check(*FINANCE, "--output", "json", "--explain").out)
    assert shown["schema"] == "authz.check/1"
    assert shown["decision"] is True
    assert shown["context"]["determining_policies"] == [
        "minigrid.role-reaches-the-whole-company"
    ]
    assert "context" not in json.loads(check(*FINANCE, "--output", "json").out)


def test_an_id_may_hold_colons(check):
    ran = check("user:finance@pwani.example", "customer:read", "customer:a:b", "--explain")
    assert "missing_attribute" in ran.out


def test_properties_of_the_action_reach_the_policies(check):
    assign = ("user:amina.owner@pwani.example", "role:assign", "user:norole@pwani.example")
    assert check(*assign, "--properties", '{"role": "user"}').out == "allow\n"
    assert check(*assign, "--properties", '{"role": "operator"}').out == "deny\n"


def test_a_user_is_found_by_opaque_id_too(check, data):
    from authz.storage.database import open_database
    from authz.storage.people import find_account

    database = open_database(data / "demo.db", lambda: 0.0)
    person = find_account(database, "pwani", "finance@pwani.example").id
    database.close()
    assert check(f"user:{person}", *FINANCE[1:]).out == "allow\n"


def test_a_tenant_that_is_named_decides_whose_facts_count(check):
    ran = check(*FINANCE, "--tenant", "ziwa", "--explain")
    assert ran.out.startswith("deny\n  reason       unknown\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("user:nobody@pwani.example", *FINANCE[1:]),
            "no tenant knows the subject `user:nobody@pwani.example`",
        ),
        (("finance", *FINANCE[1:]), "SUBJECT is written type:id, not `finance`"),
        ((*FINANCE[:2], "tenant:"), "RESOURCE is written type:id, not `tenant:`"),
        ((*FINANCE, "--tenant", "nowhere"), "unknown tenant `nowhere`"),
        ((*FINANCE, "--context", "[1]"), "`--context` must be a JSON object"),
        (
            (*FINANCE, "--properties", "{"),
            "`--properties` is not JSON: Expecting property name enclosed in double quotes:"
            " line 1 column 2 (char 1)",
        ),
    ],
)
def test_what_cannot_be_asked_is_one_line_and_exit_2(check, arguments, message):
    ran = check(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines()[-1] == f"error: {message}"


def test_without_any_database_it_says_what_makes_one(authz, tmp_path):
    ran = authz("check", "-c", CONFIG, "--data", tmp_path, *FINANCE)
    assert ran.code == 2
    assert ran.err == (
        f"error: there is no database `{tmp_path}/gatehouse.db`:"
        " `authz demo` or `authz serve` makes one\n"
    )
