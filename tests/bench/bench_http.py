"""What the decision endpoint costs, beside nginx with a constant answer.

Run by `make bench`, after the others. It needs wrk, and nginx for the ratio. The server
has one worker on one core, the loader has the other; the servers are loaded in turn, round
by round, so that a busy machine slows them all.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from tests.bench import http_servers, http_world
from tests.bench.http_load import CONNECTIONS, HALF_OPEN, Loader, Round, half_open, written
from tests.bench.http_servers import Running
from tests.bench.http_world import BATCH, BATCH_ITEMS, SINGLE, Made
from webapp.decision_api.kept import KEPT_MAX

OURS, BATCHED, NGINX, LOOP = "gatehouse", "gatehouse, batches", "nginx", "event loop"
BESIDE = f"gatehouse, {HALF_OPEN} half-open"
ANEW, BATCHED_ANEW = "gatehouse, asked once", "gatehouse, batches, once"
#: In so many other bytes is each question sent: more of them than answers are kept.
TIMES = KEPT_MAX // http_world.BODIES + 3

Rounds = Mapping[str, list[Round]]


def main() -> int:
    """The exit code: 4 when an answer was wrong."""
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("--rounds", type=int, default=5)
    flags.add_argument("--seconds", type=int, default=5, help="of one round")
    flags.add_argument("--bodies", type=int, default=http_world.BODIES)
    flags.add_argument("--output", choices=["human", "json"], default="human")
    given = flags.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    if shutil.which("wrk") is None or len(cores) < 2:
        sys.stderr.write(
            "the HTTP benchmark needs two cores and wrk; with nginx it gives ratios too"
            " (Debian: apt-get install wrk nginx-light)\n"
        )
        return 1
    with tempfile.TemporaryDirectory(prefix="authz-bench-http-") as folder:
        made = http_world.made(Path(folder), given.bodies)
        loader = Loader(made.folder, cores[1], given.seconds, made.headers)
        os.sched_setaffinity(0, {cores[1]})
        wrong, rounds = measured(made, loader, cores[0], given.rounds)
    if given.output == "json":
        sys.stdout.write(json.dumps(as_json(rounds, wrong, given.bodies), indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(table(rounds, wrong, given.bodies)) + "\n")
    return 4 if wrong else 0


def measured(made: Made, loader: Loader, core: int, times: int) -> tuple[list[str], Rounds]:
    """The answers that were wrong, and the rounds of each server, in turn."""
    servers: dict[str, Running] = {}
    one = written(made.folder, "singles", http_world.singles(made.questions))
    many = written(made.folder, "batches", http_world.batches(made.questions))
    alone, together = (
        written(made.folder, name, http_world.said_anew(of(made.questions), TIMES))
        for name, of in (("once", http_world.singles), ("batches-once", http_world.batches))
    )
    names = (OURS, BESIDE, ANEW, BATCHED, BATCHED_ANEW, LOOP)
    rounds: dict[str, list[Round]] = {name: [] for name in names}
    with ExitStack() as running:
        start = running.enter_context
        servers[LOOP] = start(http_servers.constant(made.folder, core))
        if shutil.which("nginx"):
            servers[NGINX] = start(http_servers.nginx(made.folder, core))
            rounds[NGINX] = []
        ours = start(http_servers.ours(made.folder, core, made.environ))
        # WHY another server: what it keeps is always what is not asked again.
        fresh = start(http_servers.ours(made.folder, core, made.environ))
        wrong = http_world.wrong(made, ours.port)
        loader.round(ours, SINGLE, one)
        for _ in range(times):
            for name, server in servers.items():
                rounds[name].append(loader.round(server, SINGLE, one))
            rounds[OURS].append(loader.round(ours, SINGLE, one))
            with half_open(ours.port, SINGLE, made.headers):
                rounds[BESIDE].append(loader.round(ours, SINGLE, one))
            rounds[ANEW].append(loader.round(fresh, SINGLE, alone))
            rounds[BATCHED].append(loader.round(ours, BATCH, many))
            rounds[BATCHED_ANEW].append(loader.round(fresh, BATCH, together))
    return wrong, rounds


def summary(rounds: Rounds) -> Iterator[tuple[str, float]]:
    """What the fixed numbers are about, each from the medians of the rounds."""
    rate = {name: statistics.median(r.rate for r in of) for name, of in rounds.items()}
    p99 = {name: statistics.median(r.p99 for r in of) for name, of in rounds.items()}
    cost = {name: statistics.median(r.processor for r in of) for name, of in rounds.items()}
    yield "batched checks a second", rate[BATCHED] * BATCH_ITEMS
    yield "batched checks a second, asked once", rate[BATCHED_ANEW] * BATCH_ITEMS
    for name in (NGINX, LOOP):
        if name in rate:
            yield f"ratio to {name}", rate[OURS] / rate[name]
            yield f"ratio to {name}, by processor time", cost[name] / cost[OURS]
    yield f"p99 beside {HALF_OPEN} half-open connections, ratio", p99[BESIDE] / p99[OURS]


def table(rounds: Rounds, wrong: list[str], bodies: int) -> Iterator[str]:
    """For people: requests a second and latency of each server, then the ratios."""
    yield f"one core for the server, one for wrk, {CONNECTIONS} connections, {machine()}"
    said = f"{len(wrong)} DIFFER, the first: {wrong[0]}" if wrong else "all answers agree"
    yield f"compared   {bodies:,} questions: {said}"
    yield ""
    heads = "".join(f"{head:>11}" for head in ("min", "median", "max"))
    yield f"{'requests a second':26}{heads}{'p50':>12}{'p99':>12}{'processor':>12}"
    for name, found in rounds.items():
        rates = sorted(one.rate for one in found)
        cells = (rates[0], statistics.median(rates), rates[-1])
        spent = [
            statistics.median(getattr(one, part) for one in found)
            for part in ("p50", "p99", "processor")
        ]
        yield (
            f"{name:26} {' '.join(f'{cell:10,.0f}' for cell in cells)}"
            f" {' '.join(f'{cell:8,.0f} us' for cell in spent)}"
        )
    yield ""
    for name, value in summary(rounds):
        yield f"{name:52} {value:,.2f}"


def as_json(rounds: Rounds, wrong: list[str], bodies: int) -> dict[str, object]:
    """The same for programs."""
    return {
        "schema": "authz.bench-http/1",
        "machine": machine(),
        "connections": CONNECTIONS,
        "bodies": bodies,
        "batch_items": BATCH_ITEMS,
        "wrong": wrong,
        "rounds": {name: [asdict(one) for one in found] for name, found in rounds.items()},
        "summary": dict(summary(rounds)),
    }


def machine() -> str:
    """Cores and Python."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main())
