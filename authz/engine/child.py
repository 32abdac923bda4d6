"""Has policy text vetted by a process of its own, and believes only what it can check of
the answer.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import authz
from authz import errors
from authz.engine.checks import PolicyHead
from authz.engine.vet import digest
from authz.errors import PolicyCheckError, PolicyError, PolicySyntaxError
from authz.model import Effect

_KINDS: dict[str, type[PolicyError]] = {
    kind.__name__: kind
    for kind in (
        PolicySyntaxError,
        errors.PolicyReferenceError,
        PolicyCheckError,
        PolicyError,
    )
}


def vetted(
    files: Mapping[str, bytes], *, budget_ms: int, cpu_seconds: int, memory_mib: int
) -> list[PolicyHead]:
    """The policies of a set that passed every check in a child process.

    Raises: PolicyError: what the child found, or that it did not live to say.
    """
    question = {
        "files": {name: content.hex() for name, content in files.items()},
        "budget_ms": budget_ms,
        "cpu_seconds": cpu_seconds,
        "memory_mib": memory_mib,
    }
    root = str(Path(authz.__file__).parent.parent)
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "authz.engine.vet"],
            input=json.dumps(question).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": root},
            timeout=cpu_seconds * 3 + 10,
            check=False,
        )
        lines = done.stdout.splitlines()
    except subprocess.TimeoutExpired as exc:
        lines = (exc.stdout or b"").splitlines()
    return _heads(lines, digest(files))


def _heads(lines: list[bytes], expected: str) -> list[PolicyHead]:
    said = [json.loads(line) for line in lines]
    if not said or "digest" not in said[-1]:
        file = said[-1]["reading"] if said else ""
        raise PolicySyntaxError(
            "checking this text used up its time or memory, or crashed the checker",
            file=file,
        )
    outcome: dict[str, Any] = said[-1]
    if error := outcome.get("error"):
        raise _KINDS[error.pop("kind")](error.pop("message"), **error)
    if outcome["digest"] != expected:
        raise PolicyCheckError("the text that was checked is not the text that was read")
    return [
        PolicyHead(id, Effect(effect), file, line)
        for id, effect, file, line in outcome["policies"]
    ]
