"""docs/reviewing.md: its edits fit the shipped policies; its options are there.

That each command says what is shown takes minutes, and is a deep test.
"""

import shutil
from contextlib import chdir

import pytest

from authz.assurance.formatting.document import formatted
from authz.cli.command import authz
from tests.docs.reviewing import blocks, fits, git, take
from tests.shipped import POLICIES


def test_the_edits_of_the_walk_fit_the_policies_that_we_ship(tmp_path):
    folder = tmp_path / "policies"
    shutil.copytree(POLICIES, folder)
    git(tmp_path, "init", "--quiet")
    file = folder / "metering.polar"
    before = file.read_text("utf-8")
    with chdir(tmp_path):
        for block in blocks():
            if not block.command or " fmt " in block.command:
                take(block)
    after = file.read_text("utf-8")
    assert after != before
    assert formatted(file.name, after.encode()) == after


@pytest.mark.parametrize(
    "block", [b for b in blocks() if b.command], ids=lambda b: b.command
)
def test_every_command_of_the_walk_takes_these_options(block):
    program, verb, *arguments = block.command.split()
    assert program == "authz"
    command = authz.commands[verb]
    options = {name for option in command.params for name in option.opts}
    assert {word for word in arguments if word.startswith("--")} <= options


@pytest.mark.parametrize(
    ("documented", "said", "fit"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\n", "a\nb\n", False),
        ("a\n...\n", "a\nb\nc\n", True),
        ("...\nc\n", "a\nb\nd\n", False),
        ("took ... s\n", "took 3.1 s\n", True),
        ("took ... s\n", "took\n s\n", False),
    ],
    ids=range(6),
)
def test_dots_stand_for_anything_in_a_line_and_alone_for_lines(documented, said, fit):
    assert fits(documented, said) is fit
