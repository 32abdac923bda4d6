"""Two schemas, one question: conditions that speak of raw values where the two differ.

A declared default and a required attribute are part of what a policy set says: where the
other set declares them otherwise, they become conditions, so that both sets are asked about
the same request.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from authz.assurance.differing.substitution import given
from authz.engine.conditions import Attr, Condition, Literal, Op, Signature, Ways
from authz.engine.gate.requests import Declared, declared
from authz.engine.schema import BUILT_IN, Attribute, Schema


class Incomparable(Exception):
    """The two sets cannot be asked about the same request; the text says why."""


def table(schema: Schema, signature: Signature) -> dict[Attr, Attribute]:
    """What a set declares for a kind of request; nothing of a type that it lacks."""
    known = schema.types
    if signature.subject in known and signature.resource in known:
        return dict(declared(schema, signature))
    context = schema.context_attributes()
    found = {Attr("context", name): attribute for name, attribute in context.items()}
    for root, type_name in (
        ("subject", signature.subject),
        ("resource", signature.resource),
    ):
        if type_name in known:
            attributes = known[type_name].attributes
            found |= {Attr(root, name): of for name, of in attributes.items()}
    return found


def same_values(one: Attribute | None, other: Attribute | None) -> bool:
    """Whether the same raw values are the same for a rule."""
    if one is None or other is None:
        return False
    return (one.type, one.required, one.default, one.fields) == (
        *(other.type, other.required, other.default, other.fields),
    )


def elsewhere(
    old: Mapping[Attr, Attribute], new: Mapping[Attr, Attribute], ways: Iterable[Ways]
) -> str:
    """Which attribute that counts the two sets take from another source, in words; empty:
    none.

    WHY it matters: the same caller then asks with other values, whatever the rules say.
    """
    read = {attr for one in ways for attr in _read(one)}
    for attr in sorted(old.keys() & new.keys()):
        was, now = old[attr], new[attr]
        if attr in read or was.required or now.required:
            if was.source != now.source:
                return f"`{attr}` was `source: {was.source}`, and is `source: {now.source}`"
            if was.sole_holder_of != now.sole_holder_of:
                return f"`{attr}` is computed otherwise than before"
    return ""


def _read(ways: Ways) -> Iterator[Attr]:
    """What the conditions read."""
    for condition in (*ways.permits, *ways.forbids):
        yield from (attr for one in condition.literals for attr in one.attributes())
        if condition.records:
            yield Attr("subject", condition.records)


def universe(
    old: Mapping[Attr, Attribute], new: Mapping[Attr, Attribute]
) -> tuple[dict[Attr, Attribute], frozenset[Attr]]:
    """The attributes of a request that both sets can be asked about, and those of them that
    the two declare otherwise: these are raw, so that any of them may be nil.

    Raises: Incomparable where one attribute has two types.
    """
    found: dict[Attr, Attribute] = {}
    raw: set[Attr] = set()
    for attr in sorted(old.keys() | new.keys()):
        was, now = old.get(attr), new.get(attr)
        either = now or was
        assert either is not None
        if was and now and was.type != now.type:
            raise Incomparable(f"`{attr}` was {was.type}, and is {now.type}")
        if was and now and was.fields != now.fields:
            raise Incomparable(f"the records of `{attr}` have other fields than before")
        if attr.name in BUILT_IN or same_values(was, now):
            found[attr] = either
            continue
        if either.type.endswith("-set") and (_full(was) or _full(now)):
            raise Incomparable(f"the default of the set `{attr}` is another")
        raw.add(attr)
        found[attr] = replace(either, required=False, default=None)
    return found, frozenset(raw)


def _full(attribute: Attribute | None) -> bool:
    return attribute is not None and bool(attribute.default)


def aligned(ways: Ways, table: Declared, raw: Iterable[Attr]) -> Ways:
    """The ways of one set in terms of raw values; `table` is what that set declares.

    Of `raw` only those count that it declares.
    """
    of = {attr: table[attr] for attr in raw if attr in table}
    if not of:
        return ways
    needed = tuple(
        Literal(Op.NONE_OF, attr, (None,)) for attr, one in of.items() if one.required
    )
    permits = [replace(one, literals=(*needed, *one.literals)) for one in ways.permits]
    defaults = {a: one for a, one in of.items() if one.default is not None}
    return Ways(
        tuple(made for one in permits for made in _with_defaults(one, defaults)),
        tuple(made for one in ways.forbids for made in _with_defaults(one, defaults)),
    )


def _with_defaults(
    condition: Condition, defaults: Mapping[Attr, Attribute]
) -> Iterator[Condition]:
    """The condition for each choice of which of its defaults are taken."""
    read = [attr for literal in condition.literals for attr in literal.attributes()]
    for attr, attribute in defaults.items():
        if attr not in read or attribute.type.endswith("-set"):
            continue
        absent = Literal(Op.ONE_OF, attr, (None,))
        there = Literal(Op.NONE_OF, attr, (None,))
        rest = {name: of for name, of in defaults.items() if name != attr}
        taken = [
            given(literal, {attr: attribute.default}) for literal in condition.literals
        ]
        if False not in taken:
            literals = tuple(one for one in taken if isinstance(one, Literal))
            yield from _with_defaults(
                replace(condition, literals=(absent, *literals)), rest
            )
        present = replace(condition, literals=(there, *condition.literals))
        yield from _with_defaults(present, rest)
        return
    yield condition
