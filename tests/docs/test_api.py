"""docs/api.md: its examples are run, its tables are those of the code."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from authz.accounts.keys import SCOPES
from authz.config import settings
from authz.decisions.search import PAGE
from tests.api.doors import free_port
from tests.cli.demo import demo
from tests.docs.pages import ROOT
from webapp.decision_api import heads
from webapp.decision_api.errors import STATUSES
from webapp.decision_api.searching import PAGE_MAX

TEXT = (ROOT / "docs" / "api.md").read_text("utf-8")
BLOCKS = re.findall(r"```(sh|json)\n(.*?)```", TEXT, re.S)
#: A line of a policy file moves with every edit above it.
LINE = re.compile(r"(\.polar):\d+")


def without_lines(text: str) -> object:
    return json.loads(LINE.sub(r"\1", text))


@pytest.mark.socket
def test_every_example_gets_its_documented_answer(tmp_path: Path):
    (_, setup), *rest = BLOCKS
    kinds = [kind for kind, _ in rest]
    assert kinds == ["sh", "json"] * (len(rest) // 2)
    asked = [text for kind, text in rest if kind == "sh"]
    told = [text for kind, text in rest if kind == "json"]
    port = free_port()
    with demo(tmp_path, port):
        script = (
            "\necho '---'\n".join([setup, *asked])
            .replace(".venv/bin/python", sys.executable)
            .replace("var/demo.json", str(tmp_path / "demo.json"))
            .replace("127.0.0.1:8080", f"127.0.0.1:{port}")
        )
        done = subprocess.run(
            ["sh", "-euc", script], capture_output=True, text=True, check=True, timeout=120
        )
    answers = done.stdout.split("---\n")[1:]
    assert len(answers) == len(told) >= 7
    for answer, written in zip(answers, told, strict=True):
        assert without_lines(answer) == without_lines(written)


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading."""
    part = TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip().strip("`") for cell in line.split("|")[1:-1]] for line in lines]


def test_the_table_of_errors_is_that_of_the_code():
    known = {(str(status), code) for status, code in STATUSES.values()}
    found = [(status, code) for status, code, _ in rows("Errors")]
    assert set(found) == known | {("500", "internal_error")}
    assert found == sorted(found)


def test_the_table_of_scopes_is_that_of_the_code():
    assert {scope for scope, _ in rows("Callers")} == set(SCOPES)


def test_the_table_of_limits_is_that_of_the_code():
    defaults = {setting.name: setting.default for setting in settings()}
    fixed = {
        "headers": f"{heads.HEAD_BYTES // 1024} KiB, at most {heads.HEADERS}",
        "request line": f"{heads.TARGET_BYTES // 1024} KiB",
        "results of a search, at once": f"{PAGE}, at most {PAGE_MAX:,}",
    }
    for what, limit, name in rows("Limits"):
        if name:
            assert int(limit.split()[0].replace(",", "")) == defaults[name], what
        else:
            assert limit == fixed.pop(what)
    assert fixed == {}
