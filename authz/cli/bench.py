"""`authz bench`: what a decision costs on this machine, in a world made for it."""

import json
import platform
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from os import cpu_count
from pathlib import Path
from typing import TypeVar

import click

from authz import __version__
from authz.assurance.bench import Row
from authz.assurance.bench_rules import RULES_LEAST
from authz.assurance.bench_world import Shape
from authz.cli.bench_run import Run, run
from authz.cli.exits import Exit
from authz.cli.progress import progress
from authz.cli.setup import Setup, takes_setup

#: What grows in `--sweep`, one thing at a time, beside a small world.
SWEEP = {
    "users": (1_000, 10_000, 100_000, 1_000_000),
    "bindings": (1, 10, 100, 1_000, 10_000),
    "rules": (100, 300, 1_000),
}
SMALL = Shape(users=10_000)
#: Series -> the world in which it grows, where that is another one. WHY as few people with
#: one binding as with ten thousand: else the caches of the processor are what changes.
WORLDS = {"bindings": Shape(users=20)}
RATIO = "ratio, facts cached"

Command = TypeVar("Command", bound=Callable[..., int])


def _size(name: str, least: int, about: str) -> Callable[[Command], Command]:
    return click.option(
        f"--{name}",
        type=click.IntRange(least),
        default=getattr(Shape(), name),
        show_default=True,
        help=about,
    )


@click.command(epilog="Example: authz bench --users 1000000 --output json")
@_size("users", 1, "People in all tenants; up to 10,000 of one tenant are asked about.")
@_size("tenants", 1, "Companies.")
@_size("bindings", 1, "Bindings of each person who is asked about.")
@_size("resources", 1, "Metering units in all tenants.")
@_size("rules", RULES_LEAST, "Policies of the generated set.")
@_size("questions", 1, "Different questions that a round of measuring asks.")
@_size("seed", 0, "The same seed makes the same world.")
@click.option(
    "--sample",
    type=click.IntRange(0),
    default=200,
    show_default=True,
    help="Answers that are compared with the reference engine.",
)
@click.option("--sweep", is_flag=True, help="Grow users, bindings and rules, one by one.")
@click.option("--output", type=click.Choice(["human", "json"]), default="human")
@takes_setup
def bench(setup: Setup, *, sample: int, sweep: bool, output: str, **sizes: int) -> int:
    """Measure decisions in a generated world, beside a function written by hand.

    The world is a temporary database and policy set; nothing of yours is read. It exits
    with 4 when an answer differs from the reference or the function written by hand.
    """
    shapes = list(_swept(sizes["seed"])) if sweep else [("", Shape(**sizes))]
    runs: list[tuple[str, Run]] = []
    with progress("measuring") as advance:
        for series, shape in shapes:
            advance(len(runs), len(shapes))
            made = run(shape, setup.config, sample=sample, whole=not sweep)
            runs.append((series, made))
    if output == "json":
        click.echo(json.dumps(_as_json(runs), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_series(runs) if sweep else _table(runs[0][1])))
    return Exit.TESTS_FAILED if any(made.wrong for _, made in runs) else Exit.OK


def _swept(seed: int) -> Iterator[tuple[str, Shape]]:
    for name, sizes in SWEEP.items():
        for size in sizes:
            yield name, replace(WORLDS.get(name, SMALL), seed=seed, **{name: size})


def _table(made: Run) -> Iterator[str]:
    shape = ", ".join(f"{size:,} {name}" for name, size in asdict(made.shape).items())
    yield f"machine    {_machine()}"
    yield f"world      {shape}"
    for name, seconds in made.seconds.items():
        yield f"           {seconds:8.2f} s  to {name}"
    yield f"compared   {_compared(made)}"
    yield ""
    yield f"{'':32} {'min':>10} {'median':>10} {'max':>10}"
    for row in made.rows:
        yield f"{row.name:32} {_cells(row)}"


def _compared(made: Run) -> str:
    counts = ", ".join(
        f"{count:,} with the {name}" for name, count in made.compared.items()
    )
    return f"{counts}: {_verdict(made)}"


def _verdict(made: Run) -> str:
    if not made.wrong:
        return "all answers agree"
    return f"{len(made.wrong)} DIFFER, the first is {json.dumps(made.wrong[0])}"


def _cells(row: Row) -> str:
    digits = 0 if row.unit == "bytes" else 2
    values = (row.least, row.median, row.most)
    return " ".join(f"{value:10,.{digits}f}" for value in values) + f" {row.unit}"


def _series(runs: Iterable[tuple[str, Run]]) -> Iterator[str]:
    """A table for each series: the medians, and how far the ratio spreads."""
    yield f"machine    {_machine()}"
    grouped: dict[str, list[Run]] = {}
    for series, made in runs:
        grouped.setdefault(series, []).append(made)
    for series, of_series in grouped.items():
        yield ""
        names = [row.name for row in of_series[0].rows]
        yield f"{series:>12}  " + "  ".join(f"{name:>26}" for name in names)
        for made in of_series:
            cells = "  ".join(f"{row.median:23,.2f} {row.unit:2}" for row in made.rows)
            yield f"{getattr(made.shape, series):12,}  {cells}  {_verdict(made)}"
        yield f"the ratio with facts cached spreads by {_spread(of_series):.2f} x"


def _spread(runs: Iterable[Run]) -> float:
    """The largest of the median ratios to the function written by hand, by the smallest."""
    ratios = [row.median for made in runs for row in made.rows if row.name == RATIO]
    return max(ratios) / min(ratios)


def _as_json(runs: Iterable[tuple[str, Run]]) -> dict[str, object]:
    return {
        "schema": "authz.bench/1",
        "version": __version__,
        "machine": _machine(),
        "runs": [
            {
                "series": series or None,
                "shape": asdict(made.shape),
                "seconds": dict(made.seconds),
                "compared": dict(made.compared),
                "wrong": [list(question) for question in made.wrong],
                "rows": [
                    {
                        "name": row.name,
                        "unit": row.unit,
                        "min": row.least,
                        "median": row.median,
                        "max": row.most,
                    }
                    for row in made.rows
                ],
            }
            for series, made in runs
        ],
    }


def _machine() -> str:
    """Processor, cores and Python."""
    try:
        said = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        said = ""
    named = re.search(r"^model name\s*:\s*(.+)$", said, re.M)
    model = named.group(1).strip() if named else platform.machine()
    return f"{model}, {cpu_count()} cores, Python {platform.python_version()}"
