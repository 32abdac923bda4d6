"""What the checks of a policy set found, as pages show it.

The document of `authz check-all`, taken apart. What it does not have is empty, so that the
page of an older one still shows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Document = Mapping[str, Any]
#: Of the rows of a test run that failed, those that are shown.
FAILED_MAX = 50


@dataclass(frozen=True, slots=True)
class Covered:
    """How much of a file tests reach."""

    file: str
    lines_covered: int
    lines_total: int
    #: As `3-5, 8`; empty where none is missing.
    missing: str
    missing_lines: frozenset[int]


@dataclass(frozen=True, slots=True)
class Tests:
    """What the policy tests said."""

    passed: int
    failed: int
    #: The first of those that failed.
    shown: tuple[Document, ...]


class Review:
    """The document of a review; an empty one where there has been none."""

    def __init__(self, document: Document | None):
        self._document = document or {}
        self._steps = {step["step"]: step for step in self._document.get("steps", ())}

    def __bool__(self) -> bool:
        return bool(self._steps)

    def step(self, name: str) -> Document | None:
        """What a step said; None where it has not run."""
        return self._steps.get(name)

    def document(self, name: str) -> Document | None:
        """The document of a step."""
        return (self._steps.get(name) or {}).get("document")

    def findings(self, *names: str) -> list[Document]:
        """What these steps found, in their order."""
        return [
            one for name in names for one in (self.step(name) or {}).get("findings") or ()
        ]

    @property
    def stopped(self) -> list[Document]:
        """The steps that did not pass, in their order."""
        return [
            step
            for step in self._steps.values()
            if step["outcome"] not in ("passed", "skipped")
        ]

    @property
    def tests(self) -> Tests | None:
        """What the policy tests said; None where they did not run."""
        found = self.document("test")
        if found is None:
            return None
        failed = [case for case in found.get("cases", ()) if not case.get("passed", True)]
        return Tests(
            found.get("passed", 0), found.get("failed", 0), tuple(failed[:FAILED_MAX])
        )

    @property
    def covered(self) -> list[Covered]:
        """How much of each file tests reach; empty where nobody looked."""
        coverage = (self.document("test") or {}).get("coverage") or {}
        return [
            Covered(
                one["file"],
                one["lines_covered"],
                one["lines_total"],
                ranges(one["missing_lines"]),
                frozenset(one["missing_lines"]),
            )
            for one in coverage.get("files", ())
        ]

    def groups(self, change: str) -> list[Document]:
        """The groups of people who `gain`, or who `loss`."""
        people = (self.document("diff") or {}).get("people") or {}
        return [one for one in people.get("groups", ()) if one["change"] == change]

    @property
    def undecided_people(self) -> list[str]:
        """What of the people could not be told."""
        people = (self.document("diff") or {}).get("people") or {}
        return list(people.get("undecided", ()))


def ranges(numbers: Iterable[int]) -> str:
    """Numbers of lines, those that follow each other as one: `3-5, 8`."""
    listed = sorted(set(numbers))
    if not listed:
        return ""
    starts = [listed[0], *(b for a, b in pairwise(listed) if b > a + 1)]
    ends = [*(a for a, b in pairwise(listed) if b > a + 1), listed[-1]]
    return ", ".join(
        str(first) if first == last else f"{first}-{last}"
        for first, last in zip(starts, ends, strict=True)
    )
