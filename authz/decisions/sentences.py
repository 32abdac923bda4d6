"""Literals and changes in plain words, for administrators: they name attributes and
values.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from authz.decisions.change import Change, Operation
from authz.decisions.languages import ENGLISH, N_, Words
from authz.decisions.ways import Seen
from authz.engine.conditions import ORDERED, Attr, Op, Value

#: Elements of a set that a sentence names.
NAMED_MAX = 10
_NAMES = {
    "subject": N_("`{name}` of the subject"),
    "resource": N_("`{name}` of the resource"),
    "context": N_("`{name}` of the context"),
    "record": N_("`{name}` of the record"),
}
#: What is so, of a literal that is true. The parts are those of _PARTS.
_FACTS = {
    Op.ONE_OF: N_("{left} is {held}"),
    Op.NONE_OF: N_("{left} is {held}, not {values}"),
    Op.HOLDS: N_("{left} holds {common}"),
    Op.LACKS: N_("{left} lacks {lacking}"),
    Op.HOLDS_OTHER: N_("{left} holds {others}"),
    Op.SAME: N_("{left} is {held}, as is {right}"),
    Op.DIFFERS: N_("{left} is {held}, {right} is {other}"),
    Op.IN: N_("{left} is {held}, which {right} holds"),
    Op.NOT_IN: N_("{left} is {held}, which {right} lacks"),
    Op.OVERLAPS: N_("{left} and {right} share {common}"),
    **dict.fromkeys(ORDERED, N_("{left} is {held}, {comparison}")),
}
#: What is so and what it would take, of a literal that is not true.
_NEEDS = {
    Op.ONE_OF: N_("{left} is {held}, needs {values}"),
    Op.NONE_OF: N_("{left} is {held}, needs another value"),
    Op.HOLDS: N_("{left} holds {held}, needs {values}"),
    Op.LACKS: N_("{left} holds {common}, must not"),
    Op.HOLDS_OTHER: N_("{left} needs something other than {values}"),
    Op.SAME: N_("{left} is {held}, {right} is {other}"),
    Op.DIFFERS: N_("{left} is {held}, needs to differ from {right}"),
    Op.IN: N_("{left} is {held}, {right} holds {other}"),
    Op.NOT_IN: N_("{left} is {held}, which {right} must not hold"),
    Op.OVERLAPS: N_("{left} holds {held}, needs one of {right}: {offered}"),
    **dict.fromkeys(ORDERED, N_("{left} is {held}, needs {comparison}")),
}
_NEEDS_VALUE = N_("{left} is {held}, needs a value")
_NEEDS_ANYTHING = N_("{left} needs something")
#: Literals whose left side is a set.
_OF_SETS = (Op.HOLDS, Op.LACKS, Op.HOLDS_OTHER, Op.OVERLAPS)
_COMPARISONS = {
    Op.LESS: N_("less than {bound}"),
    Op.AT_MOST: N_("at most {bound}"),
    Op.GREATER: N_("more than {bound}"),
    Op.AT_LEAST: N_("at least {bound}"),
}
_CHANGES = {
    Operation.SET: N_("set {attribute} to {value}"),
    Operation.ADD: N_("add {value} to {attribute}"),
    Operation.REMOVE: N_("remove {value} from {attribute}"),
}


def fact(seen: Seen, words: Words = ENGLISH) -> str:
    """What is so, of a literal that is true."""
    return _said(_FACTS[seen.literal.op], seen, words)


def need(seen: Seen, words: Words = ENGLISH) -> str:
    """What is so and what it would take, of a literal that is not true."""
    match seen.literal.op:
        case Op.NONE_OF if seen.left is None:
            return _said(_NEEDS_VALUE, seen, words)
        case Op.HOLDS_OTHER if not seen.literal.right:
            return _said(_NEEDS_ANYTHING, seen, words)
        case op:
            return _said(_NEEDS[op], seen, words)


def proposal(change: Change, words: Words = ENGLISH) -> str:
    """The change as an instruction."""
    if isinstance(change.value, tuple):
        fields = [f"{name} {quoted(value, words)}" for name, value in change.value]
        value = words.gettext("the record with {fields}").format(fields=", ".join(fields))
    else:
        value = quoted(change.value, words)
    attribute = named(Attr(change.root, change.attribute), words)
    template = words.gettext(_CHANGES[change.operation])
    return template.format(attribute=attribute, value=value)


def named(attribute: Attr, words: Words = ENGLISH) -> str:
    """The attribute, and whose it is."""
    template = words.gettext(_NAMES[attribute.root])
    return template.format(name=printable(attribute.name))


def quoted(value: Value, words: Words = ENGLISH) -> str:
    """A single value; what is absent is `nothing`."""
    if value is None:
        return words.pgettext("instead of a value", "nothing")
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{printable(str(value))}`"


def printable(text: str) -> str:
    """The text with nothing in it that a terminal would obey."""
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
    )


def any_of(values: Iterable[Any], words: Words = ENGLISH) -> str:
    """Some of the values, one of which will do, and how many more there are."""
    return _listed(values, words.gettext("{others} or {last}"), words)


def all_of(values: Iterable[Any], words: Words = ENGLISH) -> str:
    """Some of the values, all of which count, and how many more there are."""
    return _listed(values, words.gettext("{others} and {last}"), words)


def joined(sentences: Sequence[str], words: Words = ENGLISH) -> str:
    """The sentences as one, which says that all of them are so."""
    said, *more = sentences
    for one in more:
        said = words.gettext("{others} and {last}").format(others=said, last=one)
    return said


def _listed(values: Iterable[Any], template: str, words: Words) -> str:
    _ = words.gettext
    found = sorted(values, key=str)
    shown = [
        quoted(one, words) if isinstance(one, Value) else _("a record")
        for one in found[:NAMED_MAX]
    ]
    more = len(found) - len(shown)
    if more:
        shown.append(_("{number} more").format(number=more))
    if len(shown) < 2:
        return "".join(shown) or words.pgettext("no element of a set", "nothing")
    return template.format(others=", ".join(shown[:-1]), last=shown[-1])


class _Parts:
    """What a template may name; each is made when a template names it."""

    def __init__(self, seen: Seen, words: Words):
        self._seen, self._words = seen, words

    def __getitem__(self, part: str) -> str:
        return _PARTS[part](self._seen, self._words)


def _said(template: str, seen: Seen, words: Words) -> str:
    return words.gettext(template).format_map(_Parts(seen, words))


def _held(seen: Seen, words: Words) -> str:
    if seen.literal.op in _OF_SETS:
        return all_of(seen.left or (), words)
    return quoted(seen.left, words)


def _other(seen: Seen, words: Words) -> str:
    if seen.literal.op is Op.IN:
        return all_of(seen.right or (), words)
    return quoted(seen.right, words)


def _common(seen: Seen, words: Words) -> str:
    right = seen.literal.right
    named_there = seen.right if isinstance(right, Attr) else right
    return all_of((one for one in named_there if one in seen.left), words)


def _others(seen: Seen, words: Words) -> str:
    return all_of((one for one in seen.left if one not in _values(seen)), words)


def _comparison(seen: Seen, words: Words) -> str:
    right = seen.literal.right
    if isinstance(right, Attr):
        bound = _said(N_("{right}, {other}"), seen, words)
    else:
        bound = quoted(right[0], words)
    return words.gettext(_COMPARISONS[seen.literal.op]).format(bound=bound)


def _right(seen: Seen, words: Words) -> str:
    assert isinstance(seen.literal.right, Attr)
    return named(seen.literal.right, words)


def _values(seen: Seen) -> tuple[Value, ...]:
    assert not isinstance(seen.literal.right, Attr)
    return seen.literal.right


_PARTS: dict[str, Callable[[Seen, Words], str]] = {
    # The attribute on the left and what it holds, the attribute on the right and its.
    "left": lambda seen, words: named(seen.literal.left, words),
    "held": _held,
    "right": _right,
    "other": _other,
    # Values that the policy names, or of which the attribute on the right has one to give.
    "values": lambda seen, words: any_of(_values(seen), words),
    "lacking": lambda seen, words: all_of(_values(seen), words),
    "offered": lambda seen, words: any_of(seen.right or (), words),
    # Of the values on the left, those that are on the right too, and those that are not.
    "common": _common,
    "others": _others,
    "comparison": _comparison,
}
