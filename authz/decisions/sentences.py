"""Literals and changes in plain English, for administrators: they name attributes and
values.
"""

from collections.abc import Iterable
from typing import Any

from authz.decisions.change import Change, Operation
from authz.decisions.ways import Seen
from authz.engine.conditions import Attr, Op, Value

#: Elements of a set that a sentence names.
NAMED_MAX = 10
_WORDS = {
    Op.LESS: "less than",
    Op.AT_MOST: "at most",
    Op.GREATER: "more than",
    Op.AT_LEAST: "at least",
}
_SENTENCES = {
    Operation.SET: "set {attribute} to {value}",
    Operation.ADD: "add {value} to {attribute}",
    Operation.REMOVE: "remove {value} from {attribute}",
}


def fact(seen: Seen) -> str:
    """What is so, of a literal that is true."""
    return _joined_fact(seen) if isinstance(seen.literal.right, Attr) else _plain_fact(seen)


def need(seen: Seen) -> str:
    """What is so and what it would take, of a literal that is not true."""
    return _joined_need(seen) if isinstance(seen.literal.right, Attr) else _plain_need(seen)


def proposal(change: Change) -> str:
    """The change as an instruction."""
    if isinstance(change.value, tuple):
        fields = [f"{name} {quoted(value)}" for name, value in change.value]
        value = f"the record with {', '.join(fields)}"
    else:
        value = quoted(change.value)
    attribute = named(Attr(change.root, change.attribute))
    return _SENTENCES[change.operation].format(attribute=attribute, value=value)


def named(attribute: Attr) -> str:
    """The attribute, and whose it is."""
    return f"`{printable(attribute.name)}` of the {attribute.root}"


def quoted(value: Value) -> str:
    """A single value; what is absent is `nothing`."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{printable(str(value))}`"


def printable(text: str) -> str:
    """The text with nothing in it that a terminal would obey."""
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
    )


def listed(values: Iterable[Any], word: str = "or") -> str:
    """Some of the values, and how many more there are."""
    found = sorted(values, key=str)
    shown = [
        quoted(one) if isinstance(one, Value) else "a record" for one in found[:NAMED_MAX]
    ]
    more = len(found) - len(shown)
    if more:
        shown.append(f"{more} more")
    if len(shown) < 2:
        return "".join(shown) or "nothing"
    return f"{', '.join(shown[:-1])} {word} {shown[-1]}"


def _plain_fact(seen: Seen) -> str:
    left, held, values = named(seen.literal.left), seen.left, _values(seen)
    match seen.literal.op:
        case Op.ONE_OF:
            return f"{left} is {quoted(held)}"
        case Op.NONE_OF:
            return f"{left} is {quoted(held)}, not {listed(values)}"
        case Op.HOLDS:
            return f"{left} holds {listed((one for one in values if one in held), 'and')}"
        case Op.LACKS:
            return f"{left} lacks {listed(values, 'and')}"
        case Op.HOLDS_OTHER:
            return f"{left} holds {listed((v for v in held if v not in values), 'and')}"
        case op:
            return f"{left} is {quoted(held)}, {_WORDS[op]} {quoted(values[0])}"


def _plain_need(seen: Seen) -> str:
    left, held, values = named(seen.literal.left), seen.left, _values(seen)
    match seen.literal.op:
        case Op.ONE_OF:
            return f"{left} is {quoted(held)}, needs {listed(values)}"
        case Op.NONE_OF:
            wanted = "a value" if held is None else "another value"
            return f"{left} is {quoted(held)}, needs {wanted}"
        case Op.HOLDS:
            return f"{left} holds {listed(held or (), 'and')}, needs {listed(values)}"
        case Op.LACKS:
            here = [one for one in values if one in held]
            return f"{left} holds {listed(here, 'and')}, must not"
        case Op.HOLDS_OTHER:
            but = f" other than {listed(values)}" if values else ""
            return f"{left} needs something{but}"
        case op:
            return f"{left} is {quoted(held)}, needs {_WORDS[op]} {quoted(values[0])}"


def _joined_fact(seen: Seen) -> str:
    left, right = named(seen.literal.left), _right(seen)
    match seen.literal.op:
        case Op.SAME:
            return f"{left} is {quoted(seen.left)}, as is {right}"
        case Op.DIFFERS:
            return f"{left} is {quoted(seen.left)}, {right} is {quoted(seen.right)}"
        case Op.IN:
            return f"{left} is {quoted(seen.left)}, which {right} holds"
        case Op.NOT_IN:
            return f"{left} is {quoted(seen.left)}, which {right} lacks"
        case Op.OVERLAPS:
            common = set(seen.left) & set(seen.right)
            return f"{left} and {right} share {listed(common, 'and')}"
        case op:
            bound = f"{right}, {quoted(seen.right)}"
            return f"{left} is {quoted(seen.left)}, {_WORDS[op]} {bound}"


def _joined_need(seen: Seen) -> str:
    left, right, other = named(seen.literal.left), _right(seen), seen.right
    match seen.literal.op:
        case Op.SAME:
            return f"{left} is {quoted(seen.left)}, {right} is {quoted(other)}"
        case Op.DIFFERS:
            return f"{left} is {quoted(seen.left)}, needs to differ from {right}"
        case Op.IN:
            held = listed(other or (), "and")
            return f"{left} is {quoted(seen.left)}, {right} holds {held}"
        case Op.NOT_IN:
            return f"{left} is {quoted(seen.left)}, which {right} must not hold"
        case Op.OVERLAPS:
            one = listed(seen.left or (), "and")
            return f"{left} holds {one}, needs one of {right}: {listed(other or ())}"
        case op:
            bound = f"{right}, {quoted(other)}"
            return f"{left} is {quoted(seen.left)}, needs {_WORDS[op]} {bound}"


def _values(seen: Seen) -> tuple[Value, ...]:
    assert not isinstance(seen.literal.right, Attr)
    return seen.literal.right


def _right(seen: Seen) -> str:
    assert isinstance(seen.literal.right, Attr)
    return named(seen.literal.right)
