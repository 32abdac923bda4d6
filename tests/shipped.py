"""The policies of the project, loaded as a server would.

What passed the checks is remembered in the data folder of the project, as it is for
`authz serve`, so that only the first run pays for comparing them with the engine. A set
that was changed for a test takes from that record and adds nothing to it.
"""

import shutil
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from authz.engine.gate.child import Limits
from authz.engine.policyset import PolicySet, PolicySource, load, read_directory

ROOT = Path(__file__).parents[1]
POLICIES = ROOT / "policies"
RECORD = ROOT / "var" / "passed.json"


@cache
def shipped(budget_ms: int = Limits().budget_ms) -> PolicySet:
    """The shipped set, loaded once in a process."""
    return load(read_directory(POLICIES), Limits(budget_ms=budget_ms), record=RECORD)


def changed(source: PolicySource | Path, **limits: int) -> PolicySet:
    """A set that has most of its text from the shipped one."""
    if isinstance(source, Path):
        source = read_directory(source)
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / RECORD.name
        with suppress(FileNotFoundError):
            shutil.copy(RECORD, record)
        return load(source, Limits(**limits), record=record)
