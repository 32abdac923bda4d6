"""People from a table: what each row would do, and then all of it or nothing.

A row names a person by e-mail. Who is there is changed, who is not is added; each row needs
the rights that the same change needs on its own page, so an import does nothing that its
maker could not do by hand. A trial is the import itself, taken back.
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import asdict, replace

from authz.accounts import passwords
from authz.administration import people, rights, sheets
from authz.administration.access import held
from authz.administration.desk import Desk, Refused
from authz.administration.people import NO_ACCESS
from authz.administration.sheets import Values
from authz.errors import Conflict, InvalidChange, NotFound
from authz.said import message, said
from authz.storage.people import Account, find_account
from authz.terms import term

ADDED, CHANGED, SAME = "added", "changed", "same"
#: Called with what is being done, how many rows of it are done, and how many there are.
Progress = Callable[[str, int, int], None]
Table = Sequence[tuple[int, Values]]


class Row(Struct, frozen=True):
    """What one row does, or would do."""

    #: Line of the table, its head being the first; in JSON the number of the person.
    line: int
    email: str
    #: `added`, `changed` or `same`; empty where it cannot be done.
    does: str
    #: Why it cannot be done, and the column at fault.
    problem: str = ""
    field: str = ""
    #: Of somebody who was added: to be told to that person, and kept nowhere.
    password: str = ""

    def __repr__(self) -> str:
        return f"Row({self.line}, {self.email!r}, {self.does!r}, {self.problem!r})"


class Report(Struct, frozen=True):
    """What an import does, or would do."""

    rows: tuple[Row, ...]
    #: Whether it was done.
    is_saved: bool

    @property
    def problems(self) -> tuple[Row, ...]:
        """The rows that cannot be done."""
        return tuple(row for row in self.rows if row.problem)


class _TakenBack(Exception):
    """Ends the transaction without keeping anything."""


def _unseen(_doing: str, _done: int, _total: int) -> None:
    """Nobody looks on."""


def people_from(
    desk: Desk,
    text: str,
    *,
    save: bool,
    form: str = "csv",
    progress: Progress = _unseen,
) -> Report:
    """What a table of people does; it is saved if `save`, and if every row can be done.

    form: `csv` or `json`. Raises: Refused for who may add nobody; InvalidChange for what
    is no such table.
    """
    desk.require(people.CREATE, "tenant", desk.tenant)
    table = sheets.read(text, form)
    tried = _done(desk, table, {}, keep=False, told=_stage(progress, "trying"))
    if not save or any(row.problem for row in tried):
        return Report(tried, is_saved=False)
    new = [row.line for row in tried if row.does == ADDED]
    chosen = {line: passwords.random_password() for line in new}
    told, hashed = _stage(progress, "making passwords"), {}
    for count, (line, password) in enumerate(chosen.items(), 1):
        hashed[line] = desk.hasher.hash(password)
        told(count, len(chosen))
    rows = _done(desk, table, hashed, keep=True, told=_stage(progress, "saving"))
    if any(row.problem for row in rows):
        return Report(rows, is_saved=False)
    return Report(
        tuple(
            replace(row, password=chosen.get(row.line, "")) if row.does == ADDED else row
            for row in rows
        ),
        is_saved=True,
    )


def _stage(progress: Progress, doing: str) -> Callable[[int, int], None]:
    return lambda done, total: progress(doing, done, total)


def _done(
    desk: Desk,
    table: Table,
    hashed: Mapping[int, str],
    *,
    keep: bool,
    told: Callable[[int, int], None],
) -> tuple[Row, ...]:
    """What the rows did; kept if `keep`, and if each of them could be done."""
    rows: list[Row] = []
    try:
        with desk.together() as inside:
            for line, values in table:
                rows.append(_row(inside, line, values, hashed.get(line)))
                told(len(rows), len(table))
            if not keep or any(row.problem for row in rows):
                raise _TakenBack
    except _TakenBack:
        pass
    return tuple(rows)


def _row(desk: Desk, line: int, values: Values, hashed: str | None) -> Row:
    email = values["email"]
    try:
        return Row(line, email, _does(desk, values, hashed))
    except (Refused, NotFound) as exc:
        return Row(line, email, "", message(exc))
    except (InvalidChange, Conflict) as exc:
        return Row(line, email, "", message(exc), exc.field)


def _does(desk: Desk, values: Values, hashed: str | None) -> str:
    """What the row did."""
    account = known(desk, values["email"])
    _check_status(account, values.get("status", ""))
    if account is None:
        people.add_hashed(
            desk,
            email=values["email"],
            name=values.get("name", ""),
            password_hash=hashed,
            phone=values.get("phone", ""),
            street=values.get("street", ""),
            timezone=values.get("timezone") or "UTC",
            language=values.get("language") or "en",
            wanted=sheets.access(NO_ACCESS, values),
        )
        return ADDED
    after, profile = account, sheets.profile(values)
    if people.changed_of(account, asdict(profile)):
        after = people.edit(desk, account.id, profile=profile)
    wanted = sheets.access(held(account), values)
    if wanted != held(account):
        after = rights.save(desk, account.id, wanted)
    return SAME if after == account else CHANGED


def known(desk: Desk, email: str) -> Account | None:
    """The person of that e-mail, if there is one."""
    if "@" not in email:
        raise InvalidChange(said("the e-mail must have one `@`"), field="email")
    try:
        return find_account(desk.database, desk.tenant, email)
    except NotFound:
        return None


def _check_status(account: Account | None, wanted: str) -> None:
    """WHY an import blocks nobody: that is a step of its own, which ends all logins."""
    there = "active" if account is None else account.status
    if wanted and wanted != there:
        who = said("a new account") if account is None else said("the account")
        raise InvalidChange(
            said(
                "{who} is {there}, and an import does not change that",
                who=who,
                there=term(there),
            ),
            field="status",
        )
