"""What the rows of policy tests put to work: which policies, which lines of their files.

A condition is exercised by a row whose request satisfies it, whatever the decision is in
the end; with it the lines that it stands on, those of facts and helpers too, and the
policies that it is of. Conditions are taken as they are found in the text, before such as
differ in one value become one: a fact about one role is not covered by another role.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from authz.decisions.pdp import Answer
from authz.decisions.ways import holds
from authz.engine import clauses
from authz.engine.conditions import Condition, Signature
from authz.engine.gate.vet import polar_texts
from authz.engine.policyset import PolicySet
from authz.engine.source import PolicySource
from authz.engine.text import check_files, statements
from authz.engine.unfold import alternatives


@dataclass(frozen=True, slots=True)
class FileCoverage:
    """The lines of one file that conditions stand on."""

    file: str
    #: Sorted.
    lines: tuple[int, ...]
    #: Those that no row put to work.
    missing: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What was put to work, and what was not."""

    policies: int
    #: Ids of those that no row put to work, sorted.
    idle: tuple[str, ...]
    conditions: int
    #: Those that no row satisfied.
    unsatisfied: tuple[Condition, ...]
    #: Order: by name.
    files: tuple[FileCoverage, ...]

    @property
    def percent(self) -> float:
        """Of the lines; to one decimal, and 100 only when none is missing."""
        total = sum(len(file.lines) for file in self.files)
        missing = sum(len(file.missing) for file in self.files)
        return (total - missing) * 1000 // total / 10 if total else 100.0


class Coverage:
    """Is shown every answer, and says in the end what they put to work."""

    def __init__(self, policies: PolicySet, source: PolicySource):
        """source: the files that the policies are made of."""
        self._policies = policies
        rules = polar_texts(check_files(source.files))
        found = alternatives(
            [
                clauses.read(statement)
                for file, text in rules.items()
                for statement in statements(file, text)
            ],
            policies.schema,
        )
        #: Condition -> its number.
        self._numbers: dict[Condition, int] = {}
        #: Those of each signature that no answer has satisfied so far.
        self._left: dict[Signature, list[tuple[int, Condition]]] = {
            signature: [
                (self._numbers.setdefault(one, len(self._numbers)), one) for one in ways
            ]
            for signature, ways in found.items()
        }
        self._satisfied: set[int] = set()
        self._determined: set[str] = set()

    def see(self, answer: Answer) -> None:
        """Take account of an answer."""
        self._determined.update(answer.decision.determining)
        if answer.inputs is None:
            return
        signature = answer.inputs.signature
        left = [
            (number, condition)
            for number, condition in self._left.get(signature, ())
            if number not in self._satisfied
        ]
        if left:
            roots = ("subject", "resource", "context")
            values = dict(zip(roots, answer.inputs.values, strict=True))
            self._satisfied.update(n for n, one in left if holds(one, values))
        self._left[signature] = [one for one in left if one[0] not in self._satisfied]

    def report(self) -> Report:
        """What the answers so far put to work."""
        held = [one for one, n in self._numbers.items() if n in self._satisfied]
        rest = [one for one, n in self._numbers.items() if n not in self._satisfied]
        at_work = self._determined.union(*(one.policies for one in held))
        heads = {id: f"{p.file}:{p.line}" for id, p in self._policies.policies.items()}
        places = {place for one in (*held, *rest) for place in one.places}
        covered = {place for one in held for place in one.places}
        covered |= {heads[id] for id in at_work}
        return Report(
            policies=len(heads),
            idle=tuple(sorted(heads.keys() - at_work)),
            conditions=len(self._numbers),
            unsatisfied=tuple(sorted(rest, key=lambda one: (one.policies, one.places))),
            files=_by_file(places.union(heads.values()), covered),
        )


def as_data(report: Report) -> dict[str, Any]:
    """The report as plain data: the member `coverage` of `authz.test/1`."""
    return {
        "policies": {
            "covered": report.policies - len(report.idle),
            "total": report.policies,
            "missing": list(report.idle),
        },
        "conditions": {
            "covered": report.conditions - len(report.unsatisfied),
            "total": report.conditions,
            "missing": [
                {
                    "policy": one.policies[0],
                    "condition": str(one),
                    "places": list(one.places),
                }
                for one in report.unsatisfied
            ],
        },
        "files": [
            {
                "file": one.file,
                "lines_covered": len(one.lines) - len(one.missing),
                "lines_total": len(one.lines),
                "missing_lines": list(one.missing),
            }
            for one in report.files
        ],
        "percent": report.percent,
    }


def as_lcov(report: Report, folder: str) -> str:
    """The report as an LCOV trace file, for tools that show it beside the text.

    folder: before the name of each file. Source: geninfo(1), the format of trace files.
    """
    found = ["TN:"]
    for one in report.files:
        missing = set(one.missing)
        found.append(f"SF:{folder}/{one.file}")
        found += [f"DA:{line},{int(line not in missing)}" for line in one.lines]
        found += [f"LF:{len(one.lines)}", f"LH:{len(one.lines) - len(missing)}"]
        found.append("end_of_record")
    return "\n".join(found) + "\n"


def ranges(lines: Sequence[int]) -> str:
    """Sorted lines as people write them: `3, 5-7`."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][-1] + 1:
            runs[-1].append(line)
        else:
            runs.append([line])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)


def _by_file(places: set[str], covered: set[str]) -> tuple[FileCoverage, ...]:
    lines: dict[str, list[int]] = {}
    for place in places:
        file, _, line = place.rpartition(":")
        lines.setdefault(file, []).append(int(line))
    return tuple(
        FileCoverage(
            file,
            tuple(sorted(lines[file])),
            tuple(line for line in sorted(lines[file]) if f"{file}:{line}" not in covered),
        )
        for file in sorted(lines)
    )
