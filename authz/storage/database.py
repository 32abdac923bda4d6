"""The database file: how it is made, opened, read and written.

SQLite in WAL mode, one file that nobody but its owner can read. A write begins with the
lock it needs, so it never fails half way for want of one. A handle is tied to the file it
opened, by device and inode: when another file takes its place, the handle refuses to work
rather than answer from strange facts.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import peewee as pw
from peewee_migrate.migrator import Migrator
from peewee_migrate.router import BaseRouter

from authz.decisions.ports import Clock
from authz.errors import ConfigError, Conflict, InvalidChange, Unavailable
from authz.said import said
from authz.storage import migrations
from authz.terms import term

BUSY_TIMEOUT_SECONDS = 5
FILE_MODE = 0o600
PRAGMAS = {"foreign_keys": 1, "synchronous": "normal"}
#: What belongs to a database file besides itself.
COMPANIONS = ("-wal", "-shm", "-journal")
DATABASE_ERRORS = (pw.DatabaseError, pw.InterfaceError, sqlite3.Error)


class Database:
    """An open database file.

    Each thread has a connection of its own; with `shared` there is one for all, and the
    caller sees to it that they take turns. `now` is the one clock of everything that is
    written.
    """

    def __init__(self, path: Path, clock: Clock, *, shared: bool = False):
        #: Absolute, so that a change of directory does not change what is compared.
        self.path = path.absolute()
        self.now = clock
        self._text = str(self.path)
        self._identity = identity(self._text)
        #: Why this file is not trusted any more; None while it is.
        self.distrusted: str | None = None
        self.db = _sqlite(self.path, thread_safe=not shared, check_same_thread=not shared)

    def check_file(self) -> None:
        """Nothing, as long as the path leads to the file that was opened.

        Raises: Unavailable, and from then on for good.
        """
        if self.distrusted is None:
            try:
                if identity(self._text) == self._identity:
                    return
                self.distrusted = f"the database file `{self.path}` was replaced"
            except Unavailable as exc:
                self.distrusted = str(exc)
        raise Unavailable(self.distrusted)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside is kept, or nothing; inside another it is a part.

        Raises: Conflict for what must be unique, InvalidChange for what a constraint
        refuses, Unavailable when the file cannot be written.
        """
        with translated_errors():
            self._connect()
            with self.db.atomic("IMMEDIATE"):
                yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Everything read inside is of one moment. Raises: Unavailable."""
        with translated_errors():
            self._connect()
            with self.db.atomic():
                yield

    def close(self) -> None:
        """Close this thread's connection."""
        self.db.close()

    def _connect(self) -> None:
        """Have a connection to the very file that this handle is tied to."""
        opened = self.db.is_closed() and self.db.connect()
        try:
            self.check_file()
        except Unavailable:
            if opened:
                self.db.close()
            raise


def open_database(path: Path, clock: Clock) -> Database:
    """The database in that file, which must be there and have every migration.

    Raises: ConfigError when it lacks a migration or comes from a newer version; Unavailable
    when it cannot be read.
    """
    database = Database(path, clock)
    _keep_private(database.path)
    applied = _applied(database.path)
    known = _steps()
    for name in known:
        if name not in applied:
            raise ConfigError(
                f"the database `{path}` lacks the migration `{name}`: run `authz migrate`"
            )
    for name in applied:
        if name not in known:
            raise ConfigError(
                f"the database `{path}` was made by a newer version: `{name}`"
            )
    return database


def migrate(path: Path) -> list[str]:
    """Bring the file to today's tables, made if need be; the steps that were applied.

    Raises: ConfigError when it comes from a newer version; Unavailable when it cannot be
    written.
    """
    create_file(path)
    if newer := [name for name in _applied(path) if name not in _steps()]:
        raise ConfigError(
            f"the database `{path}` was made by a newer version: `{newer[0]}`"
        )
    db = _sqlite(path.absolute())
    with translated_errors(), closing(db):
        db.execute_sql("PRAGMA journal_mode = wal")  # type: ignore[no-untyped-call]
        with db.atomic("IMMEDIATE"):
            return list(_Steps(db).run())


def create_file(path: Path) -> None:
    """An empty file that only its owner can read, unless there is one.

    Raises: Unavailable.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # WHY: left over from a file that is gone, they would be read as a part of the new
        # one.
        if not path.exists():
            remove_companions(path)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))
    except FileExistsError:
        _keep_private(path)
    except OSError as exc:
        raise Unavailable(f"cannot make the database `{path}`: {exc.strerror}") from exc


def remove_companions(path: Path) -> None:
    """Remove the files that SQLite keeps beside a database."""
    for suffix in COMPANIONS:
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def identity(path: Path | str) -> tuple[int, int]:
    """Device and inode of a file. Raises: Unavailable when it is not there."""
    try:
        found = os.stat(path)  # noqa: PTH116 - half the time of Path.stat, asked for every decision
    except OSError as exc:
        raise Unavailable(f"no database at `{path}`: {exc.strerror}") from exc
    return found.st_dev, found.st_ino


def uri(path: Path) -> str:
    """How SQLite is told to open a file without making one."""
    return f"{path.as_uri()}?mode=rw"


def _sqlite(path: Path, **options: Any) -> pw.SqliteDatabase:
    return pw.SqliteDatabase(
        uri(path), pragmas=PRAGMAS, timeout=BUSY_TIMEOUT_SECONDS, uri=True, **options
    )


def _keep_private(path: Path) -> None:
    for suffix in ("", *COMPANIONS):
        part = Path(f"{path}{suffix}")
        try:
            if part.exists() and part.stat().st_mode & 0o077:
                part.chmod(FILE_MODE)
        except OSError as exc:
            raise Unavailable(f"cannot make `{part}` private: {exc.strerror}") from exc


def _applied(path: Path) -> list[str]:
    """The steps that the file has had."""
    try:
        with closing(sqlite3.connect(uri(path.absolute()), uri=True)) as connection:
            tables = connection.execute(
                "SELECT name FROM sqlite_master WHERE name = 'migratehistory'"
            )
            if not tables.fetchall():
                return []
            rows = connection.execute(
                "SELECT name FROM migratehistory ORDER BY id"
            ).fetchall()
            return [name for (name,) in rows]
    except sqlite3.Error as exc:
        raise Unavailable(f"cannot read the database `{path}`: {exc}") from exc


def _steps() -> list[str]:
    """The steps of this version, in order."""
    return sorted(found.name for found in iter_modules(migrations.__path__))


class _Steps(BaseRouter):
    """Our migrations, from the package wherever it is installed, for peewee-migrate."""

    @property
    def todo(self) -> list[str]:
        return _steps()

    @property
    def migrator(self) -> Migrator:
        """A fresh one: the old steps need no replay, as they define no models."""
        return Migrator(self.database)

    def read(self, name: str) -> tuple[Any, Any]:
        return import_module(f"{migrations.__name__}.{name}").migrate, None


@contextmanager
def translated_errors() -> Iterator[None]:
    """What goes wrong inside, in our words."""
    try:
        yield
    except pw.IntegrityError as exc:
        raise _refusal(str(exc)) from exc
    except DATABASE_ERRORS as exc:
        raise Unavailable(f"the database cannot be used: {_first(exc)}") from exc


def _first(error: BaseException) -> BaseException:
    """The database error that the others followed from, as a rollback that fails too."""
    first, before = error, error.__context__
    while before is not None:
        first = before if isinstance(before, DATABASE_ERRORS) else first
        before = before.__context__
    return first


def _refusal(message: str) -> Conflict | InvalidChange:
    """SQLite names the constraint, as in `UNIQUE constraint failed: account.email_key`."""
    what, _, columns = message.partition(" constraint failed")
    field = columns.rpartition(".")[2]
    if "email_key" in columns:
        return Conflict(said("this e-mail is already in use"), field="email")
    if what == "UNIQUE":
        return Conflict(
            said("there is one with this `{field}` already", field=term(field)), field=field
        )
    if what == "FOREIGN KEY":
        return InvalidChange(said("it refers to something that is not there"))
    return InvalidChange(
        said("the database refuses it: {message}", message=message), field=field
    )
