"""Tables for spreadsheets, in which no cell is a formula.

A cell that a spreadsheet would compute begins with an apostrophe. Source: OWASP, CSV
injection.
"""

import csv
import io
from collections.abc import Iterable, Sequence

#: What a formula begins with, and what a spreadsheet drops before one.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")

#: Between cells where a comma stands in numbers, as in French and Russian spreadsheets.
ELSEWHERE = ";"


def safe(value: object) -> str:
    """The text of a cell."""
    text = "" if value is None else str(value)
    return ELSEWHERE.join(map(_safe, text.split(ELSEWHERE)))


def plain(cell: str) -> str:
    """What `safe` made that cell of; any other text is itself."""
    return ELSEWHERE.join(
        part[1:] if part[:1] == "'" and _safe(part[1:]) == part else part
        for part in cell.split(ELSEWHERE)
    )


def _safe(part: str) -> str:
    # WHY the apostrophes: what begins with some of its own is told apart from ours.
    return f"'{part}" if part.lstrip(" \u00a0\ufeff'").startswith(FORMULA) else part


def csv_text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The table as CSV. Source: RFC 4180."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(head)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return file.getvalue()
