"""How commands print what they found: tables for people, one document for programs."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import click

from authz.visible import visible

in_form = click.option("--output", type=click.Choice(["human", "json"]), default="human")


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """The rows in columns, below their names."""
    return "\n".join(_lines([[name.upper() for name in head], *rows]))


def document(schema: str, **members: object) -> str:
    """What a program reads, and by which schema."""
    said = {"schema": f"authz.{schema}", **members}
    return json.dumps(said, ensure_ascii=False, indent=2)


def time(seconds: float | None) -> str | None:
    """ISO 8601 in UTC; None for None."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _lines(rows: Sequence[Sequence[object]]) -> Iterator[str]:
    texts = [["" if cell is None else visible(str(cell)) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in texts) for column in range(len(texts[0]))]
    for row in texts:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
