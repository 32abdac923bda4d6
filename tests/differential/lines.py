"""Single steps of generated rules, each with what a request needs to satisfy it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.differential.vocabulary import STRINGS, Path
from tests.differential.worlds import INTEGERS, World

Wish = Callable[[World], None]
#: Predicates of facts -> the types of their arguments.
FACTS = {
    "known": ("string",),
    "pair": ("string", "string"),
    "edge": ("string", "string"),
    "reach": ("string", "string"),
    "triple": ("string", "string", "string"),
    "weight": ("string", "integer"),
    "mixed": ("string", "boolean"),
}
_TYPES = {"string": str, "integer": int, "boolean": bool}
MIRROR = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True)
class Line:
    """One or more steps joined by `and`."""

    text: str
    wish: Wish


def nothing(_: World) -> None:
    """The wish of a step that nothing needs to be done for."""


def written(value: object) -> str:
    """A value as Polar text."""
    if value is None:
        return "nil"
    return (
        str(value).lower()
        if isinstance(value, bool)
        else (f'"{value}"' if isinstance(value, str) else str(value))
    )


def all_of(lines: Sequence[Line], joined: str = " and ") -> Line:
    """The lines as one."""

    def wish(world: World) -> None:
        for line in lines:
            line.wish(world)

    return Line(joined.join(line.text for line in lines), wish)


class Lines:
    """Steps over a given choice of paths."""

    def __init__(
        self, random: Random, paths: Sequence[Path], names: Callable[[], str], rows: Any
    ):
        self.random = random
        self.paths = [p for p in paths if not p.kind.endswith("-set")]
        self.sets = [p for p in paths if p.kind == "string-set"]
        self.new = names
        self.rows = rows

    def path(self, kind: str = "string") -> Path:
        """A path of that type."""
        return self.random.choice([p for p in self.paths if p.kind == kind] or self.paths)

    def constant(self, kind: str) -> Any:
        """A value of that type."""
        if kind == "boolean":
            return self.random.random() < 0.5
        return self.random.choice(STRINGS if kind == "string" else INTEGERS)

    def line(self) -> Line:
        """Any step that has no call of a helper."""
        steps = [
            (5, self.with_constant),
            (4, self.join),
            (3, self.listed),
            (3, self.ordered),
            (3, self.called),
            (1, self.not_called),
            (1, self.second_name),
        ]
        if self.sets:
            steps += [(4, self.member), (5, self.element), (2, self.bound_member)]
        weights = [weight for weight, _ in steps]
        return self.random.choices([step for _, step in steps], weights)[0]()

    def with_constant(self) -> Line:
        path = self.path(self.random.choice(["string", "string", "integer", "boolean"]))
        value = self.constant(path.kind)
        if self.random.random() < 0.1:
            value = None
        op = self.random.choice(["=", "=", "=", "!="])
        sides = [str(path), written(value)]
        if self.random.random() < 0.2:
            sides.reverse()
        text = f" {op} ".join(sides)
        if self.random.random() < 0.12:
            op, text = "!=" if op == "=" else "=", f"not {text}"
        return Line(text, sets(path, value) if op == "=" else nothing)

    def join(self) -> Line:
        kind = self.random.choice(["string", "string", "string", "integer", "boolean"])
        left, right = self.path(kind), self.path(kind)
        if left.kind != right.kind:
            return self.with_constant()
        op = self.random.choice(["=", "=", "=", "!="])
        text = f"{left} {op} {right}"
        if self.random.random() < 0.1:
            text = f"not {left} {'!=' if op == '=' else '='} {right}"
        if not (left.sure or right.sure) and self.random.random() < 0.9:
            guard = f"{self.random.choice([left, right])} != nil"
            text = " and ".join(self.random.sample([text, guard], 2))
        return Line(text, copies(left, right) if op == "=" else nothing)

    def listed(self) -> Line:
        path = self.path(self.random.choice(["string", "string", "integer"]))
        values = [self.constant(path.kind) for _ in range(self.random.randint(1, 3))]
        inside = [written(value) for value in values]
        if self.random.random() < 0.15:
            inside.append(str(self.path(path.kind)))
        text = f"{path} in [{', '.join(inside)}]"
        if self.random.random() < 0.25:
            return Line(f"not {text}", nothing)
        return Line(text, sets(path, self.random.choice(values)))

    def ordered(self) -> Line:
        kind = self.random.choice(["integer", "integer", "integer", "string"])
        left, right = self.path(kind), self.path(kind)
        op = self.random.choice(["<", "<=", ">", ">="])
        guards = [] if left.sure else [f"{left} != nil"]
        if self.random.random() < 0.6 or right.kind != left.kind or left == right:
            value = self.constant(left.kind)
            if left.kind == "boolean":
                return self.with_constant()
            text, wish = f"{left} {op} {written(value)}", sets(left, value)
            if self.random.random() < 0.2:
                text = f"{written(value)} {MIRROR[op]} {left}"
        else:
            guards += [] if right.sure else [f"{right} != nil"]
            text, wish = f"{left} {op} {right}", copies(left, right)
        if self.random.random() < 0.1:
            text = f"not {text}"
        return Line(" and ".join([*guards, text]), wish)

    def called(self) -> Line:
        """Facts about paths, constants and the element that a variable stands for."""
        name = self.random.choice(list(FACTS))
        row = self.random.choice(self.rows[name]) if self.rows[name] else None
        arguments, wishes, after = [], [], ""
        for position, kind in enumerate(FACTS[name]):
            value = row[position] if row else None
            chance = self.random.random()
            path = self.path(kind)
            if chance < 0.25 or path.kind != kind:
                arguments.append(written(self.constant(kind) if value is None else value))
            elif chance < 0.45 and not after and len(FACTS[name]) > 1:
                variable = self.new()
                arguments.append(variable)
                after = f" and {variable} {self.random.choice(['=', '=', '!='])} {path}"
                wishes.append(sets(path, value))
            else:
                arguments.append(str(path))
                wishes.append(sets(path, value))
        return Line(f"{name}({', '.join(arguments)}){after}", _together(wishes))

    def not_called(self) -> Line:
        name = self.random.choice(["known", "pair", "edge", "reach", "weight"])
        arguments = [written(self.constant(kind)) for kind in FACTS[name]]
        at = self.random.randrange(len(arguments))
        arguments[at] = str(self.path(FACTS[name][at]))
        if self.random.random() < 0.1:
            arguments = [str(self.path(kind)) for kind in FACTS[name]]
        return Line(f"not {name}({', '.join(arguments)})", nothing)

    def second_name(self) -> Line:
        """A variable for what a path says."""
        variable, path = self.new(), self.path()
        value = self.constant(path.kind)
        ways = [
            Line(
                f"{variable} = {path} and {variable} = {written(value)}", sets(path, value)
            ),
            Line(f"{variable} = {path} and {variable} != {written(value)}", nothing),
        ]
        if self.sets and path.kind == "string":
            target = self.random.choice(self.sets)
            ways.append(
                Line(f"{variable} = {path} and {variable} in {target}", adds(target, path))
            )
        number = next((p for p in self.paths if p.kind == "integer" and p.sure), None)
        if number and path.kind == "string":
            op, row = (
                self.random.choice(["<", ">=", "="]),
                self.random.choice(self.rows["weight"]),
            )
            ways.append(
                Line(
                    f"weight({path}, {variable}) and {number} {op} {variable}",
                    _together([sets(path, row[0]), sets(number, row[1])]),
                )
            )
            other = self.new()
            ways.append(
                Line(
                    f"{variable} = {other} and {other} = {path} and known({variable})",
                    nothing,
                )
            )
            ways.append(
                Line(f"pair({variable}, {variable}) and {variable} = {path}", nothing)
            )
        return self.random.choice(ways)

    def member(self) -> Line:
        target, path, value = (
            self.random.choice(self.sets),
            self.path(),
            self.constant("string"),
        )
        one: Path | str = (
            path if path.kind == "string" and self.random.random() < 0.6 else value
        )
        text = f"{one if isinstance(one, Path) else written(one)} in {target}"
        if isinstance(one, Path) and not one.sure and self.random.random() < 0.5:
            text = f"{one} != nil and {text}"
        elif self.random.random() < 0.3:
            return Line(f"not {text}", nothing)
        return Line(text, adds(target, one))

    def element(self) -> Line:
        """A variable that stands for an element of a set."""
        variable, target, other = self.new(), *self.random.choices(self.sets, k=2)
        path, value = self.path(), self.constant("string")
        if path.kind != "string":
            return self.member()
        edges = self.rows[self.random.choice(["pair", "edge", "reach"])] or [("a", "b")]
        first, second = self.random.choice(edges)
        known = self.random.choice(self.rows["known"])[0]
        end, held = self.new(), f"{variable} in {target}"
        fixed = written(value)
        ways = [
            Line(
                f"{held} and not {variable} in [{fixed}, {written(known)}]",
                adds(target, "d"),
            ),
            Line(f"{held} and not pair({variable}, {fixed})", adds(target, "d")),
            Line(
                f"{held} and ({variable} = {path} or known({variable}))",
                adds(target, known),
            ),
            Line(
                f"{held} and {variable} in {other} and {variable} = {path}",
                _same_in(target, other, path),
            ),
            Line(
                f"{held} and not {variable} in {other} and known({variable})",
                adds(target, known),
            ),
            Line(
                f"{variable} = {path} and {held} and reach({variable}, {fixed})",
                _pairs(target, first, path, first),
            ),
            Line(f"{held} and {variable} = {path}", adds(target, path)),
            Line(f"{held} and known({variable})", adds(target, known)),
            Line(
                f"{held} and pair({variable}, {path})", _pairs(target, first, path, second)
            ),
            Line(
                f"{held} and reach({variable}, {end}) and {end} = {path}",
                _pairs(target, first, path, second),
            ),
            Line(f'{held} and {variable} in [{written(value)}, "a"]', adds(target, value)),
            Line(f"{held} and {variable} != {written(value)}", adds(target, "d")),
            Line(f"{held} and {variable} in {other}", _both(target, other, value)),
            Line(
                f"{held} and edge({variable}, {end}) and {end} in {other}",
                _together([adds(target, first), adds(other, second)]),
            ),
            Line(
                f"{held} and pair({variable}, {end}) and not {end} in {other}",
                adds(target, first),
            ),
        ]
        return self.random.choice(ways)

    def bound_member(self) -> Line:
        """A variable bound by facts, then looked for in a set."""
        variable, end = self.new(), self.new()
        target, other = self.random.choices(self.sets, k=2)
        path = self.path()
        known = self.random.choice(self.rows["known"])[0]
        first, second = self.random.choice(self.rows["pair"])
        ways = [
            Line(f"known({variable}) and {variable} in {target}", adds(target, known)),
            Line(f"known({variable}) and not {variable} in {target}", nothing),
            Line(
                f"pair({variable}, {end}) and {variable} in {target} and {end} in {other}",
                _together([adds(target, first), adds(other, second)]),
            ),
            Line(
                f"pair({variable}, {end}) and {variable} = {path} and {end} in {target}",
                _pairs(target, second, path, first),
            )
            if path.kind == "string"
            else Line(f"known({variable}) and {variable} in {other}", adds(other, known)),
        ]
        return self.random.choice(ways)


def sets(path: Path, value: object) -> Wish:
    """That the attribute has the value, if it is of its type."""

    def wish(world: World) -> None:
        fits = value is None or type(value) is _TYPES[path.kind]
        if fits and path.name in world[path.root]:
            world[path.root][path.name] = value

    return wish


def copies(left: Path, right: Path) -> Wish:
    """That the left attribute has the value of the right one."""

    def wish(world: World) -> None:
        sets(left, world[right.root].get(right.name))(world)

    return wish


def adds(target: Path, what: Path | object) -> Wish:
    """That the set holds the value, or that of the path."""

    def wish(world: World) -> None:
        value = world[what.root].get(what.name) if isinstance(what, Path) else what
        held = world[target.root].get(target.name)
        if value is not None and held is not None:
            world[target.root][target.name] = tuple(sorted({*held, str(value)}))

    return wish


def _together(wishes: Sequence[Wish]) -> Wish:
    def wish(world: World) -> None:
        for one in wishes:
            one(world)

    return wish


def _pairs(target: Path, held: object, path: Path, value: object) -> Wish:
    return _together([adds(target, held), sets(path, value)])


def _both(target: Path, other: Path, value: object) -> Wish:
    return _together([adds(target, value), adds(other, value)])


def _same_in(target: Path, other: Path, path: Path) -> Wish:
    return _together([adds(target, path), adds(other, path)])
