"""docs/requirements.md: every requirement in one line, and the tests that show it.

A test shows a requirement by its name: `test_r14_r21_...` shows R14 and R21.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from authz import yamlfile

TESTS = Path(__file__).parents[1]
LIST = yamlfile.parse((Path(__file__).parent / "requirements.yaml").read_text("utf-8"))
#: Heading -> id -> the requirement in one line.
GROUPS: dict[str, dict[str, str]] = LIST["requirements"]
IDS = tuple(id for rows in GROUPS.values() for id in rows)
#: Id -> the question that the sources leave open, and its answer.
DECISIONS: dict[str, list[str]] = LIST["decisions"]
#: The folder of the tests that are written for the list; each id has one there.
STORIES = "requirements"
NAMED = re.compile(r"test_((?:r\d+_)+)")

PAGE = """\
# Requirements

Generated from `tests/docs/requirements.yaml` and the names of the tests; a test keeps it
true.

Gatehouse implements the access model of two systems: a mini-grid operations platform, in
its older form with a shared *Protected Pages Password* (PPP) and its newer one with roles;
and a metering platform with accounts, access levels and additional options. Policies, tests
and the changelog name these ids. Below the list stand, for each, the tests that show it.

"""

OPEN = """\
## Decisions where the sources leave it open

| id | question | answer |
|---|---|---|
"""


def page() -> str:
    """The page, in the order of the list."""
    shown = shown_by()
    parts = [PAGE]
    for heading, rows in GROUPS.items():
        parts.append(f"## {heading}\n\n| id | in one line |\n|---|---|\n")
        parts += [f"| [{id}](#{id.lower()}) | {text} |\n" for id, text in rows.items()]
        parts.append("\n")
    parts.append(OPEN)
    parts += [f"| {id} | {asked} | {said} |\n" for id, (asked, said) in DECISIONS.items()]
    parts.append("\n## The tests of each\n")
    parts += [_section(id, shown.get(id, [])) for id in IDS]
    return "".join(parts)


def shown_by() -> dict[str, list[tuple[str, str]]]:
    """Id -> file and name of each test that shows it. Order: those of STORIES, by name."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        file = path.relative_to(TESTS).as_posix()
        for name in sorted(_functions(path)):
            for id in ids(name):
                found.setdefault(id, []).append((file, name))
    for tests in found.values():
        tests.sort(key=lambda test: (not is_story(test[0]), test))
    return found


def ids(name: str) -> list[str]:
    """The ids that a test says it shows: `R14` for `r14`; as they stand when misspelt."""
    named = NAMED.match(name)
    parts = named[1].strip("_").split("_") if named else []
    known = {f"r{int(id[1:]):02d}": id for id in IDS}
    return [known.get(part, part) for part in parts]


def is_story(file: str) -> bool:
    """Whether the file is one of those that are written for the list."""
    return file.startswith(f"{STORIES}/")


def _functions(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            yield node.name


def _section(id: str, tests: list[tuple[str, str]]) -> str:
    lines = [f"- [`{file}::{name}`](../tests/{file})\n" for file, name in tests]
    return f"\n### {id}\n\n" + "".join(lines)
