"""What the flags of every command amount to: a configuration, and what is opened by it."""

import functools
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from authz import config
from authz.cli.progress import stages
from authz.composition import policy_loader
from authz.config import Origin
from authz.engine.policyset import PolicySet
from authz.engine.source import PolicySource, read_directory
from authz.errors import NotFound, RequestError
from authz.settings import Config
from authz.storage.database import Database, open_database

CONFIG_FILE = Path("config.yaml")
DEMO_DATABASE = "demo.db"


@dataclass(frozen=True, slots=True)
class Setup:
    """The flags that every command takes."""

    #: None: `config.yaml` of the working directory, where there is one.
    config_file: Path | None = None
    #: Folder that takes the place of those of `store.path`, of the last good policies and
    #: of the decision log.
    data: Path | None = None

    def config(self, flags: Mapping[str, object] = config.NO_FLAGS) -> Config:
        """The configuration in force.  Raises: ConfigError."""
        return config.load(self._file(), flags={**self._flags(), **flags})

    def origins(self) -> list[Origin]:
        """The same, with who said what.  Raises: ConfigError."""
        return config.origins(self._file(), flags=self._flags())

    def _file(self) -> Path | None:
        if self.config_file is None and not CONFIG_FILE.exists():
            return None
        return self.config_file or CONFIG_FILE

    def _flags(self) -> Mapping[str, object]:
        if self.data is None:
            return config.NO_FLAGS
        settings = config.load(self._file())
        flags: dict[str, object] = {
            "store.path": self.data / settings.store.path.name,
            "policy.last_good": self.data / settings.policy.last_good.name,
        }
        if settings.decisions.log.dir is not None:
            flags["decisions.log.dir"] = self.data / settings.decisions.log.dir.name
        return flags


def takes_setup(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command that takes the flags of `Setup` and gets them, with those given before its
    name, as its first argument.
    """

    @click.option(
        "-c",
        "--config",
        "config_file",
        type=click.Path(path_type=Path),
        help="The configuration; without it config.yaml of the working directory.",
    )
    @click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of the database and of all else that is written.",
    )
    @click.pass_context
    @functools.wraps(command)
    def with_setup(
        context: click.Context,
        /,
        *arguments: object,
        config_file: Path | None,
        data: Path | None,
        **options: object,
    ) -> Any:
        before = context.obj or Setup()
        setup = Setup(config_file or before.config_file, data or before.data)
        return command(setup, *arguments, **options)

    return with_setup


def load_policies(settings: Config, directory: Path | None = None) -> PolicySet:
    """The vetted set of a directory, else of the configured one. Raises: PolicyError."""
    return load_source(settings, read_directory(directory or settings.policy.dir))


def load_source(
    settings: Config, source: PolicySource, *, compare: bool = True
) -> PolicySet:
    """The vetted set of these files; without `compare` it serves to be read, never to
    decide. Raises: PolicyError.
    """
    with stages("checking the policies") as advance:
        return policy_loader(settings, advance, compare=compare)(source)


def existing(path: Path) -> Path:
    """The path of a database that is there.

    Without one, the demo's beside it, and a word about it on stderr. Raises: NotFound.
    """
    if path.exists():
        return path
    beside = path.with_name(DEMO_DATABASE)
    if not beside.exists():
        raise NotFound(
            f"there is no database `{path}`: `authz demo` or `authz serve` makes one"
        )
    click.echo(f"there is no database `{path}`: using `{beside}`", err=True)
    return beside


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    """An existing database, closed in the end.

    Which one: see `existing`. Raises: NotFound.
    """
    database = open_database(existing(path), time.time)
    try:
        yield database
    finally:
        database.close()


def json_object(text: str, option: str) -> Mapping[str, object]:
    """The JSON object that an option holds.  Raises: RequestError."""
    try:
        value = json.loads(text)
    except ValueError as exc:
        raise RequestError(f"`{option}` is not JSON: {exc}") from exc
    except RecursionError as exc:
        raise RequestError(f"`{option}` is nested too deeply") from exc
    if not isinstance(value, dict):
        raise RequestError(f"`{option}` must be a JSON object")
    return value
