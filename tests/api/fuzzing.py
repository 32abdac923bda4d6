"""Requests made from `/openapi.json` by schemathesis, in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.api.doors import ROOT, socket_door

#: The variable that names the data folder to the hooks, and the file that they write there.
FOLDER, COUNTS = "FUZZED_FOLDER", "counts.json"
#: What can be known of a request only by asking: both are texts in the document.
CONFIGURED = """\
[generation]
database = "none"
[[operations]]
include-path-regex = "/(search/|filter)"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400"]
"""


def run(
    folder: Path,
    port: int,
    key: str,
    *,
    seed: int,
    seconds: int,
) -> dict[str, int]:
    """Asks the server on that data folder for so long; what was counted.

    Raises: AssertionError with what schemathesis found.
    """
    (folder / "schemathesis.toml").write_text(CONFIGURED, encoding="utf-8")
    program = [sys.executable, "-m", "schemathesis.cli", "run"]
    flags = ["--checks", "all", "--no-color", "--max-time", str(seconds)]
    flags += ["--max-examples", "1000000", "--seed", str(seed)]
    flags += ["-H", f"Authorization: Bearer {key}"]
    hooks = {"SCHEMATHESIS_HOOKS": "tests.api.fuzz_hooks", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*program, f"http://127.0.0.1:{port}/openapi.json", *flags],
        cwd=folder,
        env={**os.environ, **hooks, FOLDER: str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=3 * seconds + 120,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5_000:]
    reply = socket_door(port)("GET", "/readyz", {"host": "127.0.0.1"}, b"")
    assert reply.status == 200, reply.body
    counts: dict[str, int] = json.loads((folder / COUNTS).read_text("utf-8"))
    return counts


def decides(body: bytes) -> bool:
    """Whether an answer names a decision, be it JSON or not; texts in it are none."""
    try:
        return _names_decision(json.loads(body)) if body else False
    except ValueError:
        return b'"decision"' in body


def _names_decision(value: Any) -> bool:
    if isinstance(value, dict):
        return "decision" in value or any(map(_names_decision, value.values()))
    return isinstance(value, list) and any(map(_names_decision, value))
