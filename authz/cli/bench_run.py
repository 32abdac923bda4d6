"""One run of the benchmark: a world in a folder of its own, checked, then timed."""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from authz.assurance.bench import Row, decision_rows, other_rows
from authz.assurance.bench_by_hand import written_by_hand
from authz.assurance.bench_check import by_reference, disagreements
from authz.assurance.bench_load import uncompared
from authz.assurance.bench_policies import write_policies
from authz.assurance.bench_store import store
from authz.assurance.bench_world import Question, Shape, World, generated_world
from authz.composition import Parts, parts
from authz.decisions.active import ActivePolicies
from authz.library import PDP
from authz.settings import Config
from authz.storage.database import migrate, open_database

#: Settings by dotted name -> the configuration with them.
Configure = Callable[[Mapping[str, object]], Config]


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one world."""

    shape: Shape
    rows: tuple[Row, ...]
    #: What was done before -> seconds.
    seconds: Mapping[str, float]
    #: With what the answers were compared -> how many.
    compared: Mapping[str, int]
    #: Questions that were not answered as by the reference or by hand.
    wrong: tuple[Question, ...]


def run(shape: Shape, configure: Configure, *, sample: int, whole: bool = True) -> Run:
    """The measurements of that world; not `whole`: only those of a yes or no.

    sample: how many answers are compared with the reference.
    """
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="authz-bench-") as folder:
        settings = configure(
            {
                "policy.dir": Path(folder) / "policies",
                "store.path": Path(folder) / "bench.db",
            }
        )
        world = _made(shape, settings, seconds)
        with _timed(seconds, "load the policies"):
            policies = ActivePolicies(
                settings.policy.dir, lambda read: uncompared(read.files)
            )
        with _opened(world, settings, policies) as (pdp, made):
            reference = by_reference(
                policies.current(), made.facts, world.tenant, time.time
            )
            by_hand = written_by_hand(world)
            asked = world.questions + world.strangers
            with _timed(seconds, "ask everything for the first time"):
                wrong = disagreements(pdp.is_allowed, by_hand, asked)
            pinned = made.pdp.snapshot(world.tenant).quick
            wrong += disagreements(pinned, by_hand, world.questions)
            few = asked[:: -(-len(asked) // sample)] if sample else ()
            wrong += disagreements(pdp.is_allowed, reference, few)
            rows = decision_rows(world, pdp, pinned)
            if whole:
                reopen = partial(_alone, world, settings, policies)
                rows += other_rows(world, pdp, reopen, reference)
    compared = {"hand-written function": len(asked), "reference": len(few)}
    return Run(shape, tuple(rows), seconds, compared, tuple(wrong))


def _made(shape: Shape, settings: Config, seconds: dict[str, float]) -> World:
    """The world, with its policies written and its database filled."""
    with _timed(seconds, "generate the world"):
        world = generated_world(shape)
        write_policies(world.rules, settings.policy.dir)
    with _timed(seconds, "store the world"):
        migrate(settings.store.path)
        with closing(open_database(settings.store.path, time.time)) as database:
            store(world, database)
    return world


@contextmanager
def _opened(
    world: World, settings: Config, policies: ActivePolicies
) -> Iterator[tuple[PDP, Parts]]:
    """A PDP with nothing cached, and what it is made of."""
    database = open_database(settings.store.path, time.time)
    made = parts(policies, database, time.time)
    with PDP(world.tenant, made, policies, database) as pdp:
        yield pdp, made


@contextmanager
def _alone(world: World, settings: Config, policies: ActivePolicies) -> Iterator[PDP]:
    with _opened(world, settings, policies) as (pdp, _):
        yield pdp


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[name] = time.perf_counter() - started
