"""From a configuration to the parts that decide: the policy set, the facts, the PDP.

The server, the commands and the library are put together from the same parts, here. The
clock and the configuration are handed in.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from authz.assurance.admission.admit import Terms, admit
from authz.decisions.active import ActivePolicies, Load
from authz.decisions.last_good import LastGood
from authz.decisions.pdp import PDP
from authz.decisions.ports import Clock, Provenance
from authz.decisions.sample import Sampler
from authz.decisions.search import Searches
from authz.engine import policyset
from authz.engine.gate.child import Limits, Progress
from authz.engine.policyset import PolicySet
from authz.engine.source import source_of
from authz.errors import ConfigError
from authz.settings import Config
from authz.storage import incidents, provenance
from authz.storage.database import Database
from authz.storage.facts import StoredFacts
from authz.storage.search import StoredSearch


def policy_loader(
    config: Config, progress: Progress | None = None, *, compare: bool = True
) -> Load:
    """What makes a policy set of the files of a directory, within the configured limits.

    compare: see `policyset.load`.
    """
    return partial(
        policyset.load,
        limits=_limits(config),
        record=config.policy.record,
        progress=progress,
        compare=compare,
    )


def policy_gate(
    config: Config, progress: Progress | None = None
) -> Callable[[Mapping[str, bytes]], PolicySet]:
    """What makes a policy set of all files of a directory, once it may decide.

    Its caller hands in tests and invariants too, by their paths, and gets a PolicyError for
    what they refuse.
    """
    load, terms = policy_loader(config, progress), _terms(config)

    def passed(files: Mapping[str, bytes]) -> PolicySet:
        source = source_of(files)
        loaded = load(source)
        beside = {path: files[path] for path in files.keys() - source.files.keys()}
        admit(source, beside, terms, progress)
        return loaded

    return passed


def _limits(config: Config) -> Limits:
    engine = config.engine
    return Limits(
        budget_ms=engine.budget_ms,
        cpu_seconds=engine.vet_cpu_seconds,
        unfold_seconds=engine.unfold_seconds,
        compare_seconds=engine.compare_seconds,
        memory_mib=engine.vet_memory_mib,
        interpreted=engine.interpreted == "allow",
    )


def _terms(config: Config) -> Terms:
    return Terms(
        limits=_limits(config),
        record=config.policy.record,
        proofs=config.policy.proofs,
        prove_seconds=config.engine.prove_seconds,
        unproved=config.policy.unproved == "allow",
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
        admit=partial(admit, terms=_terms(config), progress=progress),
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
