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
        name=_clean(suite),
        tests=str(len(cases)),
        failures=str(failures),
        errors="0",
        skipped="0",
    )
    for case in cases:
        one = ElementTree.SubElement(
            element,
            "testcase",
            classname=_clean(suite),
            name=_clean(case.name),
            file=_clean(file),
        )
        if not case.passed:
            failure = ElementTree.SubElement(one, "failure", message=_clean(case.message))
            failure.text = _clean(case.message)


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
