"""Has policy text vetted by a process of its own, and believes only what it can check of
the answer.
"""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import authz
from authz import errors
from authz.engine.checks import PolicyHead
from authz.engine.gate.vet import digest
from authz.engine.schema import Schema
from authz.engine.unfold import Unfolded
from authz.engine.unfolding.data import from_data
from authz.errors import PolicyCheckError, PolicyError, PolicySyntaxError
from authz.model import Effect

#: Called with what is being done, how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]
_KINDS: dict[str, type[PolicyError]] = {
    kind.__name__: kind
    for kind in (
        PolicySyntaxError,
        errors.PolicyReferenceError,
        PolicyCheckError,
        PolicyError,
    )
}
#: Signals by which the system ends a process that used up its processor time.
_TIME_IS_UP = (-signal.SIGXCPU, -signal.SIGKILL)
#: Real seconds that a second of processor time may take on a busy machine, and some to
#: begin.
PATIENCE = 3
START_S = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """What it may cost to vet a set."""

    #: The longest that one query may take.
    budget_ms: int = 100
    #: Processor time to read and check the text, to unfold it, and to compare.
    cpu_seconds: int = 10
    unfold_seconds: int = 10
    compare_seconds: int = 60
    memory_mib: int = 512
    #: What cannot be unfolded is left to the engine, instead of refused.
    interpreted: bool = False

    @property
    def wall_seconds(self) -> int:
        """How long the process may live."""
        processor = self.cpu_seconds + self.unfold_seconds + self.compare_seconds
        return processor * PATIENCE + START_S


@dataclass(frozen=True, slots=True)
class Vetted:
    """What a child found out about a set that is in order."""

    heads: tuple[PolicyHead, ...]
    #: The conditions as data, for the record of what passed; see `unfolded`.
    conditions: Mapping[str, Any]
    #: Keys of the signatures that were compared, now or before.
    passed: tuple[str, ...]
    #: Requests that were compared, and conditions that no request was found for.
    compared: int
    skipped: int

    def unfolded(self, schema: Schema) -> Unfolded:
        """The conditions. Raises: PolicyCheckError when they are not of this schema or of
        these policies.
        """
        found = from_data(self.conditions, schema)
        effects = {head.id: head.effect for head in self.heads}
        for ways in found.ways.values():
            for effect, of in (
                (Effect.PERMIT, ways.permits),
                (Effect.FORBID, ways.forbids),
            ):
                for condition in of:
                    if len(condition.policies) != 1 or (
                        effects.get(condition.policies[0]) is not effect
                    ):
                        raise PolicyCheckError(
                            f"the conditions that came back name no {effect} of this set: "
                            f"`{', '.join(condition.policies)}`"
                        )
        return found


def examined(
    files: Mapping[str, bytes],
    limits: Limits,
    *,
    known: frozenset[str] = frozenset(),
    progress: Progress | None = None,
    compare: bool = True,
) -> Vetted:
    """What a child process found out about a set that passed every check.

    `known` are the keys of signatures that need not be compared again; without `compare`
    none is. Raises: PolicyError: what the child found, or that it did not live to say.
    """
    question = {**asdict(limits), "known": sorted(known), "compare": compare}
    said = _said(question, files, limits, progress)
    return Vetted(
        _heads(said),
        said["conditions"],
        tuple(said["passed"]),
        said["compared"],
        said["skipped"],
    )


def _said(
    question: dict[str, Any],
    files: Mapping[str, bytes],
    limits: Limits,
    progress: Progress | None,
) -> dict[str, Any]:
    """The outcome that the child told. Raises: PolicyError."""
    question["files"] = {name: content.hex() for name, content in files.items()}
    last: dict[str, Any] = {}
    process = _started()
    timer = threading.Timer(limits.wall_seconds, process.kill)
    timer.start()
    try:
        for line in _lines(process, json.dumps(question).encode()):
            last = line
            if progress and "total" in line:
                progress(line["stage"], line["done"], line["total"])
    finally:
        timer.cancel()
        process.kill()
        code = process.wait()
    if "digest" not in last:
        raise _died(last, limits, code)
    if error := last.get("error"):
        raise _KINDS.get(error.pop("kind"), PolicyCheckError)(error.pop("message"), **error)
    if last["digest"] != digest(files):
        raise PolicyCheckError("the text that was checked is not the text that was read")
    return last


def _heads(said: Mapping[str, Any]) -> tuple[PolicyHead, ...]:
    return tuple(
        PolicyHead(id, Effect(effect), file, line)
        for id, effect, file, line in said["policies"]
    )


def _died(last: Mapping[str, Any], limits: Limits, code: int) -> PolicyError:
    """Why the child did not live to say what it found."""
    stage = last.get("stage", "reading")
    seconds = {"unfolding": limits.unfold_seconds, "comparing": limits.compare_seconds}
    if stage not in seconds:
        return PolicySyntaxError(
            "checking this text used up its time or memory, or crashed the checker",
            file=last.get("file", ""),
        )
    if code in _TIME_IS_UP:
        which = f"engine.{'unfold' if stage == 'unfolding' else 'compare'}_seconds"
        return PolicyCheckError(
            f"{stage} used up its {seconds[stage]} s: write fewer alternatives, or raise "
            f"`{which}`"
        )
    return PolicyCheckError(
        f"{stage} used up its {limits.memory_mib} MiB of memory, or crashed: write fewer "
        "alternatives, or raise `engine.vet_memory_mib`"
    )


def _started() -> subprocess.Popen[bytes]:
    root = str(Path(authz.__file__).parent.parent)
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "authz.engine.gate.vet"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": root},
    )


def _lines(process: subprocess.Popen[bytes], question: bytes) -> Iterator[dict[str, Any]]:
    """What the child says, line by line, as far as it makes sense."""
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdout as answer:
        with suppress(BrokenPipeError), process.stdin as to:
            to.write(question)
        for line in answer:
            try:
                said = json.loads(line)
            except ValueError:
                return
            if isinstance(said, dict):
                yield said
