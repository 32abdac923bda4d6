"""A review as JUnit XML, for continuous-integration servers."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any
from xml.etree import ElementTree

from authz.assurance.junit import clean
from authz.assurance.reviewing.review import Review
from authz.assurance.reviewing.step import Level, Outcome, Remark, Step

#: Verdicts of an invariant that are no failure.
_PROVED = "proved"


def junit(review: Review) -> str:
    """One suite a step; in it the suites of tests, the invariants, or the step itself."""
    root = ElementTree.Element("testsuites", name="authz check-all")
    for step in review.steps:
        _add_suite(root, step)
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _add_suite(root: ElementTree.Element, step: Step) -> None:
    cases = [*_cases(step)]
    kinds = Counter(kind for _, kind, _ in cases)
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        name=f"authz {step.name}",
        tests=str(len(cases)),
        failures=str(kinds["failure"]),
        errors="0",
        skipped=str(kinds["skipped"]),
    )
    for name, kind, text in cases:
        case = ElementTree.SubElement(
            suite, "testcase", classname=f"authz {step.name}", name=clean(name)
        )
        if kind:
            message = clean(text.partition("\n")[0])
            ElementTree.SubElement(case, kind, message=message).text = clean(text)


def _cases(step: Step) -> Iterable[tuple[str, str, str]]:
    """Name, `failure` or `skipped` or nothing, and text of what a step is made of."""
    document = step.document or {}
    if step.name == "test" and document:
        yield from _suites(document["cases"])
    elif step.name == "prove" and document:
        for one in document["invariants"]:
            kind = "" if one["verdict"] == _PROVED else "failure"
            example = (one["counterexample"] or {}).get("test", "")
            yield one["id"], kind, "\n".join([one["title"], one["reason"] or "", example])
    else:
        yield step.name, _kind(step), _text(step)


def _suites(cases: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """WHY not row by row: there are thousands, and `authz test --junit` has them."""
    for (file, suite), rows in groupby(cases, key=lambda one: (one["file"], one["suite"])):
        failed = [f"{row['name']}: {row['message']}" for row in rows if not row["passed"]]
        kind = "failure" if failed else ""
        yield f"{file}: {suite}", kind, "\n".join([f"{len(failed)} failed", *failed])


def _kind(step: Step) -> str:
    if step.outcome is Outcome.SKIPPED:
        return "skipped"
    return "" if step.outcome is Outcome.PASSED else "failure"


def _text(step: Step) -> str:
    errors = [_line(one) for one in step.findings if one.level is not Level.NOTE]
    return "\n".join([step.summary, *errors])


def _line(remark: Remark) -> str:
    place = f"{remark.file}:{remark.line}" if remark.line else remark.file
    return f"{place or '-'}: {remark.rule}: {remark.message}"
