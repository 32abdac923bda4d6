"""Has the tests and invariants beside a policy set looked at, and refuses one that breaks
them.

WHY a process of its own: the solver is foreign code, which may use up memory or crash. What
was admitted once, byte for byte and by this very program, is not looked at again.
"""

import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import authz
from authz.assurance.symbolic.solver import solver_version
from authz.engine.gate.accepted import turn
from authz.engine.gate.child import PATIENCE, START_S, Limits, Progress
from authz.engine.gate.passed import Passed
from authz.engine.gate.vet import digest
from authz.engine.source import PolicySource
from authz.errors import PolicyCheckError, PolicyError

#: The file beside the record of what passed the engine's gate.
RECORD_FILE = "admitted.json"
#: Processor time for all tests of a set.
TEST_SECONDS = 60
#: How many of what went wrong an error names.
NAMED_MAX = 3


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked of a set."""

    limits: Limits
    #: File of what passed the engine's gate; what was admitted is kept beside it.
    record: Path
    #: File of the proofs.
    proofs: Path
    #: Processor time for all proofs.
    prove_seconds: int
    #: Whether a set decides whose invariants could be neither proved nor refuted.
    unproved: bool


def admit(
    source: PolicySource,
    beside: Mapping[str, bytes],
    terms: Terms,
    progress: Progress | None = None,
) -> None:
    """Nothing, where the tests pass and the invariants hold.

    beside: tests, fixtures and invariants, by their path. Raises: PolicyError that names
    what fails, with its place.
    """
    if not beside:
        return
    key, record = _key(source, beside, terms), terms.record.with_name(RECORD_FILE)
    if Passed(record).outcome(key) is not None:
        return
    # WHY in turn: all workers of a server see an edit at once, and one of them is enough.
    with turn(record):
        if Passed(record).outcome(key) is not None:
            return
        if progress:
            progress("running the tests and proving the invariants", 0, 0)
        _check(_found(source, beside, terms), terms)
        Passed(record).add(key, {"passed": []})


def _key(source: PolicySource, beside: Mapping[str, bytes], terms: Terms) -> str:
    parts = [source.revision, digest(beside), _program(), str(terms.unproved)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _program() -> str:
    """The hash of what tests and proves: these modules, and the solver."""
    total = hashlib.sha256(solver_version().encode())
    for file in sorted(Path(__file__).parents[1].rglob("*.py")):
        total.update(file.name.encode() + b"\0" + file.read_bytes())
    return total.hexdigest()


def _check(found: Mapping[str, Any], terms: Terms) -> None:
    if error := found.get("error"):
        raise PolicyCheckError(
            error["message"], file=error["file"], line=error["line"], rule=error["rule"]
        )
    if failed := found["failed"]:
        said = "a policy test fails" if len(failed) == 1 else f"{len(failed)} tests fail"
        raise PolicyCheckError(f"{said}; `authz test` shows all: {_some(failed)}")
    if violated := found["violated"]:
        said = f"{len(violated)} of its invariants broken; `authz prove` shows how"
        raise PolicyCheckError(f"the set has {said}: {_some(violated)}")
    if found["unproved"] and not terms.unproved:
        said = "cannot be proved; mend it, or say `policy.unproved: allow`"
        raise PolicyCheckError(f"what must hold {said}: {_some(found['unproved'])}")


def _some(texts: Sequence[str]) -> str:
    more = len(texts) - NAMED_MAX
    return "; ".join(texts[:NAMED_MAX]) + (f"; and {more} more" if more > 0 else "")


def _found(
    source: PolicySource, beside: Mapping[str, bytes], terms: Terms
) -> dict[str, Any]:
    """What the child process found. Raises: PolicyError when it did not live to say."""
    files = {**source.files, **beside}
    question = {
        "files": {name: content.hex() for name, content in files.items()},
        "limits": asdict(terms.limits),
        "record": str(terms.record),
        "proofs": str(terms.proofs),
        "test_seconds": TEST_SECONDS,
        "prove_seconds": terms.prove_seconds,
    }
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "authz.assurance.admission.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": str(Path(authz.__file__).parent.parent)},
    )
    most = (TEST_SECONDS + terms.prove_seconds) * PATIENCE + START_S
    timer = threading.Timer(most + terms.limits.wall_seconds, process.kill)
    timer.start()
    try:
        answer, _ = process.communicate(json.dumps(question).encode())
    finally:
        timer.cancel()
        process.kill()
        process.wait()
    with suppress(ValueError):
        said = json.loads(answer)
        if isinstance(said, dict) and said.get("digest") == digest(files):
            return said
    raise PolicyError(
        "running its tests and proving its invariants used up time or memory, or crashed"
    )
