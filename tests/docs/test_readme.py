import json
import re
import subprocess
import sys

import pytest

from tests.api.doors import free_port
from tests.cli.demo import demo
from tests.docs.pages import ROOT

README = (ROOT / "README.md").read_text("utf-8")
REQUEST, ANSWER = re.search(
    r"```sh\n(KEY=.*?)```\s+```json\n(.*?)```", README, re.S
).groups()
#: A line of a policy file moves with every edit above it.
LINE = re.compile(r"(\.polar):\d+")


@pytest.mark.socket
def test_the_request_of_the_readme_gets_its_documented_answer(tmp_path):
    port = free_port()
    with demo(tmp_path, port):
        script = (
            REQUEST.replace(".venv/bin/python", sys.executable)
            .replace("var/demo.json", str(tmp_path / "demo.json"))
            .replace("127.0.0.1:8080", f"127.0.0.1:{port}")
        )
        done = subprocess.run(
            ["sh", "-euc", script], capture_output=True, text=True, check=True, timeout=120
        )
    documented = json.loads(LINE.sub(r"\1", ANSWER))
    assert json.loads(LINE.sub(r"\1", done.stdout)) == documented
