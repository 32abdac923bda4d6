"""Which policies were in force, since when, and who brought them there.

A turn begins before the first file is written and ends when the last one is: one that has
not ended was cut off, or is going on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from authz.errors import NotFound
from authz.storage.database import Database
from authz.storage.policy_tables import Directory
from authz.storage.policy_tables import Turn as Row

FOUND, ACTIVATED, ROLLED_BACK = "found", "activated", "rolled_back"


@dataclass(frozen=True, slots=True)
class Turn:
    """A directory that is or was in force, or is being put in force."""

    number: int
    content: str
    revision: str
    #: One of `FOUND` (on disk), `ACTIVATED`, `ROLLED_BACK`.
    kind: str
    #: Number of the change that brought it.
    change: int | None
    #: Id and e-mail of who brought it; None for what was found.
    account: str | None
    label: str
    began_at: float
    #: When it was whole; None: its files are being written, or that was cut off.
    ended_at: float | None

    @property
    def is_finished(self) -> bool:
        """Whether all of its files were written."""
        return self.ended_at is not None


def begin(
    database: Database,
    content: str,
    kind: str,
    *,
    label: str,
    account: str | None = None,
    change: int | None = None,
    is_whole: bool = False,
) -> Turn:
    """A new turn; is_whole: its files are there already.

    Raises: Conflict, by the database, while another one has not ended.
    """
    now = database.now()
    row = {"content": content, "kind": kind, "label": label, "began_at": now}
    row |= {"account": account, "change": change, "ended_at": now if is_whole else None}
    with database.transaction():
        number = Row.insert(**row).execute(database.db)
        return find(database, number)


def end(database: Database, number: int) -> Turn:
    """Its files are all there now."""
    with database.transaction():
        ended = {Row.ended_at: database.now()}
        Row.update(ended).where(Row.number == number).execute(database.db)
        return find(database, number)


def drop(database: Database, number: int) -> None:
    """Forget a turn whose files were never written whole."""
    with database.transaction():
        cut = (Row.number == number) & Row.ended_at.is_null()
        Row.delete().where(cut).execute(database.db)


def find(database: Database, number: int) -> Turn:
    """One turn. Raises: NotFound."""
    with database.reading():
        for turn in _turns(_rows().where(Row.number == number).execute(database.db)):
            return turn
    raise NotFound(f"no revision number {number} of the policies")


def latest(database: Database) -> Turn | None:
    """The last one that was written whole."""
    chosen = _rows().where(Row.ended_at.is_null(False)).limit(1)
    with database.reading():
        return next(_turns(chosen.execute(database.db)), None)


def going_on(database: Database) -> Turn | None:
    """The one whose files are being written, or that was cut off."""
    chosen = _rows().where(Row.ended_at.is_null()).limit(1)
    with database.reading():
        return next(_turns(chosen.execute(database.db)), None)


def page(database: Database, *, before: int | None, limit: int) -> list[Turn]:
    """The turns before that number, the latest first."""
    chosen = _rows() if before is None else _rows().where(Row.number < before)
    with database.reading():
        return list(_turns(chosen.limit(limit).execute(database.db)))


def _rows() -> Any:
    columns = (
        *(Row.number, Row.content, Directory.revision, Row.kind, Row.change, Row.account),
        *(Row.label, Row.began_at, Row.ended_at),
    )
    chosen = Row.select(*columns).join(Directory, on=(Directory.content == Row.content))
    return chosen.order_by(Row.number.desc()).tuples()


def _turns(rows: Iterable[tuple[Any, ...]]) -> Iterator[Turn]:
    return (Turn(*row) for row in rows)
