"""People from a table: first what each row would do, then all of it, or nothing."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from authz.administration import imports, sheets
from authz.administration.imports import Report
from authz.errors import InvalidChange
from webapp.console.asked import Form, posted, sentence
from webapp.console.needs import Pages
from webapp.console.visitor import present

pages = Pages("imports", __name__)

#: What a row does -> its badge and its word, before and after it was done.
WORDS: dict[str, tuple[str, LazyString, LazyString]] = {
    imports.ADDED: ("allow", _l("Would be added"), _l("Added")),
    imports.CHANGED: ("info", _l("Would be changed"), _l("Changed")),
    imports.SAME: ("", _l("Stays as it is"), _l("Stayed as it was")),
}


@pages.page("/users/import", action="user:create")
def form() -> ResponseReturnValue:
    """Where a table is chosen, or typed."""
    return _page(Form())


@pages.page("/users/import", methods=["POST"], action="user:create")
def run() -> ResponseReturnValue:
    """What the rows would do, or what they did; passwords are on this page alone."""
    typed = posted("table", "save")
    try:
        table = _uploaded() or typed["table"]
        typed = Form(typed.values | {"table": table})
        report = imports.people_from(present().desk, table, save=typed["save"] == "yes")
    except InvalidChange as exc:
        return _page(typed.refused(exc)), 422
    return _page(typed, report), 422 if report.problems else 200


def _uploaded() -> str:
    """The text of the file that was sent; empty for none. Raises: InvalidChange."""
    files = request.files.getlist("file")
    data = b"".join(file.read() for file in files)
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as exc:
        said = _("the file is no text in UTF-8: save it as `CSV UTF-8`")
        raise InvalidChange(said, field="table") from exc


def _problems(report: Report | None) -> dict[int, str]:
    """Line -> why its row cannot be done."""
    rows = () if report is None else report.problems
    return {row.line: sentence(InvalidChange(row.problem)) for row in rows}


def _page(form: Form, report: Report | None = None) -> str:
    counts = {
        does: sum(1 for row in report.rows if row.does == does and not row.problem)
        for does in WORDS
        if report is not None
    }
    return render_template(
        "import.html",
        form=form,
        report=report,
        counts=counts,
        problems=_problems(report),
        words=WORDS,
        columns=sheets.COLUMNS,
        rows_max=sheets.ROWS_MAX,
    )
