"""The example of docs/policy-tests.md is a policy set, and its outputs are those of it."""

import re
import shlex

import pytest

from authz.assurance.suite_file import _SUITE_KEYS
from authz.cli.command import run
from authz.model import Reason
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "policy-tests.md").read_text("utf-8")
FILES = dict(re.findall(r"```(?:yaml|polar)\n# (\S+)\n(.*?)```", PAGE, re.S))
OUTPUTS = re.findall(r"```console\n\$ authz (.*?)\n(.*?)```", PAGE, re.S)


@pytest.fixture
def policies(tmp_path, monkeypatch):
    """The files of the example, in `policies` of the working directory."""
    for name, text in FILES.items():
        path = tmp_path / "policies" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # WHY the name too: the lines are those that the page shows.
        path.write_text(f"# {name}\n{text}", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "policies"


@pytest.mark.parametrize(("command", "shown"), OUTPUTS, ids=[c for c, _ in OUTPUTS])
def test_an_output_of_the_page_is_what_the_command_prints(policies, capfd, command, shown):
    code = run(shlex.split(command))
    assert (code, capfd.readouterr().out) == (0, shown)


def test_the_message_of_the_page_is_that_of_such_a_failure(policies, capfd):
    (said,) = re.findall(r"```text\n(.*?)\n```", PAGE, re.S)
    suite = policies / "papers_test.yaml"
    text = suite.read_text("utf-8")
    suite.write_text(
        text.replace("{hers: [paper:read]", "{hers: [paper:read, paper:print]")
    )
    assert run(["test", "policies"]) == 4
    assert capfd.readouterr().out.splitlines()[0].endswith(f": {said}")


def test_every_member_and_every_reason_is_on_the_page():
    for name in (*_SUITE_KEYS, *Reason):
        assert f"`{name}`" in PAGE, name
