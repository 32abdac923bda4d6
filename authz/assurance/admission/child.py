"""Runs the tests of a policy set and proves its invariants, in a process that may die.

Run as `python -m authz.assurance.admission.child`: a JSON object with the files on standard
input, what was found on standard output.
"""

import json
import resource
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from authz.assurance.policy_tests import read_suites, run
from authz.assurance.proving.invariant import FILE
from authz.assurance.proving.invariant_file import read_invariants
from authz.assurance.proving.proofs import Verdict
from authz.assurance.proving.prove import prove
from authz.engine.gate.child import Limits
from authz.engine.gate.vet import digest
from authz.engine.policyset import PolicySet, load
from authz.engine.source import read_directory
from authz.errors import PolicyError

#: Address space at least: most of it is the solver's.
MEMORY_MIB = 4_096
#: Processor time to begin, to read the files, and to say what was found.
SLACK_S = 30


def found(folder: Path, asked: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is wrong with the set in a folder, as sentences with their place.

    Raises: PolicyError for a test file or an invariant that cannot be read.
    """
    limits, record = Limits(**asked["limits"]), Path(asked["record"])
    policies = load(read_directory(folder), limits, record=record, compare=False)
    return {"failed": _failed(folder, policies), **_proved(folder, policies, asked)}


def _failed(folder: Path, policies: PolicySet) -> list[str]:
    if not any(folder.rglob("*_test.yaml")):
        return []
    cases = run(read_suites(folder, policies.schema), policies)
    return [f"{c.file}: {c.name}: {c.message}" for c in cases if not c.passed]


def _proved(
    folder: Path, policies: PolicySet, asked: Mapping[str, Any]
) -> dict[str, list[str]]:
    if not (folder / FILE).exists():
        return {"violated": [], "unproved": []}
    proofs = prove(
        policies,
        read_invariants(folder, policies.schema),
        record=Path(asked["proofs"]),
        budget_s=asked["prove_seconds"],
    )
    return {
        "violated": [
            f"{FILE}:{one.line}: {one.id}" for one in proofs.verdicts(Verdict.VIOLATED)
        ],
        "unproved": [
            f"{FILE}:{one.line}: {one.id} ({one.reason})"
            for one in proofs.verdicts(Verdict.NOT_PROVED)
        ],
    }


def main() -> None:
    """Reads the question, answers it, and ends."""
    asked = json.load(sys.stdin)
    _limit(asked["test_seconds"] + asked["prove_seconds"], Limits(**asked["limits"]))
    files = {name: bytes.fromhex(content) for name, content in asked["files"].items()}
    said: dict[str, Any] = {"digest": digest(files)}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        try:
            said |= found(folder, asked)
        except PolicyError as exc:
            said["error"] = {
                "message": exc.message,
                "file": exc.file,
                "line": exc.line,
                "rule": exc.rule,
            }
    sys.stdout.write(json.dumps(said))


def _limit(seconds: int, vetting: Limits) -> None:
    """WHY: whatever the solver does, the server goes on.

    No less than what a child of this one gives itself, which cannot take more.
    """
    memory = max(MEMORY_MIB, vetting.memory_mib) * 1024 * 1024
    processor = max(seconds, vetting.wall_seconds) + SLACK_S
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
