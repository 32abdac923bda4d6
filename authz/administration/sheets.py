"""A table of people as text: CSV or JSON, read for an import and written by an export.

What is written can be read again, and then says the same. Several roles, options or ids of
one CSV cell stand with a `;` between them; a role that ends is written as
`user until 2027-01-31T12:00Z`.
"""

import csv
import io
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from authz.accounts.email import identity
from authz.administration import tables
from authz.administration.access import Access
from authz.administration.people import Profile
from authz.engine.place import near_miss
from authz.errors import InvalidChange
from authz.said import said
from authz.storage.access import BINDING_KINDS
from authz.storage.people import Account

#: WHY no more: nobody else can write while they are gone through, and waits no longer.
ROWS_MAX = 200
CELL_MAX = 2000
#: Characters of a whole table.
TEXT_MAX = 4 * 1024 * 1024
FORMS = ("csv", "json")
PROFILE = ("name", "phone", "street", "timezone", "language")
RIGHTS = ("roles", "options", *BINDING_KINDS)
#: Only the e-mail must be there.
COLUMNS = ("email", "status", *PROFILE, *RIGHTS)
#: What JSON may hold beside the people.
HEAD = ("schema", "of", "items")
UNTIL = " until "
Values = Mapping[str, str]


def read(text: str, form: str = "csv") -> list[tuple[int, Values]]:
    """The rows of a table, each with its line; of JSON with its number, from 1.

    Raises: InvalidChange with the field `table` for what is no table of people.
    """
    if form not in FORMS:
        raise _wrong(
            said("unknown form `{form}`: {known}", form=form, known=" or ".join(FORMS))
        )
    if len(text) > TEXT_MAX:
        raise _wrong(said("the table has more than {most} characters", most=TEXT_MAX))
    rows = list(_of_csv(text) if form == "csv" else _of_json(text))
    _check_once(rows, form)
    return rows


def written(account: Account) -> dict[str, str | list[str]]:
    """The row of a person, with a list where there can be several."""
    row: dict[str, str | list[str]] = {"email": account.email, "status": account.status}
    row |= {name: getattr(account, name) or "" for name in PROFILE}
    row["roles"] = [_role(one.role, one.expires_at) for one in account.roles]
    row["options"] = list(account.options)
    return row | {kind: list(account.bindings.get(kind, ())) for kind in BINDING_KINDS}


def cell(value: str | Sequence[str]) -> str:
    """A value of a row as CSV has it."""
    return value if isinstance(value, str) else ";".join(value)


def profile(values: Values) -> Profile:
    """What a row says of the person; an empty cell keeps what is there."""
    return Profile(**{name: values[name] for name in PROFILE if values.get(name)})


def access(before: Access, values: Values) -> Access:
    """The access of a row; a column that is not there keeps what the person has.

    A role keeps its end, unless the row says another one. Raises: InvalidChange.
    """
    roles = dict(before.roles)
    if "roles" in values:
        roles = dict(_ended(text, before.roles) for text in _several(values["roles"]))
    bindings = dict(before.bindings)
    for kind in BINDING_KINDS:
        if kind in values:
            bindings[kind] = frozenset(_several(values[kind]))
    options = before.options
    if "options" in values:
        options = frozenset(_several(values["options"]))
    return Access(roles, options, {kind: ids for kind, ids in bindings.items() if ids})


def _role(role: str, end: float | None) -> str:
    if end is None:
        return role
    return f"{role}{UNTIL}{datetime.fromtimestamp(end, UTC).isoformat()}"


def _ended(text: str, before: Mapping[str, float | None]) -> tuple[str, float | None]:
    """Role and end of what `_role` wrote."""
    role, until, typed = text.partition(UNTIL)
    held = before.get(role)
    if not until:
        return role, held
    try:
        given = datetime.fromisoformat(typed.strip())
        end = given.timestamp() if given.tzinfo else None
    except (ValueError, OverflowError):
        end = None
    if end is None:
        raise InvalidChange(
            said("`{text}` is no time with its zone, as `2027-01-31T12:00Z`", text=typed),
            field="roles",
        )
    # WHY: a text holds no more than microseconds, and the same end is no change.
    return role, held if held is not None and abs(held - end) < 1 else end


def _several(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _of_csv(text: str) -> Iterator[tuple[int, Values]]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        head = [name.strip().lower() for name in next(reader, [])]
        _check_names(head)
        if len(set(head)) < len(head):
            raise _wrong(said("the head names a column twice"))
        count = 0
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            count += 1
            _check_count(count)
            line = reader.line_num
            if len(cells) != len(head):
                raise _wrong(
                    said(
                        "line {line} has {count} cells, the head {others}",
                        line=line,
                        count=len(cells),
                        others=len(head),
                    )
                )
            _check_cells(cells, said("line {number}", number=line))
            values = (tables.plain(cell.strip()) for cell in cells)
            yield line, dict(zip(head, values, strict=True))
    except csv.Error as exc:
        raise _wrong(
            said("line {line} is no CSV: {why}", line=reader.line_num, why=str(exc))
        ) from exc


def _of_json(text: str) -> Iterator[tuple[int, Values]]:
    try:
        found = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_once_each)
    except (ValueError, RecursionError) as exc:
        raise _wrong(said("it is no JSON: {why}", why=str(exc))) from exc
    if isinstance(found, dict):
        for name in found:
            if name not in HEAD:
                hint = near_miss(name, HEAD)
                raise _wrong(said("unknown member `{name}`{hint}", name=name, hint=hint))
        found = found.get("items")
    if not isinstance(found, list):
        raise _wrong(said("it is no list of people, and has none as `items`"))
    _check_count(len(found))
    for number, item in enumerate(found, 1):
        if not isinstance(item, dict):
            raise _wrong(said("person {number} is no object", number=number))
        _check_names(item)
        values = {name: _text(value, name, number) for name, value in item.items()}
        _check_cells(values.values(), said("person {number}", number=number))
        yield number, values


def _text(value: object, name: str, number: int) -> str:
    """The value as a cell has it."""
    if value is None:
        return ""
    if name in RIGHTS and isinstance(value, list):
        if all(isinstance(part, str) and ";" not in part for part in value):
            return ";".join(value)
    elif isinstance(value, str):
        return value.strip()
    expected = said("a list of texts") if name in RIGHTS else said("text")
    raise _wrong(
        said(
            "`{name}` of person {number} must be {expected}",
            name=name,
            number=number,
            expected=expected,
        )
    )


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(said("a member is named twice"))
    return found


def _check_names(names: Collection[str]) -> None:
    for name in names:
        if name not in COLUMNS:
            hint = near_miss(name, COLUMNS)
            raise _wrong(said("unknown column `{name}`{hint}", name=name, hint=hint))
    if "email" not in names:
        raise _wrong(said("the column `email` is missing"))


def _check_count(count: int) -> None:
    if count > ROWS_MAX:
        raise _wrong(said("more than {most} rows: take several", most=ROWS_MAX))


def _check_cells(cells: Collection[str], where: str) -> None:
    if any(len(cell) > CELL_MAX for cell in cells):
        raise _wrong(said("{where} has a cell that is too long", where=where))
    try:
        "".join(cells).encode()
    except UnicodeEncodeError as exc:
        raise _wrong(said("{where} holds half of a character", where=where)) from exc


def _check_once(rows: Sequence[tuple[int, Values]], form: str) -> None:
    """Raises: InvalidChange, where one person stands in two rows."""
    seen: dict[str, int] = {}
    for line, values in rows:
        try:
            key = identity(values["email"])
        except InvalidChange:
            continue
        if key in seen:
            one, other = seen[key], line
            raise _wrong(
                said("lines {one} and {other} name the same person", one=one, other=other)
                if form == "csv"
                else said(
                    "people {one} and {other} name the same person", one=one, other=other
                )
            )
        seen[key] = line


def _wrong(message: str) -> InvalidChange:
    return InvalidChange(message, field="table")
