"""Checks of changes: what a process of its own looks at, how far it is, what it found."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authz.errors import NotFound
from authz.storage.database import Database
from authz.storage.policy_tables import Check as Row

GOING_ON = ("waiting", "running")
#: Everything but the document, which may be large.
_COLUMNS = (
    *(Row.number, Row.tenant, Row.change, Row.base, Row.candidate, Row.status),
    *(Row.stage, Row.done, Row.total, Row.account, Row.label, Row.asked_at, Row.pid),
    *(Row.beat_at, Row.ended_at, Row.message),
)


@dataclass(frozen=True, slots=True)
class Check:
    """One check, without what it found."""

    number: int
    tenant: str
    change: int | None
    base: str
    candidate: str
    #: `waiting` for its process, `running`, or how it ended: `passed`, `failed`,
    #: `undecided`, `interrupted`.
    status: str
    stage: str
    done: int
    #: How much there is to do in this stage; 0: not known.
    total: int
    #: Id and e-mail of who asked for it.
    account: str
    label: str
    asked_at: float
    pid: int | None
    beat_at: float
    ended_at: float | None
    message: str

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes."""
        return self.ended_at is not None


def add(
    database: Database,
    tenant: str,
    *,
    change: int | None,
    base: str,
    candidate: str,
    account: str,
    label: str,
) -> Check:
    """A new one, which waits for its process."""
    now = database.now()
    row: dict[str, object] = {"tenant": tenant, "change": change, "status": "waiting"}
    row |= {"base": base, "candidate": candidate, "account": account, "label": label}
    with database.transaction():
        number = Row.insert(**row, asked_at=now, beat_at=now).execute(database.db)
        return find(database, number)


def find(database: Database, number: int) -> Check:
    """One check. Raises: NotFound."""
    found = _first(database, Row.number == number)
    if found is None:
        raise NotFound(f"no check {number} of a change of the policies")
    return found


def of_change(database: Database, change: int) -> Check | None:
    """The latest one of a change."""
    return _first(database, Row.change == change)


def of_sides(database: Database, candidate: str, base: str) -> Check | None:
    """The latest one of that candidate against that base, whoever asked for it."""
    return _first(database, (Row.candidate == candidate) & (Row.base == base))


def of_candidate(database: Database, candidate: str) -> Check | None:
    """The latest one of that candidate that came to an end by itself."""
    ended = Row.status.in_(("passed", "failed", "undecided"))
    return _first(database, (Row.candidate == candidate) & ended)


def going_on(database: Database) -> list[Check]:
    """Those that have not ended, as far as is known."""
    chosen = Row.select(*_COLUMNS).where(Row.ended_at.is_null()).order_by(Row.number)
    with database.reading():
        return [Check(*row) for row in chosen.tuples().execute(database.db)]


def document(database: Database, number: int) -> Mapping[str, Any] | None:
    """What it found; None where it found nothing yet."""
    chosen = Row.select(Row.document).where(Row.number == number)
    with database.reading():
        text = chosen.scalar(database.db)
    found: Mapping[str, Any] | None = json.loads(text) if text else None
    return found


def beat(database: Database, number: int, **new: object) -> bool:
    """Its process lives, and is that far; False where it is no longer wanted."""
    going = (Row.number == number) & Row.ended_at.is_null()
    with database.transaction():
        row = {**new, "beat_at": database.now()}
        return bool(Row.update(**row).where(going).execute(database.db))


def end(
    database: Database,
    number: int,
    status: str,
    *,
    message: str = "",
    document: Mapping[str, Any] | None = None,
) -> bool:
    """It is over; False where it was over before."""
    text = None if document is None else json.dumps(document, ensure_ascii=False)
    row = {"ended_at": database.now(), "message": message, "document": text, "pid": None}
    return beat(database, number, status=status, **row)


def _first(database: Database, wanted: Any) -> Check | None:
    chosen = Row.select(*_COLUMNS).where(wanted).order_by(Row.number.desc()).limit(1)
    with database.reading():
        for row in chosen.tuples().execute(database.db):
            return Check(*row)
    return None
