"""What pages that list things cost when there is much to list, as ratios of one run.

Run by `make bench`. The same pages are asked of two databases in turn, a small one and a
large one, so that a busy machine slows both; the ratio is that of the medians.
"""

import argparse
import json
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

from tests.administration.conftest import Clock, World
from tests.administration.names import ROOT
from tests.bench.list_world import made
from tests.console.conftest import Browser, console_of
from webapp.console.app import create_app

SMALL, LARGE = (1_000, 5_000), (100_000, 500_000)
#: Of the medians of a page in both databases; the issue of the console fixed it.
RATIO_MAX = 2.0
#: Lists that are narrowed, sorted, and paged to what stands behind the first page.
NARROWED = (
    "/users?role=branch",
    "/users?show=none",
    "/users?show=ends",
    "/users?sort=email",
    "/users?role=branch&sort=email",
    "/events?result=refused",
    "/events?action=user.created",
    "/events?type=metering_unit",
)
#: Text is looked for in every row: no index holds the middle of a word.
SEARCHED = (
    "/users?q=Person+77",
    "/users?q=nobody",
    "/events?q=Person+77",
    "/events?q=nobody",
)
NEXT = 'rel="next" href="'
#: Forms, exports, and files.
OTHERS = re.compile(r"/add$|\.")


@dataclass(frozen=True, slots=True)
class Timed:
    """A page in both databases."""

    path: str
    small_ms: float
    large_ms: float
    small_statements: int
    large_statements: int

    @property
    def ratio(self) -> float:
        """Of the medians, the large database by the small one."""
        return self.large_ms / self.small_ms

    @property
    def is_kept(self) -> bool:
        """Whether it holds what is promised of pages of a list."""
        # WHY not the same: a page whose lines are of fewer kinds asks for fewer names.
        grows = self.large_statements > self.small_statements
        return not grows and self.ratio <= RATIO_MAX


class House:
    """The console over one database, and somebody who looks at it."""

    def __init__(self, path: Path):
        self.world = World(path, Clock(time.time()))
        self.app = create_app(console_of(self.world))
        self.browser = Browser(self.app)
        assert self.browser.log_in(ROOT).status_code == 303

    def lists(self) -> Iterator[str]:
        """The pages without the id of a thing in their address, that may be opened."""
        for rule in self.app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or OTHERS.search(rule.rule):
                continue
            chosen = rule._converters.values()
            if all(hasattr(one, "items") for one in chosen):
                names = list(rule._converters)
                for values in product(*(one.items for one in chosen)):
                    path = rule.build(dict(zip(names, values, strict=True)))[1]
                    if self.browser.get(path).status_code == 200:
                        yield path

    def behind(self, path: str) -> str | None:
        """The page behind the first one, where there is one."""
        text = self.browser.get(path).text
        start = text.find(NEXT)
        if start < 0:
            return None
        start += len(NEXT)
        return text[start : text.index('"', start)].replace("&amp;", "&")

    def asked(self, path: str) -> tuple[float, int]:
        """Milliseconds and SQL statements of one look."""
        statements: list[str] = []
        connection = self.world.database.db.connection()
        connection.set_trace_callback(statements.append)
        started = time.perf_counter()
        answer = self.browser.get(path)
        spent = (time.perf_counter() - started) * 1e3
        connection.set_trace_callback(None)
        assert answer.status_code == 200, (path, answer.status_code)
        return spent, len(statements)


def timed(small: House, large: House, paths: list[str], rounds: int) -> Iterator[Timed]:
    """Each page, asked of both in turn."""
    for path in paths:
        spent: dict[House, list[float]] = {small: [], large: []}
        count: dict[House, int] = {}
        for house in (small, large):
            house.asked(path)
        for _ in range(rounds):
            for house, found in spent.items():
                milliseconds, count[house] = house.asked(path)
                found.append(milliseconds)
        medians = (statistics.median(found) for found in spent.values())
        yield Timed(path, *medians, count[small], count[large])


def main() -> int:
    """The exit code: 4 when a list became slower than it may, or asked more."""
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("--rounds", type=int, default=15)
    flags.add_argument("--users", type=int, default=LARGE[0])
    flags.add_argument("--events", type=int, default=LARGE[1])
    flags.add_argument("--output", choices=["human", "json"], default="human")
    given = flags.parse_args()
    with tempfile.TemporaryDirectory(prefix="authz-bench-lists-") as folder:
        small = House(made(Path(folder), *SMALL))
        large = House(made(Path(folder), given.users, given.events))
        pages = [*small.lists(), *NARROWED]
        pages += [deep for path in ("/users", "/events") if (deep := large.behind(path))]
        lists = list(timed(small, large, pages, given.rounds))
        searched = list(timed(small, large, list(SEARCHED), given.rounds))
    if given.output == "json":
        told = {"schema": "authz.bench-lists/1", "small": SMALL}
        told |= {"large": (given.users, given.events)}
        told |= {"lists": [asdict(one) for one in lists]}
        told |= {"searched": [asdict(one) for one in searched]}
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(table(lists, searched, given)) + "\n")
    return 0 if all(one.is_kept for one in lists) else 4


def table(
    lists: list[Timed], searched: list[Timed], given: argparse.Namespace
) -> Iterator[str]:
    """For people: each page, then the worst."""
    yield f"small      {SMALL[0]:,} people, {SMALL[1]:,} events"
    yield f"large      {given.users:,} people, {given.events:,} events"
    heads = ("small", "large", "ratio", "statements")
    yield f"{'page':44}" + "".join(f"{head:>12}" for head in heads)
    yield from map(_line, lists)
    worst = max(lists, key=lambda one: one.ratio)
    yield f"the worst of {len(lists)} lists: {worst.ratio:.2f} times ({worst.path})"
    yield "searches for a part of a text, which look at every row:"
    yield from map(_line, searched)


def _line(one: Timed) -> str:
    counts = f"{one.small_statements}, {one.large_statements}"
    if one.small_statements < one.large_statements:
        counts += " !"
    path = one.path if len(one.path) <= 42 else f"{one.path[:41]}…"
    return (
        f"{path:44}{one.small_ms:9.1f} ms{one.large_ms:9.1f} ms{one.ratio:12.2f}"
        f"{counts:>12}"
    )


if __name__ == "__main__":
    sys.exit(main())
