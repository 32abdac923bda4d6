"""A progress bar on stderr, where a person looks on."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A function to be told (done, of how many); it shows nothing off a terminal."""
    with stages(title) as advance:
        yield lambda done, total: advance(title, done, total)


@contextmanager
def stages(title: str) -> Iterator[Callable[[str, int, int], None]]:
    """A function to be told (what is being done, how much is done, of how much)."""
    with Progress(
        console=Console(file=sys.stderr), transient=True, disable=not sys.stderr.isatty()
    ) as bar:
        task = bar.add_task(title, total=None)

        def advance(stage: str, done: int, total: int) -> None:
            bar.update(task, description=stage, completed=done, total=total or None)

        yield advance
