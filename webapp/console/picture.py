"""Where everything stands in the picture of a supply tree: pure arithmetic, no drawing.

Companies stand in columns by their depth, each beside the middle of what belongs to it; the
metering units stand in the last column, a row each.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

NODE_WIDTH, NODE_HEIGHT = 170, 42
UNIT_WIDTH, UNIT_HEIGHT = 306, 30
COLUMN, ROW, MARGIN = 210, 44, 16


@dataclass(frozen=True, slots=True)
class Company:
    """A supply company as the picture needs it."""

    id: str
    name: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Unit:
    """A metering unit as the picture needs it."""

    id: str
    name: str
    company: str
    #: Who services it; empty for nobody.
    service: str
    is_reached: bool


@dataclass(frozen=True, slots=True)
class Node:
    """A company, or a unit, and the middle of its left side."""

    thing: Company | Unit
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Picture:
    """All of it. Units: those of the SVG."""

    width: float
    height: float
    companies: tuple[Node, ...]
    units: tuple[Node, ...]
    #: The lines between them, as paths of SVG.
    lines: tuple[str, ...]


def drawn(companies: Sequence[Company], units: Sequence[Unit]) -> Picture:
    """The picture of a tree. A company whose parent is not among them is a root."""
    return _Drawing(companies, units).picture()


class _Drawing:
    def __init__(self, companies: Sequence[Company], units: Sequence[Unit]):
        known = {company.id for company in companies}
        self._below = _grouped(
            (one.parent if one.parent in known else None, one) for one in companies
        )
        self._units = _grouped((unit.company, unit) for unit in units)
        self._nodes: list[Node] = []
        self._shown: list[Node] = []
        self._lines: list[str] = []
        self._row = 0
        self._units_x = MARGIN + COLUMN * (1 + max(self._depths(None, 0), default=0))

    def picture(self) -> Picture:
        for root in self._below.get(None, ()):
            self._place(root, 0)
        width = self._units_x + UNIT_WIDTH + MARGIN
        height = 2 * MARGIN + max(self._row, 1) * ROW
        nodes, shown, lines = tuple(self._nodes), tuple(self._shown), tuple(self._lines)
        return Picture(width, height, nodes, shown, lines)

    def _depths(self, parent: str | None, depth: int) -> Iterable[int]:
        for company in self._below.get(parent, ()):
            yield depth
            yield from self._depths(company.id, depth + 1)

    def _place(self, company: Company, depth: int) -> float:
        """Puts a company, and all that belongs to it, in its place; where its middle is."""
        x = MARGIN + COLUMN * depth
        ends = [(self._units_x, y) for y in self._place_units(company.id)]
        for branch in self._below.get(company.id, ()):
            ends.append((x + COLUMN, self._place(branch, depth + 1)))
        if not ends:
            ends_at = self._next_row()
            self._nodes.append(Node(company, x, ends_at))
            return ends_at
        middle = (ends[0][1] + ends[-1][1]) / 2
        self._nodes.append(Node(company, x, middle))
        turn = x + NODE_WIDTH + (COLUMN - NODE_WIDTH) / 2
        self._lines += [
            f"M{x + NODE_WIDTH} {middle}H{turn}V{end_y}H{end_x}" for end_x, end_y in ends
        ]
        return middle

    def _place_units(self, company: str) -> list[float]:
        placed = []
        for unit in self._units.get(company, ()):
            y = self._next_row()
            self._shown.append(Node(unit, self._units_x, y))
            placed.append(y)
        return placed

    def _next_row(self) -> float:
        y = MARGIN + self._row * ROW + ROW / 2
        self._row += 1
        return y


def _grouped(pairs: Iterable[tuple[K, V]]) -> Mapping[K, list[V]]:
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found
