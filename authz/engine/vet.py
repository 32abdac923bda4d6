"""Checks policy text that nobody has vetted, in a process that may die of it.

Run as `python -m authz.engine.vet`: a JSON object with the files on standard input; on
standard output a line for each file that is being read, then one with the outcome. Limits
on CPU and memory are set before the text is looked at. Nothing of this process is kept but
that outcome.
"""

import hashlib
import json
import resource
import sys
from collections.abc import Mapping
from typing import Any

from authz.engine import catalogue, checks, clauses, text
from authz.engine.polar import PolarEngine
from authz.engine.records import record_classes
from authz.engine.schema_file import parse_schema
from authz.errors import PolicyCheckError, PolicyError

SCHEMA_FILE = "schema.yaml"


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


def vet(files: Mapping[str, bytes], budget_ms: int) -> list[checks.PolicyHead]:
    """The policies of a set that is in order. Raises: PolicyError."""
    texts = text.check_files(files)
    if SCHEMA_FILE not in texts:
        raise PolicyCheckError(f"there is no {SCHEMA_FILE} in the policy directory")
    schema = parse_schema(texts[SCHEMA_FILE], SCHEMA_FILE)
    rules = polar_texts(texts)
    found = []
    for file, content in rules.items():
        _say({"reading": file})
        text.check_nesting(file, content)
        found += [clauses.read(statement) for statement in text.statements(file, content)]
    heads = checks.check(found, schema)
    _say({"reading": ""})
    if not heads:
        raise PolicyCheckError(
            "the policy set holds no policy, so it would deny everything"
        )
    catalogue.match(heads, catalogue_texts(texts))
    PolarEngine(rules, record_classes(schema), budget_ms)
    return heads


def main() -> None:
    """Reads the question, answers it, and ends."""
    question = json.load(sys.stdin)
    set_limits(question["cpu_seconds"], question["memory_mib"])
    files = {name: bytes.fromhex(content) for name, content in question["files"].items()}
    outcome: dict[str, Any] = {"digest": digest(files)}
    try:
        heads = vet(files, question["budget_ms"])
        outcome["policies"] = [[h.id, h.effect.value, h.file, h.line] for h in heads]
    except PolicyError as exc:
        outcome["error"] = {
            "kind": type(exc).__name__,
            "message": exc.message,
            "file": exc.file,
            "line": exc.line,
            "policy_id": exc.policy_id,
        }
    _say(outcome)


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
