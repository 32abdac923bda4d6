"""Files that a command reads and writes whole."""

import os
import secrets
import stat
import sys
from pathlib import Path

import click

from authz.errors import RequestError, Unavailable

MODE = 0o600
STDIN = "-"


def read_text(file: Path, bytes_max: int) -> str:
    """The text of a file, or of standard input for `-`.

    Raises: RequestError for what is no UTF-8 and for too much; Unavailable.
    """
    try:
        if str(file) == STDIN:
            data = sys.stdin.buffer.read(bytes_max + 1)
        else:
            with file.open("rb") as opened:
                data = opened.read(bytes_max + 1)
    except OSError as exc:
        raise Unavailable(f"cannot read `{file}`: {exc.strerror}") from exc
    if len(data) > bytes_max:
        raise RequestError(f"`{file}` has more than {bytes_max} bytes: take several")
    try:
        return data.decode()
    except UnicodeDecodeError as exc:
        line = data.count(b"\n", 0, exc.start) + 1
        raise RequestError(
            f"`{file}` is not UTF-8 (line {line}): save it as UTF-8 and repeat"
        ) from exc


def write_text(file: Path | None, text: str) -> None:
    """The text on standard output, or as a whole file that only its owner can read.

    A file that is there is replaced. Raises: RequestError for a link, a device or a pipe;
    Unavailable; and then it is as before.
    """
    if file is None:
        click.echo(text, nl=False)
        return
    if file.is_symlink() or (file.exists() and not (file.is_file() or file.is_dir())):
        # WHY: root would put a file in the place of `/dev/null`.
        raise RequestError(f"`{file}` is no plain file, and would be replaced by one")
    _replace(file, text, MODE)


def write_report(file: Path, text: str) -> None:
    """The text in a file for other tools, which may read it as any file made here.

    Raises: Unavailable where it cannot be written.
    """
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise Unavailable(f"cannot write `{file}`: {exc.strerror}") from exc


def rewrite(file: Path, text: str) -> None:
    """Other text in a file that is there, or that a link leads to; its mode is kept.

    Raises: Unavailable, and then it is as before.
    """
    try:
        target = file.resolve(strict=True)
        mode = stat.S_IMODE(target.stat().st_mode)
    except OSError as exc:
        raise Unavailable(f"cannot write `{file}`: {exc.strerror}") from exc
    _replace(target, text, mode)


def _replace(file: Path, text: str, mode: int) -> None:
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}.new")
    try:
        try:
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
            with open(handle, "w", encoding="utf-8", newline="") as opened:  # noqa: PTH123 - by its handle
                opened.write(text)
                os.fchmod(opened.fileno(), mode)
                opened.flush()
                os.fsync(opened.fileno())
            beside.replace(file)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as exc:
        raise Unavailable(f"cannot write `{file}`: {exc.strerror}") from exc
