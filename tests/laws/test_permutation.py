"""Neither the order of rules nor the file they stand in changes an answer that we ship."""

import json
from pathlib import Path
from random import Random

import pytest

from authz import yamlfile
from authz.assurance.policy_tests import asker, read_suites
from authz.assurance.suites import Listing
from authz.engine.gate.vet import digest
from authz.engine.policyset import PolicySet
from authz.engine.source import PolicySource, read_directory
from authz.engine.text import statements
from authz.model import Decision
from tests.shipped import changed, shipped

POLICIES = Path(__file__).parents[2] / "policies"
SAMPLE = 150
FILES = 4


@pytest.fixture(scope="module")
def source() -> PolicySource:
    return read_directory(POLICIES)


@pytest.fixture(scope="module")
def sample(source) -> list:
    """Questions of the policy tests, each with its suite."""
    suites = read_suites(POLICIES, shipped().schema)
    questions = [
        (suite, question)
        for suite in suites
        for row in suite.rows
        for question in (row.questions if isinstance(row, Listing) else (row.question,))
    ]
    return Random(1).sample(questions, SAMPLE)


@pytest.fixture(scope="module")
def answers(source, sample) -> list[Decision]:
    return _answers(shipped(), sample)


def _answers(policies: PolicySet, sample: list) -> list[Decision]:
    asks = {suite.file: asker(suite, policies) for suite, _ in sample}
    return [asks[suite.file](question).decision for suite, question in sample]


def _rules(source: PolicySource) -> dict[str, list[str]]:
    return {
        file: [one.text for one in statements(file, content.decode())]
        for file, content in source.files.items()
        if file.endswith(".polar")
    }


def _entries(source: PolicySource) -> dict[str, object]:
    found: dict[str, object] = {}
    for file, content in source.files.items():
        if file.endswith(".yaml") and file != "schema.yaml":
            found |= yamlfile.parse(content.decode())["policies"] or {}
    return found


def _load(files: dict[str, bytes]) -> PolicySet:
    return changed(PolicySource(files, digest(files)))


@pytest.mark.parametrize("seed", [1])
def test_the_order_of_rules_in_a_file_changes_nothing(source, sample, answers, seed):
    random = Random(seed)
    files = dict(source.files)
    for file, rules in _rules(source).items():
        random.shuffle(rules)
        files[file] = "\n".join(rules).encode()
    assert _answers(_load(files), sample) == answers


def test_the_reverse_order_of_rules_changes_nothing(source, sample, answers):
    files = dict(source.files)
    for file, rules in _rules(source).items():
        files[file] = "\n".join(reversed(rules)).encode()
    assert _answers(_load(files), sample) == answers


@pytest.mark.parametrize("seed", [3])
def test_the_file_that_a_rule_stands_in_changes_nothing(source, sample, answers, seed):
    random = Random(seed)
    rules = [rule for found in _rules(source).values() for rule in found]
    random.shuffle(rules)
    entries = _entries(source)
    files = {"schema.yaml": source.files["schema.yaml"]}
    for part in range(FILES):
        mine = rules[part::FILES]
        text = "\n".join(mine)
        policies = {one: entries[one] for one in entries if f'"{one}"' in text}
        catalogue = json.dumps({"version": 1, "policies": policies}, ensure_ascii=False)
        files[f"part{part}.polar"] = text.encode()
        files[f"part{part}.yaml"] = catalogue.encode()
    assert _answers(_load(files), sample) == answers


def test_a_rule_that_is_there_twice_changes_nothing(source, sample, answers):
    files = dict(source.files)
    for file, rules in _rules(source).items():
        twice = [rule for rule in rules if not rule.startswith(("permit", "forbid"))]
        twice = [rule for rule in twice if not rule.startswith("needs_permission")]
        files[file] = "\n".join([*twice, *rules]).encode()
    assert _answers(_load(files), sample) == answers
