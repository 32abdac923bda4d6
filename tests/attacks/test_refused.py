"""Policy text that must never decide: refused with file and line, and none of it runs."""

import os
import subprocess
import sys
from fnmatch import fnmatchcase

import pytest

from tests.attacks import world
from tests.attacks.generated import attacks

MARK = "# refused: "
GENERATED = list(attacks())


def _expected(text: str) -> tuple[int, str]:
    """The line that has the mark, and the message that stands behind it."""
    ((line, said),) = [
        (number, content.split(MARK)[1])
        for number, content in enumerate(text.splitlines(), 1)
        if MARK in content
    ]
    return line, said


@pytest.mark.parametrize("path", world.corpus("refused"), ids=lambda path: path.stem)
def test_text_is_refused_where_it_is_wrong(target, tmp_path, capfd, path):
    canary = tmp_path / "canary"
    line, said = _expected(path.read_text())
    error = target.attacked_with(world.attack_files(path.read_bytes(), canary))
    assert (error.file, error.line) == ("attack.polar", line), error
    assert fnmatchcase(error.message, said), error
    assert "\n" not in str(error)
    assert not canary.exists()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [attack[1:] for attack in GENERATED],
    ids=[attack[0] for attack in GENERATED],
)
def test_text_that_is_too_deep_too_long_or_no_text_is_refused(
    target, tmp_path, text, line, said
):
    error = target.attacked_with(world.attack_files(text, tmp_path / "canary"))
    assert error.file == "attack.polar", error
    assert line in (0, error.line), error
    assert fnmatchcase(error.message, said), error
    assert len(str(error)) < 300


def test_plain_oso_would_have_run_the_inline_query(tmp_path):
    """The corpus has teeth: without the guard, its text starts a shell."""
    canary = tmp_path / "canary"
    path = world.CORPUS / "refused" / "shell-in-an-inline-query.polar"
    text = path.read_text().replace(world.CANARY, str(canary))
    plain = "import sys; from oso import Oso; Oso().load_str(sys.stdin.read())"
    # WHY without: our engine tells oso its budget there, which a busy machine uses up.
    environ = {name: os.environ[name] for name in os.environ if name != "POLAR_TIMEOUT_MS"}
    subprocess.run(
        [sys.executable, "-c", plain],
        input=text.encode(),
        env=environ,
        capture_output=True,
        check=False,
    )
    assert canary.exists()
