"""The policies of the project, loaded as a server would.

What passed the checks is remembered in the data folder of the project, as it is for
`authz serve`, so that only the first run pays for comparing them with the engine. A set
that was changed for a test is read and unfolded, and not compared.
"""

from functools import cache
from pathlib import Path

from authz.assurance.bench_load import uncompared
from authz.engine.gate.child import Limits
from authz.engine.policyset import PolicySet, load
from authz.engine.source import PolicySource, read_directory

ROOT = Path(__file__).parents[1]
POLICIES = ROOT / "policies"
RECORD = ROOT / "var" / "passed.json"


@cache
def shipped(budget_ms: int = Limits().budget_ms) -> PolicySet:
    """The shipped set, loaded once in a process."""
    return load(read_directory(POLICIES), Limits(budget_ms=budget_ms), record=RECORD)


def changed(source: PolicySource | Path) -> PolicySet:
    """A set that has most of its text from the shipped one."""
    if isinstance(source, Path):
        source = read_directory(source)
    return uncompared(source.files)
