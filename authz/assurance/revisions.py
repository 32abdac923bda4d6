"""The files of a policy directory as they are at a git revision.

They are read by the `git` program and written into a private folder; the working tree, the
index and the repository stay as they are. Only what a policy set and its tests consist of
is read, within limits: `*.polar` and `*.yaml`. A link or a submodule is refused, as it
points at what may be something else today.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from authz.assurance.document import FILE_LIMIT_BYTES
from authz.errors import NotFound, RequestError

FILES_MAX = 2_000
TOTAL_LIMIT_BYTES = 32 * 1024 * 1024
SECONDS_MAX = 60
_OURS = (".polar", ".yaml")
#: WHY: nothing that a repository is configured to do happens, and nothing is fetched.
_FLAGS = (
    "--no-pager",
    "--no-replace-objects",
    "--no-optional-locks",
    "--literal-pathspecs",
    *("-c", "core.hooksPath=" + os.devnull),
    *("-c", "core.fsmonitor=false"),
    *("-c", "protocol.allow=never"),
)
_LINK = "120000"


@dataclass(frozen=True, slots=True)
class _File:
    """One file of a revision."""

    name: str
    id: str


@contextmanager
def at_revision(spec: str, directory: Path) -> Iterator[Path]:
    """A folder with the files of the policy directory as the spec says.

    spec: an existing directory, which is that folder itself; else `REV`, for the directory
    at that revision of the repository it is in, or `REV:path/in/repository`.
    Raises: RequestError, NotFound when there is no such revision or directory in it.
    """
    if Path(spec).is_dir():
        yield Path(spec)
        return
    files = _files(spec, directory)
    contents = _contents(directory, files)
    with tempfile.TemporaryDirectory(prefix="authz-revision-") as folder:
        for file, content in zip(files, contents, strict=True):
            path = Path(folder, file.name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        yield Path(folder)


def _files(spec: str, directory: Path) -> list[_File]:
    """The files under the directory that the spec names."""
    revision, colon, path = spec.partition(":")
    if not revision or revision.startswith("-"):
        raise RequestError(f"`{spec}` is neither a directory nor a git revision")
    if not directory.is_dir():
        raise RequestError(f"there is no directory `{directory}` to read git from")
    inside = _asked(directory, "rev-parse", "--show-prefix")
    if inside is None:
        raise RequestError(
            f"`{spec}` is no directory, and `{directory}` is in no git repository that git "
            "reads: name a directory, or see what `git status` says there"
        )
    prefix = path if colon else inside.decode("utf-8", "replace").rstrip("\n")
    prefix = prefix.strip("/")
    commit = _object(directory, f"{revision}^{{commit}}")
    if commit is None:
        raise NotFound(f"there is no directory and no git revision `{revision}`")
    if any(part in (".", "..") for part in prefix.split("/")):
        raise RequestError(f"`{prefix}` is no path from the root of the repository")
    tree = _object(directory, f"{commit}:{prefix}") if prefix else commit
    listing = ("ls-tree", "-r", "-z", "-l", "--full-tree")
    listed = None if tree is None else _asked(directory, *listing, tree)
    if listed is None:
        raise NotFound(f"there is no directory `{prefix}` in the git revision `{revision}`")
    return _read_tree(listed, f"{revision}:{prefix}")


def _object(directory: Path, name: str) -> str | None:
    """The id of what the name stands for; None where there is no such thing."""
    found = _asked(directory, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
    return None if found is None else found.decode("ascii").strip()


def _read_tree(listed: bytes, spec: str) -> list[_File]:
    """The files of ours in what `ls-tree` lists."""
    files: list[_File] = []
    total = 0
    for entry in listed.split(b"\0")[:-1]:
        facts, _, raw = entry.partition(b"\t")
        mode, kind, id, size = facts.decode("ascii").split()
        name = raw.decode("utf-8", "backslashreplace")
        if mode == _LINK or kind != "blob":
            what = "a symbolic link" if mode == _LINK else "a submodule"
            raise RequestError(f"`{name}` in `{spec}` is {what}: a copy has to stand there")
        if not name.lower().endswith(_OURS):
            continue
        _check_name(name, spec)
        if int(size) > FILE_LIMIT_BYTES:
            raise RequestError(
                f"`{name}` in `{spec}` is larger than {FILE_LIMIT_BYTES} bytes"
            )
        total += int(size)
        files.append(_File(name, id))
    if len(files) > FILES_MAX or total > TOTAL_LIMIT_BYTES:
        raise RequestError(
            f"`{spec}` holds more than {FILES_MAX} policy and test files, or more than "
            f"{TOTAL_LIMIT_BYTES} bytes of them: name the policy directory"
        )
    if not files:
        raise NotFound(f"there is no policy file in `{spec}`: name the policy directory")
    return files


def _check_name(name: str, spec: str) -> None:
    parts = name.split("/")
    if not (name.isascii() and name.isprintable()) or "\\" in name:
        raise RequestError(f"a file in `{spec}` has an unusual name: {ascii(name)}")
    if any(part in ("", ".", "..") for part in parts):
        raise RequestError(f"a file in `{spec}` is outside of it: `{name}`")


def _contents(directory: Path, files: Sequence[_File]) -> list[bytes]:
    """The content of each file, in their order."""
    ids = "".join(f"{file.id}\n" for file in files).encode("ascii")
    said = _asked(directory, "cat-file", "--batch", given=ids) or b""
    contents: list[bytes] = []
    start = 0
    for file in files:
        end = said.find(b"\n", start)
        head = said[start:end].split()
        if end < 0 or len(head) != 3 or head[:2] != [file.id.encode("ascii"), b"blob"]:
            raise RequestError(f"git has no content of `{file.name}`: fetch it first")
        start = end + 1 + int(head[2])
        contents.append(said[end + 1 : start])
        start += 1
    return contents


def _asked(directory: Path, *arguments: str, given: bytes = b"") -> bytes | None:
    """What git says; None when it says no."""
    program = shutil.which("git")
    if program is None:
        raise RequestError("git is not installed here: name a directory instead")
    try:
        done = subprocess.run(  # noqa: S603 - an argument list, no shell
            [program, *_FLAGS, "-C", str(directory), *arguments],
            input=given,
            capture_output=True,
            # WHY no other variable: those of a git hook would name another repository.
            env={
                "HOME": str(Path("~").expanduser()),
                "PATH": os.defpath,
                "LC_ALL": "C",
                "GIT_TERMINAL_PROMPT": "0",
                "GIT_NO_LAZY_FETCH": "1",
            },
            timeout=SECONDS_MAX,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise RequestError("git could not be run, or did not end in a minute") from exc
    return done.stdout if done.returncode == 0 else None
