"""What a change of rights would mean, before it is saved: what the person gains and loses,
and on what it still depends. Nothing is written.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from authz.administration import reach
from authz.administration.access import Access, check, held, missing_bindings, rules_of
from authz.administration.desk import PERSON, Desk
from authz.administration.reach import Circumstances, Viewpoint
from authz.administration.rights import live_account, require_any
from authz.administration.rules import GIVE, SET_ALL
from authz.decisions.tree import ALWAYS, NEVER, Tree, every, negated
from authz.engine.conditions import Signature
from authz.storage.search import StoredSearch

#: Ids that are named of those that are gained or lost.
SHOWN_MAX = 20
#: WHY not these: what they open depends on the role that is given, and not on a thing.
APART = (GIVE, SET_ALL)


class Difference(Struct, frozen=True):
    """Actions that become open, or are no longer."""

    actions: tuple[str, ...]
    type: str
    #: The stored things that they are gained or lost on, the first of them.
    ids: tuple[str, ...]
    #: Whether there are others.
    more: bool


class Preview(Struct, frozen=True):
    """What a change of rights would mean."""

    gains: tuple[Difference, ...]
    loses: tuple[Difference, ...]
    #: Roles that lack a binding of that kind: nothing is open until there is one.
    missing: tuple[tuple[str, str], ...]
    #: Actions that are gained on the web only, or only with the protected pages unlocked.
    web_only: tuple[str, ...]
    behind_pages: tuple[str, ...]
    #: Role -> epoch second at which it ends, of those that do.
    ends: tuple[tuple[str, float], ...]

    @property
    def changes_nothing(self) -> bool:
        """Whether nobody would notice."""
        return not (self.gains or self.loses)


def preview(desk: Desk, who: str, wanted: Access) -> Preview:
    """What this access would change for a person.

    Raises: Refused, NotFound; InvalidChange with the field for what means nothing.
    """
    known = rules_of(desk)
    require_any(desk, who, known)
    account = live_account(desk, who)
    check(desk, known, account, wanted)
    before = reach.viewpoint(desk, account.id, held(account))
    after = reach.viewpoint(desk, account.id, wanted)
    gains, loses, gained = compared(desk, before, after)
    missing = missing_bindings(desk, known, wanted)
    return Preview(
        gains=gains,
        loses=loses,
        missing=tuple((role.id, kind) for role, kind in missing),
        web_only=_closed(desk, account.id, wanted, gained, Circumstances("android")),
        behind_pages=_closed(
            desk, account.id, wanted, gained, Circumstances(unlocked=False)
        ),
        ends=tuple((role, end) for role, end in wanted.roles.items() if end is not None),
    )


def losses(desk: Desk, who: str) -> tuple[Difference, ...]:
    """What a person can do no more once the account is deleted or blocked.

    Raises: Refused, NotFound.
    """
    desk.require("user:delete", PERSON, who)
    account = live_account(desk, who)
    _, loses, _ = compared(desk, reach.viewpoint(desk, account.id), None)
    return tuple(one for one in loses if one.ids)


def compared(
    desk: Desk, before: Viewpoint | None, after: Viewpoint | None
) -> tuple[tuple[Difference, ...], tuple[Difference, ...], list[Signature]]:
    """Gains, losses, and the kinds of request that gain something; whoever calls has
    decided that it may be asked.
    """
    groups: dict[tuple[str, Tree, Tree], list[Signature]] = {}
    for signature in reach.signatures(desk.policies):
        if signature.action in APART:
            continue
        had, has = (
            NEVER if one is None else one.tree(signature) for one in (before, after)
        )
        if had != has:
            groups.setdefault((signature.resource, had, has), []).append(signature)
    gains: list[Difference] = []
    loses: list[Difference] = []
    gained: list[Signature] = []
    for (type, had, has), asked in groups.items():
        actions = tuple(sorted(one.action for one in asked))
        if found := _difference(desk, type, actions, less=had, more=has):
            gains.append(found)
            gained += asked
        if found := _difference(desk, type, actions, less=has, more=had):
            loses.append(found)
    return _merged(gains), _merged(loses), gained


def _difference(
    desk: Desk, type: str, actions: tuple[str, ...], *, less: Tree, more: Tree
) -> Difference | None:
    """What the one tree holds for and the other does not; None for nothing."""
    tree = every((more, negated(less)))
    if tree == NEVER or more == NEVER or less == ALWAYS:
        return None
    kind = desk.policies.schema.types[type]
    search = StoredSearch(desk.database)
    found = search.matching(desk.tenant, kind, tree, after="", limit=SHOWN_MAX)
    if not found.ids and less != NEVER:
        return None
    return Difference(actions, type, found.ids, found.more)


def _merged(found: Iterable[Difference]) -> tuple[Difference, ...]:
    """Those on the same things together, sorted by type and actions."""
    groups: dict[tuple[str, tuple[str, ...], bool], set[str]] = {}
    for one in found:
        groups.setdefault((one.type, one.ids, one.more), set()).update(one.actions)
    merged = (
        Difference(tuple(sorted(actions)), type, ids, more)
        for (type, ids, more), actions in groups.items()
    )
    return tuple(sorted(merged, key=lambda one: (one.type, one.actions)))


def _closed(
    desk: Desk,
    account: str,
    wanted: Access,
    asked: Iterable[Signature],
    circumstances: Circumstances,
) -> tuple[str, ...]:
    """Which of these actions are open nowhere under other circumstances."""

    def closed() -> Iterator[str]:
        seen = reach.viewpoint(desk, account, wanted, circumstances)
        for signature in asked:
            if seen is None or seen.tree(signature) == NEVER:
                yield signature.action

    return tuple(sorted(set(closed())))
