"""Policy sets of the fragment, made by chance: facts, helpers, permits and forbids."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from authz.engine.conditions import Signature
from tests.differential.lines import FACTS, Line, Lines, all_of, nothing, written
from tests.differential.vocabulary import (
    ACTIONS,
    CLASSES,
    STRINGS,
    SUBJECTS,
    TYPES,
    Path,
    Vocabulary,
)
from tests.differential.worlds import INTEGERS, World

RESOURCES = ("paper", "paper", "box", "kept", "kept", "shelf", "user", "")


@dataclass(frozen=True)
class Helper:
    """A predicate that rules can call."""

    name: str
    kind: str
    #: Types of subject and resource that it is for.
    subjects: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    record: bool = False
    #: May a forbid call it.
    sure: bool = False
    wish: Line = field(default=Line("", nothing))


@dataclass(frozen=True)
class Aim:
    """Requests of this kind may satisfy that policy."""

    policy: str
    subjects: tuple[str, ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    line: Line
    record: bool

    def signature(self, random: Random) -> Signature:
        """Some kind of request that the policy is for, as far as it may be asked."""
        resource = random.choice(self.resources)
        known = ACTIONS[resource]
        action = random.choice([a for a in self.actions if a in known] or known)
        return Signature(random.choice(self.subjects), action, resource)

    def push(self, world: World) -> None:
        """Changes the values toward what the policy asks."""
        for _ in range(2):
            self.line.wish(world)
        held = world["subject"].get("badges")
        if self.record and held is not None:
            world["subject"]["badges"] = (*held, dict(world["record"]))


@dataclass
class Frame:
    """The parameters of a rule and what it may read."""

    subjects: tuple[str, ...]
    resources: tuple[str, ...]
    paths: list[Path]
    sure: bool
    record: bool


class Generated:
    """One policy set. A helper calls only helpers made before it, so none recurs."""

    def __init__(self, random: Random):
        self.random = random
        self.vocabulary = Vocabulary(random)
        self.aims: list[Aim] = []
        self.ids: list[str] = []
        self._made = 0
        self._helpers: list[Helper] = []
        self._called: set[str] = set()
        self._clauses: list[tuple[str, str]] = []
        self.rows = {name: self._facts(name, kinds) for name, kinds in FACTS.items()}
        self.rows["reach"] = sorted(_closure(set(self.rows["edge"])))
        for number in range(random.randint(1, 3)):
            self._scalar_helper(f"h{number}x")
        for number in range(random.randint(1, 3)):
            self._refusable_helper(f"n{number}x")
        for number in range(random.randint(1, 3)):
            self._object_helper(f"o{number}x")
        for number in range(random.randint(2, 5)):
            self._policy("permit", f"made.permit-{number}")
        for number in range(random.randint(0, 3)):
            self._policy("forbid", f"made.forbid-{number}")

    def files(self) -> dict[str, bytes]:
        """The files of the set."""
        text = "\n".join(line for name, line in self._clauses if self._is_called(name))
        facts = [name for name in FACTS if name != "reach" and self._is_called(name)]
        for name in facts:
            for row in self.rows[name]:
                text += f"\n{name}({', '.join(map(written, row))});"
        if self._is_called("reach"):
            text += "\nreach(x, y) if edge(x, y);"
            text += "\nreach(x, y) if edge(x, z) and reach(z, y);"
        entries = [
            f"  {one}: {{title: t, why: w, owner: o, sentence: {{en: Because.}}}}"
            for one in self.ids
        ]
        return {
            "made.polar": f"{text}\n".encode(),
            "made.yaml": "\n".join(["version: 1", "policies:", *entries, ""]).encode(),
            "schema.yaml": self.vocabulary.schema().encode(),
        }

    def _is_called(self, name: str) -> bool:
        if name in ("permit", "forbid"):
            return True
        return name in self._reached()

    def _reached(self) -> set[str]:
        """Every predicate that a policy comes down to; the checks refuse any other."""
        found = {"permit", "forbid"}
        while True:
            more = {
                called
                for name, line in self._clauses
                if name in found
                for called in re.findall(r"\b([a-z]\w*)\(", line)
            }
            if "reach" in found:
                more.add("edge")
            if more <= found:
                return found
            found |= more

    def _facts(self, name: str, kinds: tuple[str, ...]) -> list[tuple[object, ...]]:
        rows: set[tuple[object, ...]] = set()
        for _ in range(self.random.randint(2, 5)):
            row: list[object] = []
            for kind in kinds:
                pool: tuple[object, ...] = STRINGS if kind == "string" else INTEGERS
                row.append(self.random.choice((True, False) if kind == "boolean" else pool))
            if name in ("pair", "weight", "mixed") and self.random.random() < 0.03:
                row[1] = self.random.choice([None, 1, "1", True])
            if name == "edge":
                # No cycle: every edge leads upward.
                row.sort(key=str)
                if row[0] == row[1]:
                    continue
            rows.add(tuple(row))
        return sorted(rows or {("a", "b")}, key=repr)

    def _new(self) -> str:
        self._made += 1
        return f"v{self._made}x"

    def _lines(self, paths: list[Path]) -> Lines:
        return Lines(self.random, paths, self._new, self.rows)

    def _scalar_helper(self, name: str) -> None:
        """Two strings, compared with each other, with constants and by facts."""
        choice, chance = self.random.choice, self.random.random
        for _ in range(self.random.randint(1, 3)):
            value, other = written(choice(STRINGS)), written(choice(STRINGS))
            body = choice(
                [
                    "x = y and x != nil",
                    "x = y",
                    "x != y",
                    "not x = y",
                    f"x = {value} and y = {other}",
                    f"x != {value} and y = {other}",
                    f"x in [{value}, {other}] and y != nil",
                    "pair(x, y)",
                    "reach(x, y)",
                    f"edge(x, z) and z != {value} and y = {other}",
                    "edge(x, z) and pair(z, y)",
                    f"pair(y, x) and not known({value})",
                ]
            )
            first = choice(["x", "x", "x", "x", value]) if chance() < 0.3 else "x"
            if first != "x":
                body = choice([f"y = {other}", "known(y)", f"y != {other}"])
            self._clauses.append((name, f"{name}({first}, y) if {body};"))
        self._helpers.append(Helper(name, "scalar", sure=True))

    def _refusable_helper(self, name: str) -> None:
        """A helper that may stand under `not`: each alternative is one test."""
        wanted = SUBJECTS if self.random.random() < 0.4 else ("user",)
        paths = self.vocabulary.paths("s", wanted)
        sure = self.random.random() < 0.7
        paths = [path for path in paths if path.sure or not sure]
        lines = self._lines(paths)
        for _ in range(self.random.randint(1, 2)):
            value = written(lines.constant("string"))
            ways = [f"s.id = {value} and known(k)", "pair(x, k) and s.tenant = x"]
            if lines.sets:
                ways += [f"pair(x, k) and x in {self.random.choice(lines.sets)}"] * 3
                ways += [f"reach(k, x) and x in {self.random.choice(lines.sets)}"]
                ways += [f"known(k) and k in {self.random.choice(lines.sets)}"]
            of = ": User" if wanted == ("user",) else ""
            self._clauses.append((name, f"{name}(s{of}, k) if {self.random.choice(ways)};"))
        self._helpers.append(Helper(name, "refusable", wanted, tuple(TYPES), False, sure))

    def _object_helper(self, name: str) -> None:
        """A helper over subject, resource and context."""
        sure = self.random.random() < 0.4
        frame = self._frame(sure)
        wish = Line("", nothing)
        typed = self.random.random() < 0.7 or frame.resources != tuple(TYPES)
        for _ in range(self.random.randint(1, 2)):
            wish = self._body(frame, self.random.randint(1, 2))
            head = ", ".join(
                _parameter(variable, types if typed or variable == "c" else (), wish.text)
                for variable, types in (
                    ("s", frame.subjects),
                    ("r", frame.resources),
                    ("c", ("context",)),
                )
            )
            self._clauses.append((name, f"{name}({head}) if {wish.text};"))
        self._helpers.append(
            Helper(
                name, "object", frame.subjects, frame.resources, frame.record, sure, wish
            )
        )

    def _frame(self, sure: bool) -> Frame:
        subjects = self.random.choice(
            [("user",), ("user",), ("user",), ("robot",), SUBJECTS]
        )
        name = self.random.choice(RESOURCES)
        resources = CLASSES[name] if name else tuple(TYPES)
        vocabulary = self.vocabulary
        paths = vocabulary.paths("s", subjects) * 2
        paths += vocabulary.paths("r", resources) * 2 + vocabulary.context()
        record = not sure and subjects == ("user",) and self.random.random() < 0.35
        paths += vocabulary.record() * 3 if record else []
        paths = [path for path in paths if path.sure or not sure]
        return Frame(subjects, resources, paths, sure, record)

    def _body(self, frame: Frame, size: int) -> Line:
        lines = self._lines(frame.paths)
        body = [self._step(lines, frame) for _ in range(size)]
        record = any(re.search(r"\bb\.", line.text) for line in body)
        if frame.record and not record:
            frame.record = False
        if record:
            body.insert(0, Line("b in s.badges", nothing))
        return all_of(body)

    def _step(self, lines: Lines, frame: Frame) -> Line:
        chance = self.random.random()
        if chance < 0.12:
            steps = [lines.line() for _ in range(self.random.randint(2, 3))]
            text = " or ".join(f"({step.text})" for step in steps)
            return Line(f"({text})", self.random.choice(steps).wish)
        if chance < 0.4 and (helpers := list(self._callable(frame))):
            return self._call(lines, self.random.choice(helpers), frame)
        return lines.line()

    def _callable(self, frame: Frame) -> Iterator[Helper]:
        for helper in self._helpers:
            if helper.kind == "scalar":
                yield helper
            elif frame.sure and not helper.sure or helper.record:
                continue
            elif set(frame.subjects) <= set(helper.subjects) and (
                set(frame.resources) <= set(helper.resources)
            ):
                yield helper

    def _call(self, lines: Lines, helper: Helper, frame: Frame) -> Line:
        if helper.kind == "object":
            return Line(f"{helper.name}(s, r, c)", helper.wish.wish)
        if helper.kind == "scalar":
            one, other = lines.path(), lines.path()
            if one.kind != "string" or other.kind != "string":
                return lines.line()
            second = self.random.choice([str(other), written(lines.constant("string"))])
            return Line(f"{helper.name}({one}, {second})", nothing)
        key = written(self.random.choice(self.rows["pair"])[1])
        text = f"{helper.name}(s, {key})"
        if self.random.random() < 0.3:
            variable = self._new()
            text = f"{helper.name}(s, {variable})"
            bound = f"known({variable}) and "
            return Line(f"{bound}{self.random.choice(['', 'not '])}{text}", nothing)
        return Line(self.random.choice(["", "not ", "not "]) + text, nothing)

    def _policy(self, effect: str, policy_id: str) -> None:
        frame = self._frame(effect == "forbid")
        line = self._body(frame, self.random.randint(1, 4))
        allowed = sorted({action for name in frame.resources for action in ACTIONS[name]})
        action, line, actions = self._action(line, allowed)
        if frame.resources == ("paper", "box") and self.random.random() < 0.3:
            paper = self._lines(self.vocabulary.paths("r", ["paper"])).with_constant()
            if effect == "permit" or "r.id" in paper.text or "r.tenant" in paper.text:
                line = all_of([Line("r matches Paper", nothing), line, paper])
        head = [
            f'"{policy_id}"',
            _parameter("s", frame.subjects, line.text),
            action,
            _parameter("r", frame.resources, line.text),
            _parameter("c", ("context",), line.text),
        ]
        self.ids.append(policy_id)
        self._clauses.append((effect, f"{effect}({', '.join(head)}) if {line.text};"))
        record = bool(re.search(r"\bb\.", line.text))
        self.aims.append(
            Aim(policy_id, frame.subjects, actions, frame.resources, line, record)
        )

    def _action(self, line: Line, known: list[str]) -> tuple[str, Line, tuple[str, ...]]:
        chance, one = self.random.random(), self.random.choice(known)
        if chance < 0.5:
            return f'"{one}"', line, (one,)
        if chance < 0.7:
            return "_action", line, tuple(known)
        steps = {f'action in ["{one}", "do:read"]': (one, "do:read")}
        steps[f'action != "{one}"'] = tuple(set(known) - {one}) or (one,)
        steps[f'action = "{one}"'] = (one,)
        text, actions = self.random.choice(list(steps.items()))
        return "action", all_of([Line(text, nothing), line]), actions


def _parameter(variable: str, types: tuple[str, ...], text: str) -> str:
    """A parameter of a head, with the class that these types are."""
    used = re.search(rf"\b{variable}\b", re.sub(r'"[^"]*"', '""', text))
    name = variable if used else f"_{variable}"
    if types == ("context",):
        return f"{name}: Context"
    for class_name, members in CLASSES.items():
        if members == types:
            return f"{name}: {class_name.capitalize()}"
    return name


def _closure(edges: set[tuple[object, ...]]) -> set[tuple[object, ...]]:
    while True:
        more = {(a, d) for a, b in edges for c, d in edges if b == c} - edges
        if not more:
            return edges
        edges = edges | more
