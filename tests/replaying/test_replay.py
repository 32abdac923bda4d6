"""What becomes of recorded decisions under other policies; nothing is ever guessed."""

import time
from datetime import timedelta

import msgspec
import pytest

from authz.storage import access, people
from authz.storage.database import open_database
from authz.storage.events import SERVICE
from authz.storage.tables import RoleAssignment
from tests.replaying.asking import BASE, CLERK, OWNER, flips, reasons, with_verdict
from tests.replaying.small import NEVER, SCHEMA, policies


def test_the_same_policies_flip_nothing(asked):
    asked.ask(OWNER, "customer:update", "customer:cust-1")
    asked.ask(CLERK, "customer:update", "customer:cust-1")
    asked.ask(CLERK, "odd:odd", "customer:cust-1")
    found = asked.replayed(BASE)
    assert (found["decisions"], found["replayed"], found["percent"]) == (3, 3, 100.0)
    assert (found["flips"], found["not_replayed"]) == ([], [])


def test_an_allow_that_becomes_a_deny_names_the_permit_that_allowed(asked):
    asked.ask(OWNER, "customer:update", "customer:cust-1")
    asked.ask(CLERK, "page:open", "tenant:pwani")
    found = asked.replayed(policies(without=("t.owner-updates",)))
    assert flips(found) == [
        ("allow_to_deny", "no_permit", ["t.owner-updates"], ["owner"], 1)
    ]
    (example,) = found["flips"][0]["examples"]
    assert example["resource"] == "customer:cust-1"
    assert example["subject"].startswith("user:u_")
    assert (example["tenant"], example["item"]) == ("pwani", None)
    assert found["flips"][0]["first"] == example["time"]


def test_a_deny_that_becomes_an_allow_comes_first_with_its_permit(asked):
    asked.ask(OWNER, "customer:update", "customer:cust-1")
    for _ in range(2):
        asked.ask(CLERK, "customer:update", "customer:cust-1")
    edited = policies(
        owner_updates='subject: User, "customer:update", _c: Customer, _context) if\n'
        '  "financial-manager" in subject.roles'
    )
    permit = ["t.owner-updates"]
    assert flips(asked.replayed(edited)) == [
        ("deny_to_allow", "permitted", permit, ["financial-manager"], 2),
        ("allow_to_deny", "no_permit", permit, ["owner"], 1),
    ]


def test_a_new_forbid_is_what_a_flip_is_grouped_by(asked):
    asked.ask(OWNER, "page:open", "tenant:pwani")
    found = asked.replayed(policies(more=NEVER))
    assert flips(found) == [("allow_to_deny", "forbidden", ["t.never"], ["owner"], 1)]


def test_a_forbid_that_is_gone_is_what_a_flip_is_grouped_by(asked):
    asked.ask(OWNER, "page:open", "tenant:pwani")
    (line,) = asked.lines()
    strict = policies(more=NEVER)
    denied = [msgspec.structs.replace(line, policy_revision=strict.revision)]
    denied[0] = with_verdict(denied[0], False, "forbidden", "t.never")
    found = asked.replayed(BASE, strict, denied)
    assert flips(found) == [("deny_to_allow", "permitted", ["t.never"], ["owner"], 1)]


def test_a_type_that_the_candidate_does_not_know_is_a_deny_and_said(asked):
    asked.ask(OWNER, "customer:update", "customer:cust-1")
    schema = SCHEMA.replace("customer: [read, update, pay]", "customer: [read, pay]")
    found = asked.replayed(policies(without=("t.owner-updates",), schema=schema))
    assert flips(found) == [("allow_to_deny", "unknown", ["t.owner-updates"], ["owner"], 1)]


def test_a_search_is_counted_and_not_replayed(asked):
    asked.ask(OWNER, "customer:read", "customer:", kind="search_resource")
    found = asked.replayed(BASE)
    assert (found["decisions"], found["percent"]) == (1, 0.0)
    assert reasons(found) == {("it is a search", None): 1}


# Batches


@pytest.mark.parametrize(
    ("semantic", "decided"),
    [
        ("execute_all", [True, False, False, True]),
        ("deny_on_first_deny", [True, False]),
        ("permit_on_first_permit", [True]),
    ],
)
def test_the_items_that_were_decided_are_replayed(asked, semantic, decided):
    items = [
        {"action": {"name": "page:open"}},
        {"action": {"name": "settings:update"}},
        {"subject": 1},
        {},
    ]
    members = {"evaluations": items, "options": {"evaluations_semantic": semantic}}
    asked.ask(CLERK, "page:open", "tenant:pwani", kind="evaluations", **members)
    lines = asked.lines()
    assert [one.decision for one in lines[0].decisions] == decided
    found = asked.replayed(policies(without=("t.anybody-opens",)), lines=lines)
    assert (found["decisions"], found["replayed"]) == (len(decided), len(decided))
    assert sum(one["count"] for one in found["flips"]) == sum(decided)


def test_a_batch_without_items_is_one_question(asked):
    asked.ask(CLERK, "page:open", "tenant:pwani", kind="evaluations", evaluations=[])
    found = asked.replayed(policies(without=("t.anybody-opens",)))
    assert (found["decisions"], [one[-1] for one in flips(found)]) == (1, [1])


def test_a_limit_ends_within_a_batch(asked):
    items = [{"context": {"channel": "web"}}] * 5
    asked.ask(CLERK, "page:open", "tenant:pwani", kind="evaluations", evaluations=items)
    assert asked.replayed(BASE, limit=3)["decisions"] == 3


# Facts


def test_a_role_that_has_ended_since_counts_as_it_did(asked):
    for _ in range(2):
        asked.ask("second.admin@pwani.example", "page:open", "tenant:pwani")
    edited = policies(
        anybody_opens='subject: User, "page:open", _t: Tenant, _context) if\n'
        '  "admin" in subject.roles'
    )
    first, second = asked.lines()
    who = first.request["subject"]["id"]
    mine = RoleAssignment.account == who
    between = first.time + (second.time - first.time) / 2
    ends = RoleAssignment.update(expires_at=between.timestamp()).where(mine)
    assert ends.execute(asked.at.database.db) == 1
    for lines in ([first, second], [second, first], [first, second, first]):
        found = asked.replayed(edited, lines=lines)
        assert found["replayed"] == len(lines)
        (flip,) = found["flips"]
        assert (flip["count"], flip["roles"]) == (1, [])
    RoleAssignment.update(expires_at=None).where(mine).execute(asked.at.database.db)


def test_the_facts_are_of_one_moment(asked):
    for who in ("finance", "field.roaming"):
        asked.ask(f"{who}@pwani.example", "page:open", "tenant:pwani")
    first, second = asked.lines()
    who = second.request["subject"]["id"]

    def lines():
        yield first
        other = open_database(asked.at.database.path, time.time)
        access.grant_role(other, "pwani", who, "admin", actor=SERVICE)
        other.close()
        yield second

    edited = policies(
        anybody_opens='subject: User, "page:open", _t: Tenant, _context) if\n'
        '  "admin" in subject.roles'
    )
    found = asked.replayed(edited, lines=lines())
    assert (found["replayed"], found["from_changed_facts"]) == (2, 0)
    assert sum(one["count"] for one in found["flips"]) == 2


def test_facts_that_have_changed_are_told_from_those_that_have_not(asked):
    asked.ask("both.hats@pwani.example", "page:open", "tenant:pwani")
    asked.ask(CLERK, "page:open", "tenant:pwani")
    lines = asked.lines()
    who = lines[0].request["subject"]["id"]
    people.delete_account(asked.at.database, "pwani", who, actor=SERVICE)
    narrowed = policies(
        anybody_opens='subject: User, "page:open", _t: Tenant, _context) if\n'
        '  "user" in subject.roles'
    )
    found = asked.replayed(policies(without=("t.anybody-opens",)), lines=lines)
    assert (found["replayed"], found["from_changed_facts"]) == (2, 2)
    gone = [with_verdict(lines[0], True, "permitted", "t.anybody-opens", "t.odd")]
    assert reasons(asked.replayed(narrowed, lines=gone)) == {
        ("the facts have changed since", None): 1
    }
    strange = [msgspec.structs.replace(one, policy_revision="0" * 64) for one in lines]
    assert reasons(asked.replayed(narrowed, lines=strange)) == {
        ("it was made by policies that are not at hand", None): 2
    }


def test_an_answer_of_unknown_policies_counts_while_the_facts_are_the_same(asked):
    asked.ask(CLERK, "page:open", "tenant:pwani")
    (line,) = asked.lines()
    lines = [msgspec.structs.replace(line, policy_revision="0" * 64)]
    found = asked.replayed(policies(without=("t.anybody-opens",)), lines=lines)
    assert [one[-1] for one in flips(found)] == [1]
    others = [policies(more=NEVER)]
    lines = [msgspec.structs.replace(line, policy_revision=others[0].revision)]
    assert asked.replayed(BASE, lines=lines, others=others)["replayed"] == 1


def test_an_answer_that_is_not_given_again_is_no_flip(asked):
    asked.ask(CLERK, "page:open", "tenant:pwani")
    (line,) = asked.lines()
    found = asked.replayed(BASE, lines=[with_verdict(line, False, "no_permit")])
    assert reasons(found) == {("the policies that made it do not give it again", None): 1}


def test_a_tenant_that_is_gone_is_said(asked):
    asked.ask(CLERK, "page:open", "tenant:pwani")
    (line,) = asked.lines()
    gone = [msgspec.structs.replace(line, tenant="gone")]
    assert reasons(asked.replayed(BASE, lines=gone)) == {
        ("there is no such tenant any more", None): 1
    }


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"decisions": ()}, None),
        ({"request": {}}, None),
        ({"request": {"subject": []}}, None),
        ({"kind": "evaluations", "request": {"evaluations": []}}, None),
        ({"kind": "evaluations", "request": {"evaluations": [5]}}, None),
    ],
)
def test_a_line_that_holds_no_question_is_counted(asked, change, missing):
    asked.ask(CLERK, "page:open", "tenant:pwani")
    (line,) = asked.lines()
    found = asked.replayed(BASE, lines=[msgspec.structs.replace(line, **change)])
    assert reasons(found) == {("the line does not hold its question", missing): 1}


def test_the_first_and_the_last_of_a_group_are_said_whatever_the_order(asked):
    for _ in range(7):
        asked.ask(CLERK, "page:open", "tenant:pwani")
    lines = asked.lines()
    assert lines[-1].time - lines[0].time < timedelta(minutes=5)
    candidate = policies(without=("t.anybody-opens",))
    one, other = (
        asked.replayed(candidate, lines=order)["flips"][0] for order in (lines, lines[::-1])
    )
    assert (one["first"], one["last"]) == (other["first"], other["last"])
    assert (one["count"], len(one["examples"])) == (7, 5)
