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
#: For one query of the reference: a busy machine is no reason for another answer.
BUDGET_MS = 10_000
#: Processor time to compare the whole set: half a minute, and more on a slow machine.
COMPARE_SECONDS = 300


@cache
def shipped() -> PolicySet:
    """The shipped set, loaded once in a process."""
    limits = Limits(budget_ms=BUDGET_MS, compare_seconds=COMPARE_SECONDS)
    return load(read_directory(POLICIES), limits, record=RECORD)


def changed(source: PolicySource | Path) -> PolicySet:
    """A set that has most of its text from the shipped one."""
    if isinstance(source, Path):
        source = read_directory(source)
    return uncompared(source.files)
