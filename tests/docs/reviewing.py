"""The walk through docs/reviewing.md: its edits are made, its commands are run.

`python -m tests.docs.reviewing` prints what each of them says today.
"""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from authz.cli.command import run
from tests.docs.pages import ROOT
from tests.replaying.recorded import PATHS, recorded
from tests.shipped import POLICIES, RECORD, shipped

PAGE = ROOT / "docs" / "reviewing.md"
_BLOCK = re.compile(r"^```(diff|console)\n(.*?)^```$", re.S | re.M)
_CODE = re.compile(r"\n\(exit code (\d+)\)\s*$")
PERSON = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
TECH = "service_tech@domain.com"


@dataclass(frozen=True)
class Block:
    """An edit, or a command with what it says."""

    #: Empty for an edit.
    command: str
    text: str
    code: int = 0


@dataclass(frozen=True)
class Said:
    """What a command said."""

    text: str
    code: int


def blocks() -> Iterator[Block]:
    """The blocks of the page, in order."""
    for kind, text in _BLOCK.findall(PAGE.read_text("utf-8")):
        if kind == "diff":
            yield Block("", text)
            continue
        command, _, said = text.removeprefix("$ ").partition("\n")
        code = _CODE.search(f"\n{said}")
        if code:
            said = _CODE.sub("\n", f"\n{said}").removeprefix("\n")
        yield Block(command, said, int(code[1]) if code else 0)


@contextmanager
def repository(folder: Path) -> Iterator[None]:
    """Works in a repository with the shipped policies, people and recorded decisions."""
    shutil.copytree(POLICIES, folder / "policies")
    (folder / "var").mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "policies")
    git(folder, *PERSON, "commit", "--quiet", "--message", "as shipped")
    with recorded(folder / "var", shipped(), people=0) as at:
        for unit in ("mu-101", "mu-102", "mu-103", "mu-104"):
            body = {
                "subject": {"type": "user", "id": TECH},
                "action": {"name": "metering_unit:read"},
                "resource": {"type": "metering_unit", "id": unit},
            }
            door = at.doors["gasmeter-uz"][0]
            door.send(json.dumps(body).encode(), path=PATHS["evaluation"])
    # WHY: what has passed once need not pass again here.
    shutil.copy(RECORD, folder / "var" / RECORD.name)
    with chdir(folder):
        yield


def git(folder: Path, *arguments: str, text: str | None = None) -> None:
    """Runs git there."""
    command = ["git", "-C", str(folder), *arguments]
    subprocess.run(command, check=True, capture_output=True, text=True, input=text)


def take(block: Block) -> Said:
    """Makes the edit or runs the command, in the working directory."""
    if not block.command:
        git(Path.cwd(), "apply", "--whitespace=nowarn", "-", text=block.text)
        return Said(block.text, 0)
    program, *arguments = shlex.split(block.command)
    assert program == "authz"
    out = StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        code = run(arguments)
    return Said(out.getvalue(), code)


def fits(documented: str, said: str) -> bool:
    """Whether it is what the page shows; `...` stands for anything, alone for lines."""
    pattern = ""
    for line in documented.splitlines():
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*?".join(map(re.escape, line.split("..."))) + r"\n"
    return re.fullmatch(pattern, said) is not None


def main() -> None:
    """Prints every command and what it says."""
    with tempfile.TemporaryDirectory() as folder, repository(Path(folder)):
        for block in blocks():
            said = take(block)
            if block.command:
                fit = "" if fits(block.text, said.text) else "  <- otherwise"
                sys.stdout.write(f"\n$ {block.command}{fit}\n{said.text}({said.code})\n")


if __name__ == "__main__":
    main()
