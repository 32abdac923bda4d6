"""From a configuration to the parts that decide: the policy set, the facts, the PDP.

The server, the commands and the library are put together from the same parts, here. The
clock and the configuration are handed in.
"""

import random
from dataclasses import dataclass
from functools import partial

from authz.decisions.active import ActivePolicies, Load
from authz.decisions.last_good import LastGood
from authz.decisions.pdp import PDP
from authz.decisions.ports import Clock, Provenance
from authz.decisions.sample import Sampler
from authz.decisions.search import Searches
from authz.engine import policyset
from authz.engine.gate.child import Limits, Progress
from authz.errors import ConfigError
from authz.settings import Config
from authz.storage import incidents, provenance
from authz.storage.database import Database
from authz.storage.facts import StoredFacts
from authz.storage.search import StoredSearch


def policy_loader(config: Config, progress: Progress | None = None) -> Load:
    """What makes a policy set of the files of a directory, within the configured limits."""
    engine = config.engine
    limits = Limits(
        budget_ms=engine.budget_ms,
        cpu_seconds=engine.vet_cpu_seconds,
        unfold_seconds=engine.unfold_seconds,
        compare_seconds=engine.compare_seconds,
        memory_mib=engine.vet_memory_mib,
        interpreted=engine.interpreted == "allow",
    )
    return partial(
        policyset.load, limits=limits, record=config.policy.record, progress=progress
    )


def active_policies(
    config: Config,
    progress: Progress | None = None,
    *,
    required: bool = True,
    falls_back: bool = False,
    keeps: bool = False,
    clock: Clock | None = None,
) -> ActivePolicies:
    """The configured policies.

    falls_back: whether the last good set stands in for a broken one. keeps: whether each
    set in force is kept as the last good one. Raises: PolicyError when they are `required`,
    broken, and nothing stands in; ConfigError where the last good set would become a part
    of the policies.
    """
    kept = config.policy.last_good
    if falls_back and kept.resolve().is_relative_to(config.policy.dir.resolve()):
        raise ConfigError(
            f"`policy.last_good` is `{kept}`, inside the policies in `policy.dir`: "
            "name another folder"
        )
    return ActivePolicies(
        config.policy.dir,
        policy_loader(config, progress),
        required=required,
        last_good=LastGood(kept) if falls_back else None,
        keeps=keeps,
        clock=clock,
    )


@dataclass(frozen=True, slots=True)
class Parts:
    """What answers questions over one database."""

    pdp: PDP
    searches: Searches
    facts: StoredFacts
    provenance: Provenance
    sampler: Sampler


def parts(
    policies: ActivePolicies, database: Database, clock: Clock, sample: float = 0
) -> Parts:
    """What answers by these policies over that database.

    sample: the share of decisions that the reference makes too. Raises: Unavailable.
    """
    facts = StoredFacts(database, clock)
    sampler = Sampler(sample, random.random, incidents.recorder(database))
    return Parts(
        pdp=PDP(policies.current, facts, clock, sampler if sample else None),
        searches=Searches(policies.current, facts, StoredSearch(database), clock),
        facts=facts,
        provenance=partial(provenance.given, database),
        sampler=sampler,
    )
