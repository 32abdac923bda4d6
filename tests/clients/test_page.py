"""The programs of docs/clients.md print what it says."""

import json
import re
import subprocess
import sys
from importlib.metadata import version

import pytest

from tests.api.doors import free_port
from tests.cli.demo import demo
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "clients.md").read_text("utf-8")
PROGRAMS = re.findall(r"```python\n(.*?)```\n+```text\n(.*?)```", PAGE, re.S)


def test_the_page_names_the_versions_that_are_tested():
    named = re.findall(r"^\| (\w+) ([\d.]+) \|", PAGE, re.M)
    assert {name for name, _ in named} == {"apparitor", "decern"}
    for name, shown in named:
        assert version(name).startswith(f"{shown}."), name


@pytest.mark.socket
def test_the_programs_of_the_page_print_what_the_page_says(tmp_path):
    assert len(PROGRAMS) == PAGE.count("```python") == 2
    served, port = tmp_path / "var", free_port()
    served.mkdir()
    with demo(served, port):
        told = json.loads((served / "demo.json").read_text("utf-8"))
        assert told["base_url"] == f"http://127.0.0.1:{port}"
        for program, output in PROGRAMS:
            done = subprocess.run(
                [sys.executable, "-c", program],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )
            assert (done.stdout, done.stderr) == (output, "")
