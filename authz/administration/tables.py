"""Tables for spreadsheets, in which no cell is a formula.

A cell that a spreadsheet would compute begins with an apostrophe. Source: OWASP, CSV
injection.
"""

import csv
import io
from collections.abc import Iterable, Sequence

#: What a formula begins with, and what a spreadsheet drops before one.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")


def safe(value: object) -> str:
    """The text of a cell."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" \u00a0\ufeff").startswith(FORMULA) else text


def csv_text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The table as CSV. Source: RFC 4180."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(head)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return file.getvalue()
