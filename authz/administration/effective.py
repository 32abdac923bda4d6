"""What a person may do, action by action, and on what ground: the policy, the role, option
or binding that it rests on, who gave that, and when it ends.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from authz.administration import reach
from authz.administration.access import rules_of
from authz.administration.desk import PERSON, Desk
from authz.administration.reach import Viewpoint
from authz.decisions.ports import Given
from authz.decisions.tree import NEVER
from authz.engine.conditions import Attr, Condition, Literal, Op, Signature
from authz.storage.held import BOUND
from authz.storage.people import find_account

#: Attributes of a person that somebody gave.
GIVEN = ("roles", "options", *BOUND)
READ_OWN, EXPLAIN = "profile:read", "access:explain"


class Because(Struct, frozen=True):
    """A ground for what a person may do."""

    policy: str
    #: The roles, options and bindings that it rests on, with their giver and end.
    given: tuple[Given, ...]


class Effective(Struct, frozen=True):
    """An action that is open to a person."""

    action: str
    #: Type of the things that it is open on.
    type: str
    #: The permission that it needs; empty for what needs none.
    permission: str
    #: Whether it is open on every such thing of the company; else on some.
    is_everywhere: bool
    because: tuple[Because, ...]
    #: The role that is given, of the action that gives one.
    role: str = ""

    @property
    def ends_at(self) -> float | None:
        """Epoch second at which the last ground for it ends; None: never."""
        ends = [_ends(ground) for ground in self.because]
        known = [end for end in ends if end is not None]
        return max(known) if known and len(known) == len(ends) else None


def effective(
    desk: Desk, who: str, *, circumstances: reach.Circumstances = reach.USUAL
) -> tuple[Effective, ...]:
    """Everything that a person may do, under the usual circumstances or others.

    Order: by permission, action and type. Raises: Refused, NotFound.
    """
    if who in (desk.person.account, desk.person.email):
        desk.require(READ_OWN, PERSON, who)
    else:
        desk.require(EXPLAIN, "tenant", desk.tenant)
    account = find_account(desk.database, desk.tenant, who)
    seen = reach.viewpoint(desk, account.id, circumstances=circumstances)
    if seen is None:
        return ()
    given = {
        (one.attribute, one.value): one
        for one in desk.parts.provenance(desk.tenant, account.id)
    }
    known = rules_of(desk)
    found = [
        Effective(
            action=signature.action,
            type=signature.resource,
            permission=known.needs.get(signature.action, ""),
            is_everywhere=reach.is_everything(tree),
            because=tuple(_grounds(seen, signature, role, given)),
            role=role,
        )
        for signature in reach.signatures(seen.policies)
        for role in reach.roles_to_give(signature, known.roles)
        if (tree := seen.tree(signature, role)) != NEVER
    ]
    return tuple(
        sorted(found, key=lambda one: (one.permission, one.action, one.type, one.role))
    )


def narrowed(found: Iterable[Effective], text: str) -> tuple[Effective, ...]:
    """Those of which every word is in the action, in its permission or in the ground."""
    wanted = text.lower().split()
    return tuple(one for one in found if all(word in _said(one) for word in wanted))


def _said(one: Effective) -> str:
    said = [one.action, one.type, one.permission, one.role]
    for ground in one.because:
        said += [ground.policy, *(given.value for given in ground.given)]
    return " ".join(said).lower()


def _grounds(
    seen: Viewpoint,
    signature: Signature,
    role: str,
    given: Mapping[tuple[str, str], Given],
) -> Iterator[Because]:
    ways = seen.ways(signature)
    grounds: dict[str, dict[Given, None]] = {}
    for condition in ways.permits if ways else ():
        if not seen.opens(condition, signature, role):
            continue
        rests_on = [given[pair] for pair in _used(condition, seen) if pair in given]
        for policy in condition.policies:
            grounds.setdefault(policy, {}).update(dict.fromkeys(rests_on))
    for policy, found in sorted(grounds.items()):
        yield Because(
            policy, tuple(sorted(found, key=lambda one: GIVEN.index(one.attribute)))
        )


def _used(condition: Condition, seen: Viewpoint) -> Iterator[tuple[str, str]]:
    """Attribute and value of what the person was given, and the condition looks at."""
    subject = seen.known["subject"]
    for literal in condition.literals:
        for attr in literal.attributes():
            if attr.root == "subject" and attr.name in GIVEN:
                for value in _values(literal, attr, subject[attr.name]):
                    yield attr.name, str(value)


def _values(literal: Literal, attr: Attr, held: Any) -> Iterable[Any]:
    if literal.op in (Op.LACKS, Op.NOT_IN):
        return ()
    if literal.left == attr and isinstance(literal.right, tuple):
        return sorted(set(literal.right) & set(held or ()), key=str)
    return sorted(held or ())


def _ends(ground: Because) -> float | None:
    """When it ends: with the last role that it rests on."""
    roles = [one.expires_at for one in ground.given if one.attribute == "roles"]
    known = [end for end in roles if end is not None]
    return max(known) if known and len(known) == len(roles) else None
