"""Renders what came of policy tests as JUnit XML, for continuous-integration servers."""

import re
from collections.abc import Iterable
from itertools import groupby
from xml.etree import ElementTree

from authz.assurance.policy_tests import TestCase

#: Characters that XML 1.0 cannot hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(cases: Iterable[TestCase]) -> str:
    """The cases as one XML document; consecutive cases of one suite share a `testsuite`."""
    root = ElementTree.Element("testsuites")
    for (suite, file), group in groupby(cases, key=lambda case: (case.suite, case.file)):
        _add_suite(root, suite, file, list(group))
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _add_suite(
    root: ElementTree.Element, suite: str, file: str, cases: list[TestCase]
) -> None:
    failures = sum(not case.passed for case in cases)
    element = ElementTree.SubElement(
        root,
        "testsuite",
        name=clean(suite),
        tests=str(len(cases)),
        failures=str(failures),
        errors="0",
        skipped=str(sum(bool(case.todo) for case in cases)),
    )
    for case in cases:
        one = ElementTree.SubElement(
            element,
            "testcase",
            classname=clean(suite),
            name=clean(case.name),
            file=clean(file),
        )
        if not case.passed:
            failure = ElementTree.SubElement(one, "failure", message=clean(case.message))
            failure.text = clean(case.message)
        if case.todo:
            ElementTree.SubElement(one, "skipped", message=clean(case.todo))


def clean(text: str) -> str:
    """The text without what XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)
