"""What people said about a change of the policies, and which gains they have ticked."""

from collections.abc import Collection
from dataclasses import dataclass

from authz.storage.database import Database
from authz.storage.policy_tables import Comment as CommentRow
from authz.storage.policy_tables import Tick as TickRow


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said."""

    number: int
    #: Id and e-mail of who said it.
    author: str
    author_label: str
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A gain that somebody has seen and wants."""

    gain: str
    account: str
    label: str
    at: float


def add_comment(
    database: Database, change: int, *, author: str, label: str, text: str
) -> Comment:
    """One more."""
    now = database.now()
    row = {"change": change, "author": author, "author_label": label, "text": text}
    with database.transaction():
        number = CommentRow.insert(**row, at=now).execute(database.db)
    return Comment(number, author, label, now, text)


def comments(database: Database, change: int) -> list[Comment]:
    """What was said, the oldest first."""
    columns = CommentRow.number, CommentRow.author, CommentRow.author_label
    chosen = CommentRow.select(*columns, CommentRow.at, CommentRow.text)
    wanted = chosen.where(CommentRow.change == change).order_by(CommentRow.number)
    with database.reading():
        return [Comment(*row) for row in wanted.tuples().execute(database.db)]


def ticks(database: Database, change: int) -> list[Tick]:
    """What is ticked, by anybody."""
    columns = TickRow.gain, TickRow.account, TickRow.label, TickRow.at
    chosen = TickRow.select(*columns).where(TickRow.change == change)
    with database.reading():
        found = chosen.order_by(TickRow.at, TickRow.gain).tuples().execute(database.db)
        return [Tick(*row) for row in found]


def set_ticks(
    database: Database, change: int, account: str, label: str, gains: Collection[str]
) -> None:
    """Exactly these are ticked by that person from now on."""
    mine = (TickRow.change == change) & (TickRow.account == account)
    with database.transaction():
        TickRow.delete().where(mine).execute(database.db)
        for gain in sorted(gains):
            row = {"change": change, "gain": gain, "account": account, "label": label}
            TickRow.insert(**row, at=database.now()).execute(database.db)


def keep_ticks(database: Database, change: int, gains: Collection[str]) -> None:
    """Ticks of other gains than these are gone."""
    others = (TickRow.change == change) & TickRow.gain.not_in(list(gains))
    with database.transaction():
        TickRow.delete().where(others).execute(database.db)
