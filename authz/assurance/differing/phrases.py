"""What a context must be like, in words."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from authz.assurance.differing.entries import ALWAYS, Left
from authz.engine.conditions import OPPOSITE, Attr, Literal, Op, Value, shown

#: So many demands that take a sentence each are spelt out.
SPELT_MAX = 2


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one of the sets says of the context."""

    permits: frozenset[Left]
    forbids: frozenset[Left]

    @property
    def always_allows(self) -> bool:
        """Whether it allows whatever the context is."""
        return ALWAYS in self.permits and not self.forbids

    @property
    def never_allows(self) -> bool:
        """Whether it denies whatever the context is."""
        return not self.permits or ALWAYS in self.forbids


def when(allows: Ruling, denies: Ruling) -> str:
    """What makes the one allow and the other deny; empty where every context does."""
    sure: list[Literal] = []
    rest: list[str] = []
    if ALWAYS not in allows.permits:
        _add_some(allows.permits, sure, rest)
    for forbid in sorted(allows.forbids, key=text):
        _add_none(forbid, sure, rest)
    if denies.permits:
        overruled = denies.forbids - allows.forbids
        lacking = not all(any(p <= one for p in denies.permits) for one in allows.permits)
        if lacking and not overruled:
            for permit in sorted(denies.permits, key=text):
                _add_none(permit, sure, rest)
        elif overruled and not lacking and ALWAYS not in overruled:
            _add_some(overruled, sure, rest)
        elif overruled and lacking and ALWAYS not in overruled:
            permitted = " or ".join(_grouped(map(text, denies.permits)))
            rest.append(f"({_any(overruled)} or not ({permitted}))")
    if len(rest) > SPELT_MAX:
        rest = [f"{len(rest)} further conditions on the context are met"]
    return " and ".join([*sorted(map(_said, _merged(sure))), *rest])


def _add_some(found: Collection[Left], sure: list[Literal], rest: list[str]) -> None:
    if len(found) == 1:
        sure += in_order(next(iter(found)))
    else:
        rest.append(f"({_any(found)})")


def _add_none(left: Left, sure: list[Literal], rest: list[str]) -> None:
    only = next(iter(left)) if len(left) == 1 else None
    if only is not None and only.op in OPPOSITE:
        sure.append(Literal(OPPOSITE[only.op], only.left, only.right))
    else:
        rest.append(f"not ({text(left)})")


def _any(found: Collection[Left]) -> str:
    return " or ".join(_grouped(map(text, found)))


def _grouped(texts: Iterable[str]) -> list[str]:
    return [f"({one})" if " and " in one else one for one in sorted(texts)]


def text(left: Left) -> str:
    """The tests in words."""
    return " and ".join(_said(one) for one in in_order(left))


def _said(literal: Literal) -> str:
    right = literal.right
    if literal.op is Op.NONE_OF and isinstance(right, tuple) and len(right) > 1:
        return f"{literal.left.name} is none of {', '.join(map(shown, right))}"
    return str(literal).replace("context.", "")


def in_order(left: Iterable[Literal]) -> tuple[Literal, ...]:
    """The tests in an order that is always the same."""
    return tuple(sorted(left, key=str))


def _merged(literals: Sequence[Literal]) -> list[Literal]:
    """The same in fewer words: one exclusion for an attribute, none that goes without
    saying.
    """
    exact: dict[Attr, tuple[Value, ...]] = {}
    barred: dict[Attr, dict[Value, None]] = {}
    others: dict[Literal, None] = {}
    for one in literals:
        if isinstance(one.right, tuple) and one.op is Op.ONE_OF and one.left not in exact:
            exact[one.left] = one.right
        elif isinstance(one.right, tuple) and one.op is Op.NONE_OF:
            barred.setdefault(one.left, {}).update(dict.fromkeys(one.right))
        else:
            others[one] = None
    found = [
        Literal(Op.ONE_OF, attr, tuple(v for v in values if v not in barred.get(attr, ())))
        for attr, values in exact.items()
    ]
    found += [
        Literal(Op.NONE_OF, attr, tuple(sorted(values, key=str)))
        for attr, values in barred.items()
        if attr not in exact
    ]
    return [*found, *others]
