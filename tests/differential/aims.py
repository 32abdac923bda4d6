"""Pushes values toward a condition, so that requests stand near to what decides them."""

from collections.abc import Callable
from random import Random
from typing import Any

from authz.engine.conditions import Attr, Condition, Literal, Op
from tests.differential.worlds import World


def push(random: Random, condition: Condition, world: World) -> None:
    """Changes the values so that the condition holds, as far as that is possible.

    The record, if the condition speaks of one, is added to the set that it is of.
    """
    for _ in range(2):
        for literal in sorted(condition.literals, key=_later):
            _PUSHES[literal.op](random, literal, world)
    if condition.records:
        held = world["subject"].get(condition.records) or ()
        world["subject"][condition.records] = (*held, dict(world["record"]))


def _later(literal: Literal) -> int:
    """Fixed values first, what follows from them next."""
    return (
        (Op.ONE_OF, Op.SAME).index(literal.op) if literal.op in (Op.ONE_OF, Op.SAME) else 2
    )


def _value(world: World, attr: Attr) -> Any:
    return world[attr.root].get(attr.name)


def _put(world: World, attr: Attr, value: object) -> None:
    world[attr.root][attr.name] = value


def _one_of(random: Random, literal: Literal, world: World) -> None:
    assert isinstance(literal.right, tuple)
    if _value(world, literal.left) not in literal.right:
        _put(world, literal.left, random.choice(literal.right))


def _none_of(random: Random, literal: Literal, world: World) -> None:
    assert isinstance(literal.right, tuple)
    if _value(world, literal.left) in literal.right:
        kind = next((type(v) for v in literal.right if v is not None), str)
        others = {str: ["a", "b", "x"], int: [0, 1, 2, 5], bool: [True, False]}[kind]
        _put(
            world,
            literal.left,
            random.choice([v for v in others if v not in literal.right] or [None]),
        )


def _same(random: Random, literal: Literal, world: World) -> None:
    assert isinstance(literal.right, Attr)
    _put(world, literal.right, _value(world, literal.left))


def _differs(random: Random, literal: Literal, world: World) -> None:
    assert isinstance(literal.right, Attr)
    value = _value(world, literal.left)
    if value == _value(world, literal.right):
        other = (
            not value if isinstance(value, bool) else 7 if isinstance(value, int) else "z"
        )
        _put(world, literal.right, other)


def _ordered(random: Random, literal: Literal, world: World) -> None:
    """Equal where that is enough, else beside it."""
    right = literal.right
    value = _value(world, right) if isinstance(right, Attr) else right[0]
    if isinstance(value, int) and not isinstance(value, bool):
        step = {Op.LESS: -1, Op.GREATER: 1}.get(literal.op, random.choice((0, 0, 1, -1)))
        _put(world, literal.left, value + step)
    elif isinstance(value, str):
        _put(world, literal.left, value + "a" if literal.op is Op.GREATER else value[:-1])


def _in(random: Random, literal: Literal, world: World) -> None:
    assert isinstance(literal.right, Attr)
    value, held = _value(world, literal.left), _value(world, literal.right) or ()
    if value is None and held:
        _put(world, literal.left, random.choice(held))
    elif value is None:
        _put(world, literal.left, "a")
    elif value not in held:
        _put(world, literal.right, tuple(sorted({*held, value})))


def _not_in(random: Random, literal: Literal, world: World) -> None:
    assert isinstance(literal.right, Attr)
    held = _value(world, literal.right) or ()
    _put(world, literal.right, tuple(v for v in held if v != _value(world, literal.left)))


def _holds(random: Random, literal: Literal, world: World) -> None:
    assert isinstance(literal.right, tuple)
    held = _value(world, literal.left) or ()
    if not set(held) & set(literal.right):
        _put(
            world,
            literal.left,
            tuple(sorted({*held, random.choice(literal.right)}, key=str)),
        )


def _lacks(random: Random, literal: Literal, world: World) -> None:
    assert isinstance(literal.right, tuple)
    held = _value(world, literal.left) or ()
    _put(world, literal.left, tuple(v for v in held if v not in literal.right))


def _holds_other(random: Random, literal: Literal, world: World) -> None:
    assert isinstance(literal.right, tuple)
    held = _value(world, literal.left) or ()
    if all(value in literal.right for value in held) and held and isinstance(held[0], str):
        _put(world, literal.left, tuple(sorted({*held, "z"})))


def _overlaps(random: Random, literal: Literal, world: World) -> None:
    assert isinstance(literal.right, Attr)
    left, right = _value(world, literal.left) or (), _value(world, literal.right) or ()
    if not set(left) & set(right):
        value = random.choice([*left, *right, "a"])
        _put(world, literal.left, tuple(sorted({*left, value})))
        _put(world, literal.right, tuple(sorted({*right, value})))


_PUSHES: dict[Op, Callable[[Random, Literal, World], None]] = {
    Op.ONE_OF: _one_of,
    Op.NONE_OF: _none_of,
    Op.SAME: _same,
    Op.DIFFERS: _differs,
    Op.LESS: _ordered,
    Op.AT_MOST: _ordered,
    Op.GREATER: _ordered,
    Op.AT_LEAST: _ordered,
    Op.IN: _in,
    Op.NOT_IN: _not_in,
    Op.HOLDS: _holds,
    Op.LACKS: _lacks,
    Op.HOLDS_OTHER: _holds_other,
    Op.OVERLAPS: _overlaps,
}
