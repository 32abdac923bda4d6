"""Rights: the roles or the access level of a person, options and bindings, saved at once.

What a form offers and what is refused is asked of the policies. Each gain and each loss is
decided by them, in the moment in which it is written. What a form misses is said before
that, at the field.
"""

from collections.abc import Mapping

from msgspec import Struct

from authz.administration import holders, versions
from authz.administration.access import Access as Access
from authz.administration.access import check_whole, held, properties_of, rules_of
from authz.administration.desk import PERSON, Desk
from authz.administration.rules import GIVE, SET_ALL, TAKE, Role, Rules
from authz.errors import NotFound
from authz.storage import access, organizations, people, places
from authz.storage.events import Actor
from authz.storage.people import Account


class Choice(Struct, frozen=True):
    """A role as a form offers it."""

    role: Role
    #: Whether the person at the desk may give it to this person.
    may_give: bool
    is_held: bool
    ends_at: float | None


class Target(Struct, frozen=True):
    """Something that a person can be bound to."""

    id: str
    name: str
    #: Of a supply company: the one it is a branch of.
    parent: str | None = None


class Form(Struct, frozen=True):
    """What a form of a person's rights needs."""

    account: Account
    version: str
    held: Access
    choices: tuple[Choice, ...]
    #: Whether there is one access level, and not several roles.
    is_single: bool
    #: Kind of binding -> what there is of it.
    targets: Mapping[str, tuple[Target, ...]]


def form(desk: Desk, who: str) -> Form:
    """What may be chosen for a person. Raises: Refused, NotFound."""
    known = rules_of(desk)
    require_any(desk, who, known)
    account = live_account(desk, who)
    mine = held(account)
    kinds = sorted({kind for role in known.roles.values() for kind in role.bound_by})
    return Form(
        account=account,
        version=versions.of(account),
        held=mine,
        choices=tuple(
            Choice(
                role,
                _may_give(desk, who, known, role),
                id in mine.roles,
                mine.roles.get(id),
            )
            for id, role in known.roles.items()
        ),
        is_single=known.is_whole,
        targets={kind: targets(desk, kind) for kind in kinds},
    )


def live_account(desk: Desk, who: str) -> Account:
    """The account of somebody who is not deleted. Raises: NotFound."""
    account = people.find_account(desk.database, desk.tenant, who)
    if account.status == "deleted":
        raise NotFound(f"no account `{who}`")
    return account


def targets(desk: Desk, kind: str) -> tuple[Target, ...]:
    """What a person can be bound to of that kind, by name."""
    if kind == "cluster":
        found = places.list_places(desk.database, desk.tenant, kind)
        return tuple(Target(place.id, place.name) for place in found)
    listed = organizations.list_organizations(desk.database, desk.tenant, kind)
    return tuple(Target(one.id, one.name, one.parent) for one in listed)


def save(desk: Desk, who: str, wanted: Access, *, version: str | None = None) -> Account:
    """Exactly this access, saved whole, or nothing of it.

    Raises: Refused; NotFound; Incomplete; InvalidChange with the field; Conflict for an old
    version.
    """
    known = rules_of(desk)
    with desk.deciding(), holders.kept(desk):
        require_any(desk, who, known)
        before = live_account(desk, who)
        versions.check(before, version)
        check_whole(desk, known, before, wanted)
        if _same(held(before), wanted):
            return before
        return access.set_access(
            desk.database,
            desk.tenant,
            before.id,
            actor=_decided(desk, known, before, wanted),
            roles=wanted.roles,
            options=wanted.options,
            bindings=wanted.bindings,
        )


def check_save(desk: Desk, before: Account, wanted: Access) -> None:
    """Nothing, if `save` would go well now. Raises: as `save`; nothing is written down."""
    known = rules_of(desk)
    check_whole(desk, known, before, wanted)
    if _same(held(before), wanted):
        return
    for action, properties in _asked(desk, known, before, wanted):
        if refused := desk.refusal(action, PERSON, before.id, **properties):
            raise refused


def require_any(desk: Desk, who: str, known: Rules) -> None:
    """Raises: Refused, where nothing of this person's access may be changed."""
    if known.is_whole:
        desk.require(SET_ALL, PERSON, who)
        return
    if desk.may(TAKE, PERSON, who):
        return
    if not any(_may_give(desk, who, known, role) for role in known.roles.values()):
        desk.require(TAKE, PERSON, who)


def _may_give(desk: Desk, who: str, known: Rules, role: Role) -> bool:
    action = SET_ALL if known.is_whole else GIVE
    kinds = list(role.requires)
    return desk.may(action, PERSON, who, role=role.id, binding_kinds=kinds)


def _decided(desk: Desk, known: Rules, before: Account, wanted: Access) -> Actor:
    """The person at the desk, once all of it was allowed. Raises: Refused."""
    actors = [
        desk.require(action, PERSON, before.id, **properties)
        for action, properties in _asked(desk, known, before, wanted)
    ]
    return actors[-1]


def _asked(
    desk: Desk, known: Rules, before: Account, wanted: Access
) -> list[tuple[str, dict[str, object]]]:
    """The actions that the change is, each with its properties; at least one."""
    mine = held(before)
    given = properties_of(desk, wanted)
    if known.is_whole:
        return [(SET_ALL, {"role": next(iter(wanted.roles), ""), **given})]
    asked: list[tuple[str, dict[str, object]]] = []
    moved = (mine.options, _chosen(mine)) != (wanted.options, _chosen(wanted))
    for role in sorted(mine.roles):
        if role not in wanted.roles or _ends_sooner(mine.roles[role], wanted.roles[role]):
            asked.append((TAKE, {}))
    for role, end in wanted.roles.items():
        if moved or role not in mine.roles or mine.roles[role] != end:
            asked.append((GIVE, {"role": role, **given}))
    return asked or [("user:update", {})]


def _ends_sooner(had: float | None, end: float | None) -> bool:
    """Whether it takes something away: so it is decided as a loss."""
    return end is not None and (had is None or end < had)


def _chosen(wanted: Access) -> dict[str, frozenset[str]]:
    return {kind: frozenset(ids) for kind, ids in wanted.bindings.items() if ids}


def _same(one: Access, other: Access) -> bool:
    return (dict(one.roles), one.options, _chosen(one)) == (
        dict(other.roles),
        other.options,
        _chosen(other),
    )
