"""Can what the server writes be written, and can nobody else read or change it?"""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from authz.accounts import keyfiles
from authz.assurance.doctor.finding import Finding, failure, ok, warning
from authz.decision_log.files import files
from authz.decision_log.log import check_settings
from authz.errors import ConfigError, Unavailable
from authz.settings import Config, DecisionLogSection

OTHERS_READ, OTHERS_WRITE = 0o077, 0o022
MIB = 1024 * 1024
#: With less, the next minutes are in danger.
ROOM_MIB = 64
DEMO_FILE = "demo.json"


def decision_log(settings: DecisionLogSection) -> Iterator[Finding]:
    """Whether decisions can be logged, and for how long."""
    name, folder = "decision log", settings.dir
    try:
        check_settings(settings)
    except ConfigError as exc:
        yield failure(name, exc, "correct it: no worker makes decisions with it")
        return
    if folder is None:
        yield warning(
            name, "decisions are not logged", "name a folder in `decisions.log.dir`"
        )
        return
    try:
        _check_writable(folder)
        found = files(folder) if folder.exists() else []
        free_mib = shutil.disk_usage(_there(folder)).free // MIB
    except OSError as exc:
        reason = (exc.strerror or str(exc)).lower()
        error = Unavailable(f"`{folder}` cannot be written: {reason}")
        advice = "make it a folder that the server may write, or name another one"
        yield failure(name, error, f"{advice} in `decisions.log.dir`")
        return
    used_mib = sum(file.size_bytes for file in found) // MIB
    if free_mib < ROOM_MIB:
        error = Unavailable(f"there are {free_mib} MiB left on the disk of `{folder}`")
        yield failure(name, error, "make room, or lower `decisions.log.keep_mib`")
    elif settings.keep_mib == 0 or free_mib < settings.keep_mib - used_mib:
        yield warning(
            name,
            f"it may fill the disk of `{folder}`: {used_mib} MiB are used, {free_mib} free",
            f"`decisions.log.keep_mib` is {settings.keep_mib}: set what there is room for",
        )
    else:
        yield ok(
            name,
            f"{len(found)} files in `{folder}`, {used_mib} of {settings.keep_mib} MiB",
        )
    yield from _open_to_others(name, [folder, *(file.path for file in found)])


def data(config: Config) -> Iterator[Finding]:
    """Whether the folder of the database keeps its secrets."""
    folder = config.store.path.parent
    keys = folder / keyfiles.FOLDER
    try:
        _check_writable(folder)
        kept = sorted(keys.iterdir()) if keys.exists() else []
    except OSError as exc:
        reason = (exc.strerror or str(exc)).lower()
        error = Unavailable(f"`{folder}` cannot be used: {reason}")
        yield failure("data folder", error, "give the server a folder that it may write")
        return
    open_keys = [key for key in kept if _mode(key) & OTHERS_READ]
    if open_keys:
        known = ConfigError(f"`{open_keys[0]}` is open to others than its owner")
        advice = f"`chmod 600 {open_keys[0]}`, or delete it where somebody may have read it"
        yield failure("keys", known, advice)
    else:
        yield ok("keys", f"{len(kept)} in `{keys}`")
    secrets = [path for path in (folder / DEMO_FILE, keys) if path.exists()]
    yield from _open_to_others("data folder", [folder, *secrets], ok_too=True)


def trusted(config: Config) -> Iterator[Finding]:
    """Whether nobody else may change what decides."""
    policy = config.policy
    changed_by_others = [
        path
        for path in (policy.dir, policy.record, policy.last_good)
        if _mode(path) & OTHERS_WRITE
    ]
    for path in changed_by_others:
        yield warning(
            "policies",
            f"others than its owner may change `{path}`, and so what is decided",
            f"`chmod go-w {path}`",
        )


def is_there(path: Path) -> bool:
    """Whether it can be seen: pathlib raises where a folder cannot be looked into."""
    return _mode(path) != 0


def _open_to_others(
    check: str, paths: list[Path], *, ok_too: bool = False
) -> Iterator[Finding]:
    for path in paths:
        mode = _mode(path)
        if mode & OTHERS_READ:
            kept = "700" if stat.S_ISDIR(mode) else "600"
            message = f"`{path}` is open to others than its owner ({mode & 0o777:o})"
            yield warning(check, message, f"`chmod {kept} {path}`")
            return
    if ok_too:
        yield ok(check, f"`{paths[0]}` is its owner's alone")


def _mode(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_mode
    return 0


def _check_writable(folder: Path) -> None:
    """Raises: OSError unless files can be made in it, or it can be made itself."""
    there = _there(folder)
    if not there.is_dir():
        raise NotADirectoryError(20, f"`{there}` is no folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise PermissionError(13, f"no permission for `{there}`")


def _there(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    found = folder.absolute()
    while not os.path.lexists(found):
        found = found.parent
    return found
