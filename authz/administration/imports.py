"""People from a table: what each row would do, and then all of it or nothing.

A row names a person by e-mail. Who is there is changed, who is not is added; each row needs
the rights that the same change needs on its own page, so an import does nothing that its
maker could not do by hand.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from authz.accounts import passwords
from authz.accounts.email import identity
from authz.administration import people, rights, trials
from authz.administration.access import Access, held
from authz.administration.desk import Desk, Refused
from authz.administration.people import NO_ACCESS, Profile
from authz.engine.place import near_miss
from authz.errors import Conflict, InvalidChange, NotFound
from authz.storage.access import BINDING_KINDS
from authz.storage.people import Account, find_account

ROWS_MAX = 1000
CELL_MAX = 2000
#: Columns of the table; only the e-mail must be there. Several roles, options or ids of one
#: cell stand with a `;` between them.
PROFILE = ("name", "phone", "timezone", "language")
RIGHTS = ("roles", "options", *BINDING_KINDS)
COLUMNS = ("email", *PROFILE, *RIGHTS)
ADDED, CHANGED, SAME = "added", "changed", "same"
Values = Mapping[str, str]
Step = Callable[[Desk, Values], tuple[str, str]]


class Row(Struct, frozen=True):
    """What one row does, or would do."""

    #: Line of the table, its head being the first.
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


def people_from(desk: Desk, text: str, *, save: bool) -> Report:
    """What a table of people does; it is saved if `save`, and if every row can be done.

    Each row is saved by itself, so that one which somebody else overtakes is told of and
    keeps the others. Raises: Refused for who may add nobody; InvalidChange for what is no
    such table.
    """
    desk.require(people.CREATE, "tenant", desk.tenant)
    wanted = list(_rows(text))
    _check_once(wanted)
    rows = tuple(_row(desk, line, values, _would) for line, values in wanted)
    if not save or any(row.problem for row in rows):
        return Report(rows, is_saved=False)
    return Report(
        tuple(_row(desk, line, values, _does) for line, values in wanted), is_saved=True
    )


def _row(desk: Desk, line: int, values: Values, step: Step) -> Row:
    email = values["email"]
    try:
        does, password = step(desk, values)
    except (Refused, NotFound) as exc:
        return Row(line, email, "", str(exc))
    except (InvalidChange, Conflict) as exc:
        return Row(line, email, "", str(exc), exc.field)
    return Row(line, email, does, password=password)


def _would(desk: Desk, values: Values) -> tuple[str, str]:
    """What the row would do. Raises: as `_does`; nothing is written."""
    account = known(desk, values["email"])
    if account is None:
        trials.check_new(
            desk,
            email=values["email"],
            name=values.get("name", ""),
            timezone=values.get("timezone") or "UTC",
            language=values.get("language") or "en",
            wanted=_access(NO_ACCESS, values),
        )
        return ADDED, ""
    wanted = _access(held(account), values)
    changes = trials.check_edit(desk, account, _profile(values))
    if wanted != held(account):
        rights.check_save(desk, account, wanted)
        changes = True
    return (CHANGED if changes else SAME), ""


def _does(desk: Desk, values: Values) -> tuple[str, str]:
    """What the row did, and the password of somebody new."""
    account = known(desk, values["email"])
    if account is None:
        password = passwords.random_password()
        people.add(
            desk,
            email=values["email"],
            name=values.get("name", ""),
            password=password,
            timezone=values.get("timezone") or "UTC",
            language=values.get("language") or "en",
            wanted=_access(NO_ACCESS, values),
        )
        return ADDED, password
    after = account
    if trials.check_edit(desk, account, _profile(values)):
        after = people.edit(desk, account.id, profile=_profile(values))
    wanted = _access(held(account), values)
    if wanted != held(account):
        after = rights.save(desk, account.id, wanted)
    return (SAME if after == account else CHANGED), ""


def known(desk: Desk, email: str) -> Account | None:
    """The person of that e-mail, if there is one."""
    if "@" not in email:
        raise InvalidChange("the e-mail must have one `@`", field="email")
    try:
        return find_account(desk.database, desk.tenant, email)
    except NotFound:
        return None


def _profile(values: Values) -> Profile:
    """An empty cell keeps what is there."""
    return Profile(**{name: values[name] for name in PROFILE if values.get(name)})


def _access(before: Access, values: Values) -> Access:
    """The access of the row; a column that is not there keeps what the person has."""
    roles = dict(before.roles)
    if "roles" in values:
        roles = {role: before.roles.get(role) for role in _several(values["roles"])}
    bindings = dict(before.bindings)
    for kind in BINDING_KINDS:
        if kind in values:
            bindings[kind] = frozenset(_several(values[kind]))
    options = before.options
    if "options" in values:
        options = frozenset(_several(values["options"]))
    return Access(roles, options, {kind: ids for kind, ids in bindings.items() if ids})


def _several(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        head = [name.strip().lower() for name in next(reader, [])]
        _check_head(head)
        count = 0
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            count += 1
            _check_row(head, cells, reader.line_num, count)
            values = (_plain(cell) for cell in cells)
            yield reader.line_num, dict(zip(head, values, strict=True))
    except csv.Error as exc:
        line = reader.line_num
        raise InvalidChange(f"line {line} is no CSV: {exc}", field="table") from exc


def _check_once(rows: Sequence[tuple[int, Values]]) -> None:
    """Raises: InvalidChange, where one person stands in two rows."""
    seen: dict[str, int] = {}
    for line, values in rows:
        try:
            key = identity(values["email"])
        except InvalidChange:
            continue
        if key in seen:
            raise InvalidChange(
                f"lines {seen[key]} and {line} name the same person", field="table"
            )
        seen[key] = line


def _check_head(head: Sequence[str]) -> None:
    for name in head:
        if name not in COLUMNS:
            hint = near_miss(name, COLUMNS)
            raise InvalidChange(f"unknown column `{name}`{hint}", field="table")
    if "email" not in head or len(set(head)) < len(head):
        raise InvalidChange("the head names each column once, with `email`", field="table")


def _check_row(head: Sequence[str], cells: Sequence[str], line: int, count: int) -> None:
    if count > ROWS_MAX:
        raise InvalidChange(f"more than {ROWS_MAX} rows: take several", field="table")
    if len(cells) != len(head):
        raise InvalidChange(
            f"line {line} has {len(cells)} cells, the head {len(head)}", field="table"
        )
    if any(len(cell) > CELL_MAX for cell in cells):
        raise InvalidChange(f"line {line} has a cell that is too long", field="table")


def _plain(cell: str) -> str:
    """WHY without the apostrophe: our own tables put it before what looks as a formula."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@") else cell
