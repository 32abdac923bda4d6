"""Passwords come from a prompt or a file: arguments of a command can be read by others."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from authz.cli.files import read_text
from authz.errors import RequestError

#: More than any password, and no whole disk.
FILE_BYTES_MAX = 4096


def takes_password(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command that takes `--password-file`, for `password_of`."""
    return click.option(
        "--password-file",
        type=click.Path(path_type=Path, allow_dash=True),
        help="A file with the password in its one line, or `-` for standard input;"
        " without it, it is asked for.",
    )(command)


def password_of(file: Path | None) -> str:
    """The password of the file, else the one that is typed.

    Raises: RequestError where nobody can be asked; Unavailable.
    """
    if file is not None:
        line = read_text(file, FILE_BYTES_MAX).removesuffix("\n").removesuffix("\r")
        if "\n" in line or not line:
            raise RequestError(f"`{file}` must hold one line, the password")
        return line
    if not sys.stdin.isatty():
        raise RequestError("there is no terminal to ask on: give `--password-file`")
    typed: str = click.prompt(
        "Password", hide_input=True, confirmation_prompt=True, err=True
    )
    return typed
