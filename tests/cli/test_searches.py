import json

import pytest

from tests.cli.conftest import CONFIG

TECH = "user:service_tech@domain.com"
READ = ("metering_unit:read", "metering_unit")


@pytest.fixture
def ask(authz, data):
    def ask(command, *arguments):
        return authz(command, "-c", CONFIG, "--data", data, *arguments)

    return ask


def test_can_lists_the_things_of_a_type(ask):
    ran = ask("can", TECH, *READ)
    assert ran.code == 0
    assert ran.out == "metering_unit:mu-101\nmetering_unit:mu-103\nmetering_unit:mu-861\n"


def test_can_gives_a_page_and_says_how_to_go_on(ask):
    ran = ask("can", TECH, *READ, "--limit", "2")
    assert ran.out == "metering_unit:mu-101\nmetering_unit:mu-103\n"
    assert ran.err.endswith("there are more: --after mu-103\n")
    assert ask("can", TECH, *READ, "--after", "mu-103").out == "metering_unit:mu-861\n"


def test_can_as_json_carries_the_revisions(ask):
    shown = json.loads(ask("can", TECH, *READ, "--limit", "1", "--output", "json").out)
    assert shown["schema"] == "authz.can/1"
    assert shown["results"] == [{"type": "metering_unit", "id": "mu-101"}]
    assert shown["next"] == "mu-101"
    assert len(shown["policy_revision"]) == 64
    assert shown["data_revision"] > 0


def test_can_with_a_thing_lists_the_actions(ask):
    ran = ask("can", TECH, "--on", "metering_unit:mu-101")
    assert ran.out.splitlines() == [
        "metering_unit:read",
        "metering_unit:readings",
        "metering_unit:update_service_fields",
        "monitoring:view",
        "report:export",
        "report:view",
    ]
    shown = json.loads(
        ask("can", TECH, "--on", "metering_unit:mu-101", "--output", "json").out
    )
    assert shown["results"][0] == {"name": "metering_unit:read"}


def test_can_alone_counts(ask):
    ran = ask("can", "user:bakery@customer.example")
    rows = [tuple(line.split()) for line in ran.out.splitlines()]
    assert ("metering_unit", "metering_unit:read", "2") in rows
    shown = json.loads(ask("can", TECH, "metering_unit:read", "--output", "json").out)
    assert shown["results"] == [
        {"type": "metering_unit", "action": "metering_unit:read", "count": 3, "more": False}
    ]


def test_the_channel_counts(ask):
    told = ("user:finance@pwani.example", "transaction:read", "tenant")
    assert ask("can", *told).out == "tenant:pwani\n"
    assert ask("can", *told, "--channel", "android").out == ""


def test_who_lists_people_with_their_e_mails(ask):
    ran = ask("who", "metering_unit:read", "metering_unit:mu-104")
    people = [line.split() for line in ran.out.splitlines()]
    assert all(id.startswith("user:u_") for id, _ in people)
    assert {email for _, email in people} == {
        "auditor@gasmeter.example",
        "head@hududgaz.example",
        "poytaxt@hududgaz.example",
        "root@gasmeter.example",
    }
    shown = json.loads(
        ask("who", "metering_unit:read", "metering_unit:mu-104", "--output", "json").out
    )
    assert [f"user:{found['id']}" for found in shown["results"]] == [id for id, _ in people]


def test_who_may_is_asked_of_a_tenant_for_what_is_not_registered(ask):
    asked = ("customer:read", "customer:new", "--tenant", "pwani")
    assert ask("who", *asked).out == ""
    assert ask("who", *asked[:2]).err.endswith(
        "error: no tenant knows the resource `customer:new`\n"
    )


def test_filter_prints_sql_with_its_parameters(ask):
    asked = ("filter", "user:field.mafia@pwani.example", "customer:read", "customer")
    ran = ask(*asked, "--columns", '{"cluster": "site"}', "--table", "people")
    assert ran.out == (
        '("people"."site" IS NOT NULL AND ("people"."site" = ?))\n'
        '-- parameters: ["mafia"]\n'
    )
    ran = ask(*asked, "--dialect", "postgres")
    assert ran.out.startswith(
        '("customer"."cluster" IS NOT NULL AND ("customer"."cluster" = %s::text))\n'
    )


def test_filter_as_json_holds_the_condition_too(ask):
    asked = ("filter", "user:field.mafia@pwani.example", "customer:read", "customer")
    shown = json.loads(ask(*asked, "--output", "json").out)
    condition = {"attribute": "cluster", "op": "is", "values": ["mafia"]}
    assert shown["schema"] == "authz.filter/1"
    assert shown["condition"] == condition
    assert shown["parameters"] == ["mafia"]
    assert json.loads(ask(*asked, "--output", "condition").out) == condition


def test_filter_tests_the_tenant_of_each_row_when_it_has_a_column(ask):
    asked = ("filter", "user:field.mafia@pwani.example", "customer:read", "customer")
    ran = ask(*asked, "--columns", '{"tenant": "company"}')
    assert '"customer"."company" = ?' in ran.out
    assert ran.out.endswith('-- parameters: ["mafia", "pwani"]\n')


def test_filter_needs_to_know_where_a_set_is(ask):
    asked = ("filter", "user:head@hududgaz.example", *READ)
    ran = ask(*asked)
    assert ran.code == 2
    assert ran.err.endswith(
        "error: the answer depends on `supply_line` of `metering_unit`, for which there is"
        ' no column: name one as {"table", "owner", "value"}\n'
    )
    beside = (
        '{"supply_line": {"table": "line", "owner": "company", "value": "above",'
        ' "key": "supply_company"}}'
    )
    assert 'EXISTS ( SELECT 1 FROM "line"' in ask(*asked, "--columns", beside).out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("can", "tech", *READ), "SUBJECT is written type:id, not `tech`"),
        (("can", "user:x", *READ), "no tenant knows the subject `user:x`"),
        (
            ("can", TECH, "report:view", "--on", "metering_unit:mu-101"),
            "`--on` lists actions: leave ACTION out",
        ),
        (("filter", TECH, "a:b", "nothing"), "no resource is of the type `nothing`"),
        (("who", "a:b", "unit"), "RESOURCE is written type:id, not `unit`"),
    ],
)
def test_what_cannot_be_asked_is_one_line_and_exit_2(ask, arguments, message):
    ran = ask(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines()[-1] == f"error: {message}"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("can", "user:\udcff", *READ), "SUBJECT holds bytes that are no text"),
        (("can", TECH, "a\udcff", "b"), "ACTION holds bytes that are no text"),
        (("can", TECH, "a", "b\udcff"), "TYPE holds bytes that are no text"),
        (("can", TECH, *READ, "--after", "\udcff"), "--after holds bytes that are no text"),
        (
            ("can", TECH, *READ, "--tenant", "\udcff"),
            "--tenant holds bytes that are no text",
        ),
        (("can", TECH, *READ, "--tenant", ""), "unknown tenant ``"),
        (("can", TECH, "--on", ""), "--on is written type:id, not ``"),
        (
            ("can", TECH, "--after", "x"),
            "`--after` goes on with a list: name ACTION and TYPE",
        ),
        (("can", TECH, "--context", "[" * 99_999), "`--context` is nested too deeply"),
        (("who", "a\udcff", "tenant:pwani"), "ACTION holds bytes that are no text"),
        (
            ("who", "a", "tenant:pwani", "--type", "\udcff"),
            "--type holds bytes that are no text",
        ),
    ],
)
def test_what_is_no_text_is_one_line_and_exit_2(ask, arguments, message):
    ran = ask(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines()[-1] == f"error: {message}"


@pytest.mark.parametrize(
    "arguments",
    [
        ("who", "edit", "tenant:pwani"),
        ("can", "user:finance@pwani.example", "edit", "tenant"),
        ("can", "user:finance@pwani.example", "--on", "tenant:pwani"),
        ("filter", "user:finance@pwani.example", "edit", "tenant"),
    ],
)
@pytest.mark.usefixtures("interpreted")
def test_what_is_only_interpreted_is_not_searched(ask, arguments):
    ran = ask(*arguments)
    assert (ran.code, ran.out) == (6, "")
    assert ran.err.splitlines()[-1] == (
        "error: `edit` of `tenant` depends on a policy that can only be interpreted: it is"
        " decided, and neither explained nor searched; `authz lint` says which and why"
    )
