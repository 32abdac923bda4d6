"""A set that is only to be read is not compared, and so never counts as passed."""

from authz.engine.gate.passed import Passed
from authz.engine.policyset import load
from authz.engine.source import read_directory
from tests.unit.engine.sets import OWNER, write


def test_a_set_that_is_not_compared_is_not_remembered(tmp_path):
    source = read_directory(write(tmp_path / "set", OWNER, "papers.owner-reads"))
    record = tmp_path / "passed.json"
    read = load(source, record=record, compare=False)
    assert Passed(record).outcome(source.revision) is None
    vetted = load(source, record=record)
    assert Passed(record).outcome(source.revision) is not None
    signatures = vetted.signatures()
    assert [read.ways(one) for one in signatures] == [
        vetted.ways(one) for one in signatures
    ]
