"""People from a table: what each row would do, and then all of it or nothing."""

from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from authz.administration import exports, imports, places, units
from authz.administration.noted import FIELDS
from authz.storage.organizations import KINDS
from authz.storage.places import PARENTS
from webapp.json_api.answers import Text
from webapp.json_api.bodies import Body
from webapp.json_api.declared import Routes
from webapp.json_api.parts import Present
from webapp.json_api.routes.records import listing

CSV = "text/csv; charset=utf-8"
ABOUT = "What the list shows to the person; where there are exports, that right too."


class PeopleTable(Body, frozen=True):
    """A table of people, as an export gives it; with `save` false nothing is kept."""

    table: str
    form: Literal["csv", "json"] = "csv"
    save: bool = False


class ImportedRow(Struct, frozen=True):
    """What one row does, or would do."""

    #: Line of the table, its head being the first; in JSON the number of the person.
    line: int
    email: str
    #: `added`, `changed` or `same`; empty where it cannot be done.
    does: str
    #: Why it cannot be done, and the column at fault.
    problem: str
    field: str
    #: The first one of somebody who was added, told this once; else empty.
    password: str


class ImportReport(Struct, frozen=True):
    """What each row does, or would do."""

    rows: list[ImportedRow]
    is_saved: bool


class Exported(Struct, frozen=True):
    """All that the person may see of a type; texts as an import takes them."""

    schema: str
    of: str
    items: list[dict[str, Any]]


def _declare(routes: Routes, what: str, action: str) -> None:
    """The exports of a type. WHY each its own: what its list needs differs."""

    def as_csv(who: Present) -> Text:
        """All that the person may see of it, for a spreadsheet."""
        return Text(exports.text(who.desk, what, "csv"), CSV, f"{what}.csv")

    def as_json(who: Present) -> Exported:
        """The same for programs."""
        return msgspec.json.decode(exports.text(who.desk, what, "json"), type=Exported)

    as_csv.__name__, as_json.__name__ = f"{what}_as_csv", f"{what}_as_json"
    one = what.replace("_", " ")
    routes.route_of(
        "GET",
        f"/exports/{what}.csv",
        f"Export for a spreadsheet: {one}",
        about=ABOUT,
        content_type=CSV,
        action=action,
    )(as_csv)
    routes.route_of(
        "GET",
        f"/exports/{what}.json",
        f"Export: {one}",
        about=ABOUT,
        answer=Exported,
        action=action,
    )(as_json)


_LISTS = {
    exports.USERS: "user:list",
    units.TYPE: f"{units.TYPE}:list",
    **{kind: f"{kind}:list" for kind in KINDS},
    **dict.fromkeys(PARENTS, places.READ),
    **{kind: listing(kind) for kind in FIELDS},
}


def _declared() -> Routes:
    """The exports of all types."""
    made = Routes("imports", __name__, group="Imports and exports")
    for what in exports.WHATS:
        _declare(made, what, _LISTS[what])
    return made


routes = _declared()


@routes.route_of(
    "POST",
    "/imports/users",
    "Import users",
    about="All rows, or none: each needs the rights that the same change needs by hand.",
    body=PeopleTable,
    answer=ImportReport,
    action="user:create",
    confirmed=True,
)
def import_people(who: Present, body: PeopleTable) -> ImportReport:
    """What the table does."""
    found = imports.people_from(who.desk, body.table, save=body.save, form=body.form)
    rows = [ImportedRow(**asdict(row)) for row in found.rows]
    return ImportReport(rows, found.is_saved)
