"""Does something again whenever a file of a policy set or of its tests is edited."""

from collections.abc import Callable, Collection
from pathlib import Path

import click
import watchfiles

from authz.cli.exits import Exit
from authz.errors import AuthzError, RequestError

_SUFFIXES = (".polar", ".yaml")
#: Edits that come in one go count as one.
DEBOUNCE_MS = 200
#: How long it is waited at a time: the first wait is over before anything is done, so that
#: an edit meanwhile is seen.
WAIT_MS = 200


def again_on_edits(run: Callable[[], object], folders: Collection[Path]) -> Exit:
    """Runs at once and after each edit, until ctrl-c; an error is one line on stderr.

    Raises: RequestError for a folder that is not there.
    """
    for folder in folders:
        if not folder.is_dir():
            raise RequestError(f"there is no directory `{folder}` to watch")
    try:
        wanted = True
        for changes in watchfiles.watch(
            *folders,
            watch_filter=_counts,
            debounce=DEBOUNCE_MS,
            rust_timeout=WAIT_MS,
            yield_on_timeout=True,
            raise_interrupt=True,
        ):
            if changes or wanted:
                _tried(run)
            wanted = False
    except KeyboardInterrupt:
        click.echo("", err=True)
    return Exit.OK


def _tried(run: Callable[[], object]) -> None:
    try:
        run()
    except AuthzError as exc:
        click.echo(f"error: {' '.join(str(exc).split())}", err=True)


def _counts(_change: watchfiles.Change, path: str) -> bool:
    """Not what editors keep beside a file."""
    name = Path(path).name
    return name.endswith(_SUFFIXES) and not name.startswith(".")
