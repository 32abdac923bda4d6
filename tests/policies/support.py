"""Asks the shipped policies, or edited ones, about made-up people and things."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from authz.assurance.fixture_facts import Fixture, FixtureFacts
from authz.decisions.pdp import PDP
from authz.engine.policyset import PolicySet
from authz.model import NOTHING, Action, Caller, Entity, Request
from tests.shipped import shipped

POLICIES = Path(__file__).parents[2] / "policies"
#: Milliseconds for one decision: a busy machine is no reason for another answer.
NOW = 1_772_359_200.0
#: Through what somebody acts; None is not said.
CHANNELS = ("web", "android", "api", None)


def decide(
    subject: Mapping[str, object],
    action: str,
    resource: tuple[str, str, Mapping[str, object]],
    context: Mapping[str, object],
    properties: Mapping[str, object] = NOTHING,
    *,
    policies: PolicySet | None = None,
) -> bool:
    """Whether the subject may.

    `id` and `tenant` stand among its attributes. The resource is (type, id, attributes), of
    the subject's tenant where it names no other; the context has `channel` and
    `pages_unlocked`.
    """
    chosen = policies or shipped()
    type_name, resource_id, attributes = resource
    tenant, subject_id = str(subject["tenant"]), str(subject["id"])
    things = [
        _fixture(tenant, type_name, resource_id, attributes),
        _fixture(tenant, "user", subject_id, subject),
    ]
    facts = FixtureFacts(things, pages_unlocked=bool(context.get("pages_unlocked")))
    channel = context.get("channel")
    answer = PDP(lambda: chosen, facts, lambda: NOW).evaluate(
        Request(
            Entity("user", subject_id),
            Action(action, properties),
            Entity(type_name, resource_id),
        ),
        Caller(tenant, None if channel is None else str(channel), "session"),
    )
    return answer.decision.allowed


def _fixture(tenant: str, type: str, id: str, attributes: Mapping[str, object]) -> Fixture:
    stored = {k: v for k, v in attributes.items() if k not in ("id", "tenant")}
    return Fixture(id, str(attributes.get("tenant", tenant)), type, id, stored, NOTHING)


def person(
    kind: str, *roles: str, id: str = "subject", **attributes: object
) -> dict[str, object]:
    """An account in good order of the tenant `here`, which is of that kind."""
    return {
        "id": id,
        "tenant": "here",
        "tenant_kind": kind,
        "tenant_status": "active",
        "pages_protected": False,
        "status": "active",
        "roles": roles,
        **attributes,
    }


def rows(table: str) -> Iterator[list[str]]:
    """The cells of each line of a table drawn with `|`."""
    for line in table.strip().splitlines():
        yield [cell.strip() for cell in line.split("|")]
