"""Which rows of the suites are run: those that a filter names.

A filter is one glob, for the name of the suite or the row; or `KEY=GLOB` parts joined by
`;`, all of which fit. A subject or a resource fits by its alias, its id or `type:id`. A row
that asks many questions fits when one of them does.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from authz.assurance.fixture_facts import Fixture
from authz.assurance.suites import Question, Row, Suite
from authz.engine.place import near_miss
from authz.errors import RequestError

_OF_ROWS = ("suite", "name")
_OF_QUESTIONS = ("subject", "action", "resource")
_KEYS = (*_OF_ROWS, *_OF_QUESTIONS)


def filtered(suites: Sequence[Suite], text: str) -> list[Suite]:
    """The suites with the rows that fit; those without a row are left out.

    Raises: RequestError for a filter that is wrong, and for one that no row fits.
    """
    wanted = _wanted(text)
    kept = chosen(suites, lambda suite, row: _fits(suite, row, wanted, text))
    if not kept:
        raise RequestError(f"no row fits the filter `{text}`")
    return kept


def chosen(suites: Sequence[Suite], fits: Callable[[Suite, Row], bool]) -> list[Suite]:
    """The suites with the rows that fit; those without a row are left out."""
    kept = [
        replace(suite, rows=tuple(row for row in suite.rows if fits(suite, row)))
        for suite in suites
    ]
    return [suite for suite in kept if suite.rows]


def _wanted(text: str) -> dict[str, str]:
    """Key -> glob; empty for a filter that is one glob."""
    if "=" not in text:
        return {}
    wanted: dict[str, str] = {}
    for part in text.split(";"):
        key, _, glob = part.partition("=")
        if key not in _KEYS:
            raise RequestError(
                f"a filter names {', '.join(_KEYS)}, not `{key}`{near_miss(key, _KEYS)}"
            )
        if not glob or key in wanted:
            raise RequestError(f"a filter says one `{key}=` and a glob: `{text}`")
        wanted[key] = glob
    return wanted


def _fits(suite: Suite, row: Row, wanted: dict[str, str], text: str) -> bool:
    names = {"suite": suite.name, "name": row.name}
    if not wanted:
        return any(fnmatchcase(name, text) for name in names.values())
    if not all(fnmatchcase(names[k], wanted[k]) for k in _OF_ROWS if k in wanted):
        return False
    asked = {key: wanted[key] for key in _OF_QUESTIONS if key in wanted}
    return not asked or any(_asks(question, asked) for question in row.questions)


def _asks(question: Question, wanted: dict[str, str]) -> bool:
    said = {
        "subject": _called(question.subject),
        "action": (question.action,),
        "resource": _called(question.resource),
    }
    return all(
        any(fnmatchcase(name, glob) for name in said[key]) for key, glob in wanted.items()
    )


def _called(one: Fixture) -> tuple[str, ...]:
    return (one.alias, one.id, f"{one.type}:{one.id}")
