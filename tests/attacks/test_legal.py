"""What only looks like an attack: it loads, and decides."""

import pytest

from authz.engine.gate.child import Limits
from authz.engine.gate.vet import digest
from authz.engine.policyset import load
from authz.engine.source import PolicySource
from authz.model import Decision, Reason
from tests.attacks import world
from tests.unit.engine.sets import INTERPRETED

PROBE_PERMITS = Decision(True, Reason.PERMITTED, ("attack.probe",))
RULE = """\
permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != subject.name and
  """


def _decision(text: bytes, tmp_path, limits=Limits()) -> Decision:  # noqa: B008 - frozen
    files = world.base_files() | world.attack_files(text, tmp_path / "canary")
    policies = load(PolicySource(files, digest(files)), limits)
    assert world.answers_as_ever(policies) or "attack.probe" in policies.policies
    return world.ask(policies, "ann", "his")


@pytest.mark.parametrize("path", world.corpus("legal"), ids=lambda path: path.stem)
def test_text_that_is_merely_odd_decides(tmp_path, path):
    assert _decision(path.read_bytes(), tmp_path) == PROBE_PERMITS


@pytest.mark.parametrize("path", world.corpus("legal"), ids=lambda path: path.stem)
def test_line_ends_of_another_system_change_nothing(tmp_path, path):
    text = path.read_bytes().replace(b"\n", b"\r\n")
    assert _decision(text, tmp_path) == PROBE_PERMITS


def test_an_empty_file_adds_nothing(tmp_path):
    assert _decision(b"", tmp_path) == Decision(False, Reason.NO_PERMIT)


def test_a_file_of_comments_adds_nothing(tmp_path):
    assert _decision(b"# one\n\n  # two", tmp_path) == Decision(False, Reason.NO_PERMIT)


def test_brackets_up_to_the_limit_decide(tmp_path):
    text = RULE + "(" * 62 + "subject.level = 3" + ")" * 62 + ";\n"
    assert _decision(text.encode(), tmp_path) == PROBE_PERMITS


def test_a_rule_just_under_the_limit_decides(tmp_path):
    text = RULE + " and ".join(["subject.level > 0"] * 360) + ";\n"
    assert 7_500 < len(text) < 8_192
    assert _decision(text.encode(), tmp_path) == PROBE_PERMITS


def test_a_file_just_under_the_limit_decides(tmp_path):
    text = RULE + "subject.level = 3;\n"
    padding = ("# " + "x" * 88 + "\n") * ((65_000 - len(text)) // 91)
    assert _decision((padding + text).encode(), tmp_path) == PROBE_PERMITS


def test_a_thousand_facts_decide(tmp_path):
    facts = "".join(f'friend("ann", "u{number}");\n' for number in range(1_000))
    text = RULE + 'friend(subject.name, "u999");\n' + facts
    assert _decision(text.encode(), tmp_path) == PROBE_PERMITS


def test_what_a_rule_prints_goes_nowhere(tmp_path, capfd):
    text = RULE + 'print("LEAK", subject.name) and subject.level = 3;\n'
    assert _decision(text.encode(), tmp_path, INTERPRETED) == PROBE_PERMITS
    assert capfd.readouterr() == ("", "")
