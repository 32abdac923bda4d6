"""Checks policy text that nobody has vetted, in a process that may die of it.

Run as `python -m authz.engine.vet`: a JSON object with the files on standard input; on
standard output a line for each step that begins, then one with the outcome. Limits on
memory, and on the CPU time of each step, are set before the text is looked at. Nothing of
this process is kept but that outcome.
"""

import hashlib
import json
import resource
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from authz.engine import catalogue, checks, clauses, lint, text
from authz.engine.gate.candidate import Candidate
from authz.engine.gate.compare import GateResult, Mismatch, compare
from authz.engine.linting import fragment
from authz.engine.linting.rules import RULES
from authz.engine.polar import PolarEngine
from authz.engine.records import record_classes
from authz.engine.schema import Schema
from authz.engine.schema_file import parse_schema
from authz.engine.unfold import Unfolded, signatures, unfold
from authz.engine.unfolding.data import to_data
from authz.errors import PolicyCheckError, PolicyError

SCHEMA_FILE = "schema.yaml"
#: WHY: the comparison ends itself in time, and says more than the system would.
SLACK_S = 1


def digest(files: Mapping[str, bytes]) -> str:
    """The content hash of a policy set: hex SHA-256 over names and contents, each with its
    length.
    """
    total = hashlib.sha256(b"gatehouse policy set 1\n")
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()


def polar_texts(texts: Mapping[str, str]) -> dict[str, str]:
    """The rule files of a set."""
    return {file: content for file, content in texts.items() if file.endswith(".polar")}


def catalogue_texts(texts: Mapping[str, str]) -> dict[str, str]:
    """The catalogues of a set."""
    return {
        f: content
        for f, content in texts.items()
        if f.endswith(".yaml") and f != SCHEMA_FILE
    }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known of a set that is in order."""

    heads: list[checks.PolicyHead]
    unfolded: Unfolded
    result: GateResult


def vet(files: Mapping[str, bytes], asked: Mapping[str, Any]) -> Outcome:
    """What is known of a set that is in order. Raises: PolicyError."""
    texts = text.check_files(files)
    if SCHEMA_FILE not in texts:
        raise PolicyCheckError(f"there is no {SCHEMA_FILE} in the policy directory")
    schema = parse_schema(texts[SCHEMA_FILE], SCHEMA_FILE)
    rules = polar_texts(texts)
    found = []
    for file, content in rules.items():
        _say({"stage": "reading", "file": file})
        text.check_nesting(file, content)
        found += [clauses.read(statement) for statement in text.statements(file, content)]
    heads = checks.check(found, schema)
    _say({"stage": "reading", "file": ""})
    if not heads:
        raise PolicyCheckError(
            "the policy set holds no policy, so it would deny everything"
        )
    catalogue.match(heads, catalogue_texts(texts))
    PolarEngine(rules, record_classes(schema), asked["budget_ms"])
    _begin("unfolding", asked["unfold_seconds"])
    unfolded = _unfolded(found, schema, interpreted=asked["interpreted"])
    if not asked["compare"]:
        return Outcome(heads, unfolded, GateResult(0, 0, (), None))
    _begin("comparing", asked["compare_seconds"] + SLACK_S)
    return Outcome(heads, unfolded, _compared(rules, schema, unfolded, heads, asked))


def _unfolded(
    found: list[clauses.Clause], schema: Schema, *, interpreted: bool
) -> Unfolded:
    """The conditions of clauses that the linter finds nothing against."""
    for problem in fragment.problems(found):
        if not (interpreted and RULES[problem.rule].interpreted):
            raise problem
    unfolded = unfold(found, schema, interpreted=interpreted)
    if not unfolded.interpreted:
        for problem in lint.without_effect(found, unfolded, schema):
            raise problem
    return unfolded


def _compared(
    rules: Mapping[str, str],
    schema: Schema,
    unfolded: Unfolded,
    heads: Sequence[checks.PolicyHead],
    asked: Mapping[str, Any],
) -> GateResult:
    result = compare(
        Candidate(rules, schema, unfolded),
        [s for s in signatures(schema) if s not in unfolded.interpreted],
        asked["compare_seconds"],
        lambda done, total: _say({"stage": "comparing", "done": done, "total": total}),
        frozenset(asked["known"]),
    )
    if result.mismatch is not None:
        raise _refusal(result.mismatch, heads)
    return result


def _refusal(mismatch: Mismatch, heads: Sequence[checks.PolicyHead]) -> PolicyCheckError:
    for head in heads:
        if head.id in mismatch.policies[:1]:
            return PolicyCheckError(
                str(mismatch), file=head.file, line=head.line, policy_id=head.id
            )
    return PolicyCheckError(str(mismatch))


def main() -> None:
    """Reads the question, answers it, and ends."""
    question = json.load(sys.stdin)
    most = (
        question["cpu_seconds"] + question["unfold_seconds"] + question["compare_seconds"]
    )
    set_limits(most + SLACK_S, question["memory_mib"])
    _begin("reading", question["cpu_seconds"])
    files = {name: bytes.fromhex(content) for name, content in question["files"].items()}
    said: dict[str, Any] = {"digest": digest(files)}
    try:
        outcome = vet(files, question)
        said["policies"] = [[h.id, h.effect.value, h.file, h.line] for h in outcome.heads]
        said["conditions"] = to_data(outcome.unfolded)
        said["passed"] = outcome.result.passed
        said["compared"] = outcome.result.compared
        said["skipped"] = outcome.result.skipped
    except PolicyError as exc:
        said["error"] = {
            "kind": type(exc).__name__,
            "message": exc.message,
            "file": exc.file,
            "line": exc.line,
            "policy_id": exc.policy_id,
            "rule": exc.rule,
        }
    _say(said)


def _begin(stage: str, seconds: int) -> None:
    """Say what begins, and let the system end this process when that takes too long."""
    _say({"stage": stage})
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = round(used.ru_utime + used.ru_stime) + seconds
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (min(limit, most), most))


def _say(line: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def set_limits(cpu_seconds: int, memory_mib: int) -> None:
    """Bounds this process for good: it writes no file and ends in time."""
    memory = memory_mib * 1024 * 1024
    for kind, value in (
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(kind, (value, value))


if __name__ == "__main__":
    main()
