"""Lints policy text that nobody has vetted, in a process that may die of it.

Run as `python -m authz.engine.lint_process`: a JSON object with the files on standard
input; on standard output a line for each statement that is being read, then one with the
findings. oso's parser ends its process on some texts, and then the last line names the
statement.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import authz
from authz.engine.gate.vet import set_limits
from authz.engine.lint import Finding, lint
from authz.engine.linting.rules import RULES
from authz.engine.schema_file import parse_schema


def findings_of(
    rules: Mapping[str, str], schema: str, *, cpu_seconds: int, memory_mib: int
) -> list[Finding]:
    """What `lint` finds, found by a child process within these limits.

    Shape: file name -> text of the rule files; the text of a schema that can be read.
    """
    question = {
        "rules": dict(rules),
        "schema": schema,
        "cpu_seconds": cpu_seconds,
        "memory_mib": memory_mib,
    }
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "authz.engine.linting.process"],
            input=json.dumps(question).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": str(Path(authz.__file__).parent.parent)},
            timeout=cpu_seconds * 3 + 10,
            check=False,
        )
        said = _last(done.stdout)
    except subprocess.TimeoutExpired as exc:
        said = _last(exc.stdout or b"")
    if "findings" in said:
        return [Finding(**found) for found in said["findings"]]
    return [_crash(*said["reading"])]


def _last(output: bytes) -> dict[str, Any]:
    """The last line that is whole."""
    lines = output.rpartition(b"\n")[0].splitlines()
    said: dict[str, Any] = json.loads(lines[-1]) if lines else {"reading": ["", 0]}
    return said


def _crash(file: str, line: int) -> Finding:
    rule = RULES["syntax" if file else "too-large"]
    said = "reading this rule" if file else "unfolding these policies"
    said += " used up the time or the memory for it, or crashed; nothing else was checked"
    return Finding(rule.id, said, rule.why, rule.instead, file, line, "")


def main() -> None:
    """Reads the question, answers it, and ends."""
    question = json.load(sys.stdin)
    set_limits(question["cpu_seconds"], question["memory_mib"])
    schema = parse_schema(question["schema"])
    findings = lint(question["rules"], schema, lambda *place: _say({"reading": place}))
    _say({"findings": [asdict(found) for found in findings]})


def _say(line: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
