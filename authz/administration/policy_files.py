"""The files of a policy directory, all of them: rules, schema, catalogues, and beside them
tests, fixtures and invariants. What somebody hands in is laid over those that are there.

What else stands in the directory, as a README or what git keeps, is no part of it.
"""

import hashlib
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from msgspec import Struct

from authz.engine.beside import (
    ALL_LIMIT_BYTES,
    INVARIANTS_FILE,
    TEST_LIMIT_BYTES,
    read_beside,
)
from authz.engine.gate.vet import SCHEMA_FILE
from authz.engine.place import near_miss
from authz.engine.source import at_one_moment, read_now, source_of
from authz.engine.text import check_files
from authz.errors import InvalidChange, PolicyError
from authz.said import said
from authz.storage.policy_sets import Files as Files

#: Files of a directory, and folders in one another.
FILES_MAX, FOLDERS_MAX = 500, 3
_FOLDER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
RULES, TESTS, YAML = ".polar", "_test.yaml", ".yaml"
FIELD, DELETE = "files", "delete"


class FileInfo(Struct, frozen=True):
    """A file without what stands in it."""

    path: str
    size: int
    sha256: str
    #: `rules`, `schema`, `catalogue`, `test`, `fixture` or `invariants`.
    kind: str


def read_now_whole(directory: Path) -> Files:
    """All files of the directory, whether somebody replaces some or not.

    Raises: PolicyError naming the file.
    """
    return {**read_now(directory).files, **read_beside(directory)}


def read_whole(directory: Path) -> Files:
    """All files of the directory as they are at one moment. Raises: PolicyError."""
    return at_one_moment(directory, lambda: read_now_whole(directory))


def infos(files: Files) -> tuple[FileInfo, ...]:
    """What there is, by path."""
    return tuple(
        FileInfo(path, len(data), hashlib.sha256(data).hexdigest(), kind_of(path))
        for path, data in sorted(files.items())
    )


def kind_of(path: str) -> str:
    """What a file of that path is; empty for what is no part of a policy directory."""
    name = path.rpartition("/")[2]
    if name == path and name.endswith(RULES):
        return "rules"
    if name.endswith(TESTS):
        return "test"
    if not name.endswith(YAML):
        return ""
    if name != path:
        return "fixture"
    return {SCHEMA_FILE: "schema", INVARIANTS_FILE: "invariants"}.get(name, "catalogue")


def laid_over(base: Files, files: Files, delete: Collection[str] = ()) -> dict[str, bytes]:
    """The base with these files in place of its own or besides, and without some.

    A bare name goes where the base has a file of that name, if that is one place.
    Raises: InvalidChange with the field `files` or `delete`.
    """
    given: dict[str, bytes] = {}
    for name, data in files.items():
        path = _placed(base, name)
        if path not in base:
            _check_path(path)
        if path in given:
            raise _wrong("`{path}` is there twice", path=path)
        given[path] = data
    for path in delete:
        if path not in base:
            hint = near_miss(path, base)
            raise _wrong(
                "there is no file `{path}`{hint}", field=DELETE, path=path, hint=hint
            )
    both = {**base, **given}
    whole = {
        path: data for path, data in both.items() if path in given or path not in delete
    }
    _check_whole(whole)
    return whole


def moved(old: Files, candidate: Files, new: Files) -> tuple[dict[str, bytes], list[str]]:
    """What the candidate changed of the old base, done to a new one; and the paths that
    both have changed, where the candidate's is taken.
    """
    merged: dict[str, bytes] = {}
    both: list[str] = []
    for path in sorted({*old, *candidate, *new}):
        before, mine, theirs = old.get(path), candidate.get(path), new.get(path)
        taken = theirs if mine == before else mine
        if mine != before and theirs not in (before, mine):
            both.append(path)
        if taken is not None:
            merged[path] = taken
    return merged, both


def differing(old: Files, new: Files) -> dict[str, list[str]]:
    """The paths that were added, changed and removed."""
    return {
        "added": sorted(new.keys() - old.keys()),
        "changed": sorted(p for p in new.keys() & old.keys() if new[p] != old[p]),
        "removed": sorted(old.keys() - new.keys()),
    }


def told(old: Files, new: Files) -> dict[str, object]:
    """The difference as an event tells it: names, sizes and hashes, no contents."""
    changed = differing(old, new)
    of = {one.path: one for one in infos(new)}
    written = [of[path] for path in (*changed["added"], *changed["changed"])]
    return {
        "files": {one.path: {"size": one.size, "sha256": one.sha256} for one in written},
        "removed": changed["removed"],
    }


def _placed(base: Files, name: str) -> str:
    """The path that a name means."""
    if "/" in name or name in base:
        return name
    there = [path for path in base if path.rpartition("/")[2] == name]
    if len(there) > 1:
        raise _wrong(
            "`{name}` may be any of {paths}: say which, with its folder",
            name=name,
            paths=", ".join(sorted(there)),
        )
    return there[0] if there else name


def _check_path(path: str) -> None:
    *folders, name = path.split("/")
    is_good = _NAME.fullmatch(name) and all(_FOLDER.fullmatch(one) for one in folders)
    if len(folders) > FOLDERS_MAX or not is_good:
        raise _wrong(
            "`{path}` is no name of a policy file: letters, digits, `-`, `_` and `.`, in at"
            " most {most} folders",
            path=ascii(path)[1:-1][:200],
            most=FOLDERS_MAX,
        )
    if kind_of(path):
        return
    if path.endswith(RULES):
        raise _wrong("`{path}`: rules stand in the directory itself", path=path)
    raise _wrong("`{path}` is no policy file: `*.polar` or `*.yaml`", path=path)


def _check_whole(files: Files) -> None:
    if len(files) > FILES_MAX:
        raise _wrong("more than {most} files", most=FILES_MAX)
    _check_case(files)
    source = source_of(files).files
    if not any(path.endswith(RULES) for path in source):
        raise _wrong("no policy file (`*.polar`) is left")
    try:
        check_files(source)
    except PolicyError as exc:
        raise _wrong("{problem}", problem=str(exc)) from exc
    _check_beside({path: data for path, data in files.items() if path not in source})


def _check_case(files: Files) -> None:
    """WHY: people take one for the other, and some file systems do too."""
    seen: dict[str, str] = {}
    for path in sorted(files):
        other = seen.setdefault(path.lower(), path)
        if other != path:
            raise _wrong(
                "`{other}` and `{path}` differ in small and capital letters alone",
                other=other,
                path=path,
            )


def _check_beside(files: Mapping[str, bytes]) -> None:
    for path, data in files.items():
        if len(data) > TEST_LIMIT_BYTES:
            raise _wrong(
                "`{path}` is larger than {most} bytes", path=path, most=TEST_LIMIT_BYTES
            )
    if sum(map(len, files.values())) > ALL_LIMIT_BYTES:
        raise _wrong("tests and fixtures have more than {most} bytes", most=ALL_LIMIT_BYTES)


def _wrong(template: str, *, field: str = FIELD, **values: object) -> InvalidChange:
    return InvalidChange(said(template, **values), field=field)
