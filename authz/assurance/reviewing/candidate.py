"""A policy set that a review looks at."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from authz.composition import policy_loader
from authz.engine.policyset import PolicySet
from authz.engine.source import PolicySource
from authz.settings import Config

#: Called with what is being done, how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A policy set that was loaded, and where it comes from."""

    #: As it was named: a directory or a revision.
    name: str
    directory: Path
    source: PolicySource
    policies: PolicySet


def load(
    name: str,
    directory: Path,
    source: PolicySource,
    settings: Config,
    progress: Progress,
    *,
    compare: bool = True,
) -> Candidate:
    """The set, once it has passed what a server asks of it.

    compare: see `policyset.load`. Raises: PolicyError.
    """
    policies = policy_loader(settings, progress, compare=compare)(source)
    return Candidate(name, directory, source, policies)
