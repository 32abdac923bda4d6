"""The smallest change that would allow what is denied.

Smallest: applied, the request is allowed; with any part of it left out, it is not. Among
several the cheapest is found.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType

from authz.decisions.change import Change, Kinds, applied, mirrored
from authz.decisions.completion import STEPS_MAX, Completion
from authz.decisions.languages import ENGLISH, Words
from authz.decisions.sentences import fact, joined, need
from authz.decisions.ways import NEVER, allows, weigh, weight
from authz.engine.conditions import Signature, Value, Values, Ways

NO_REACH: Mapping[Value, int] = MappingProxyType({})
#: Changes of one answer of which every part is tried; of more, each alone.
ALL_PARTS_MAX = 10


@dataclass(frozen=True, slots=True)
class Found:
    """The smallest change, or why there is none."""

    #: Order: that of the search, the way first.
    changes: tuple[Change, ...]
    #: Empty where there are changes.
    impossible: str = ""


def smallest_change(
    ways: Ways,
    values: Values,
    kinds: Kinds,
    signature: Signature,
    *,
    reach: Mapping[Value, int] = NO_REACH,
    words: Words = ENGLISH,
) -> Found:
    """The smallest change after which these ways allow what they deny with these values.

    Subject and resource that are the same thing are changed as one, by changes of the
    subject. reach: of roles that would do, the one that opens least is taken.
    words: what is impossible is said in these.
    """
    both = mirrored(values, kinds, signature)
    search = Completion(ways, values, kinds, both, reach)

    def allow(changes: tuple[Change, ...]) -> bool:
        return allows(ways, applied(values, changes, mirrored=both))

    for changes in search.solutions():
        if allow(changes):
            return Found(_without_idle_parts(changes, allow))
    return Found((), _why_not(ways, values, kinds, search.is_exhausted, words))


def _without_idle_parts(
    changes: tuple[Change, ...], allow: Callable[[tuple[Change, ...]], bool]
) -> tuple[Change, ...]:
    """The smallest part of the changes that allows as they do."""
    if len(changes) <= ALL_PARTS_MAX:
        parts = (
            part for size in range(len(changes)) for part in combinations(changes, size)
        )
        return next((part for part in parts if allow(part)), changes)
    for change in changes:
        fewer = tuple(one for one in changes if one != change)
        if allow(fewer):
            return _without_idle_parts(fewer, allow)
    return changes


def _why_not(
    ways: Ways, values: Values, kinds: Kinds, is_exhausted: bool, words: Words
) -> str:
    _ = words.gettext
    if not ways.permits:
        return _("no policy permits this action on such a resource")
    if not is_exhausted:
        return _("none was found in {steps} steps").format(steps=STEPS_MAX)
    weighing = weigh(ways, values, kinds)
    for forbid in weighing.forbids:
        if all(weight(one.literal, kinds) == NEVER for one in forbid.seen):
            return _("`{policy}` forbids it: {facts}").format(
                policy=forbid.condition.policies[0],
                facts=joined([fact(one, words) for one in forbid.seen], words),
            )
    nearest = weighing.permits[0]
    never = [one for one in nearest.unmet if weight(one.literal, kinds) == NEVER]
    if never:
        template = _("every way needs what nobody can change: {need}")
        return template.format(need=need(never[0], words))
    return _("what a way needs is what a policy forbids")
