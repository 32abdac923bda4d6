"""Filters: which rows they keep, and what is no filter."""

import pytest

from authz.assurance.bench_load import uncompared
from authz.assurance.policy_tests import read_suites
from authz.assurance.selection import filtered
from authz.engine.source import read_directory
from authz.errors import RequestError
from tests.attacks.world import BASE

SUITE = """\
version: 1
suite: papers
subjects:
  ann: {type: user, id: u-1, name: ann, level: 3}
  bob: {type: user, id: u-2, name: bob, level: 1}
resources:
  hers: {type: document, id: d1, owner: ann}
  his: {type: document, id: d2, owner: bob}
tests:
  - name: who reads
    matrix: {ann: {hers: [document:read]}, bob: {hers: []}}
    actions: [document:read]
  - name: bob lists
    list: {subject: bob, action: document:read, type: document}
    expect: [d2]
  - name: later
    todo: not yet
    check: {subject: ann, action: document:write, resource: his}
    expect: allow
"""
ALL = [
    "who reads: ann document:read hers",
    "who reads: bob document:read hers",
    "bob lists",
    "later",
]


@pytest.fixture(scope="module")
def suites(tmp_path_factory):
    folder = tmp_path_factory.mktemp("suites")
    (folder / "papers_test.yaml").write_text(SUITE)
    (folder / "people_test.yaml").write_text(SUITE.replace("papers", "people"))
    return read_suites(folder, uncompared(read_directory(BASE).files).schema)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("papers", ALL),
        ("*list*", [ALL[2]] * 2),
        ("suite=pap*", ALL),
        ("suite=papers;subject=bob", ALL[1:3]),
        ("suite=papers;subject=u-2", ALL[1:3]),
        ("suite=papers;subject=user:u-1;action=*:read", ALL[:1]),
        ("suite=papers;resource=d2", ALL[2:]),
        ("suite=papers;resource=document:d*;name=who*", ALL[:2]),
        ("suite=papers;action=document:write", ALL[3:]),
    ],
)
def test_a_filter_keeps_the_rows_that_fit(suites, text, rows):
    assert [row.name for suite in filtered(suites, text) for row in suite.rows] == rows


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("none", "no row fits the filter `none`"),
        # One question has to fit all of it, not one each.
        ("subject=ann;resource=his;action=document:read", "no row fits the filter"),
        ("subjct=ann", "not `subjct`, did you mean `subject`?"),
        ("subject=ann;bob", "a filter names suite, name, subject, action, resource, not"),
        ("subject=", "a filter says one `subject=` and a glob"),
        ("subject=a;subject=b", "a filter says one `subject=` and a glob"),
    ],
)
def test_a_filter_that_is_wrong_says_so(suites, text, said):
    with pytest.raises(RequestError) as caught:
        filtered(suites, text)
    assert said in str(caught.value)
