"""Records to write, and the settings of a log, for tests."""

from typing import Any

import msgspec

from authz.decision_log import About, DecisionLog, Record, verdict
from authz.model import Caller, Decision, Reason
from authz.settings import DecisionLogSection

NOW = 1_800_000_000.25
ALLOWED = Decision(True, Reason.PERMITTED, ("papers.owner-reads",))
DENIED = Decision(False, Reason.NO_PERMIT)
QUESTION = {
    "subject": {"type": "user", "id": "u_1", "properties": {"email": "a@b.org", "age": 7}},
    "action": {"name": "paper:read"},
    "resource": {"type": "paper", "id": "p1"},
    "context": {"channel": "web", "ip": "192.0.2.1"},
}
ABOUT = About(
    tenant="acme",
    client="c_1",
    kind="evaluation",
    body=QUESTION,
    caller=Caller("acme", "web"),
    verdicts=(verdict(ALLOWED),),
    found=None,
    policy_revision="ab12",
    data_revision=7,
)
RECORD = Record(request_id="r1", micros=42, about=ABOUT, time=NOW)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def record(**changes: Any) -> Record:
    """The record, but for these members of it or of what it is about."""
    if "decisions" in changes:
        changes["verdicts"] = tuple(verdict(one) for one in changes.pop("decisions"))
    own = {name: changes.pop(name) for name in Record.__struct_fields__ if name in changes}
    about = msgspec.structs.replace(ABOUT, **{"parts": None} | changes)
    return msgspec.structs.replace(RECORD, **{"about": about} | own)


def opened(folder, clock=None, **settings: Any) -> DecisionLog:
    # WHY all are kept: the system stamps files with another time than the test's clock.
    settings = {"keep_days": 0} | settings
    return DecisionLog(DecisionLogSection(folder, **settings), folder, clock or Clock())


def lines(folder) -> list[bytes]:
    """All lines of a folder, file by file."""
    return [
        line
        for file in sorted(folder.glob("*.jsonl"))
        for line in file.read_bytes().splitlines(keepends=True)
    ]
