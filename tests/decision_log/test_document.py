"""The page about the decision log shows what the program writes."""

import re
from datetime import datetime
from pathlib import Path

from authz.decision_log.line import Line, Verdict, decoded, encoded
from authz.decision_log.masks import Masks
from authz.model import Caller, Decision, Reason
from tests.decision_log.records import record

PAGE = (Path(__file__).parents[2] / "docs" / "decision-log.md").read_text("utf-8")


def test_the_example_is_a_line_as_it_is_written():
    (example,) = re.findall(r"```json\n(.*\n)```", PAGE)
    body = {
        "subject": {"type": "user", "id": "ann@pwani.example"},
        "action": {"name": "transaction:read"},
        "resource": {"type": "tenant", "id": "pwani"},
        "context": {"ip": "192.0.2.1"},
        "odd": 1,
    }
    written = record(
        time=datetime.fromisoformat("2026-11-22T08:59:42.857031+00:00").timestamp(),
        request_id="b1946ac9-1f",
        tenant="pwani",
        client="3fdcde403d1858ca",
        body=body,
        accounts={"ann@pwani.example": "u_7c1e"},
        caller=Caller("pwani", "web"),
        decisions=(
            Decision(True, Reason.PERMITTED, ("metering.finance-reads-transactions",)),
        ),
        policy_revision="a8fdf4ef2c83",
        data_revision=50,
        micros=38,
    )
    assert encoded([written], Masks(["context.ip"])).decode() == example
    assert decoded(example.encode()).request["subject"]["id"] == "u_7c1e"


def test_every_member_is_in_the_table():
    named = set(
        re.findall(r"`([\w.\[\]]+)`", "".join(re.findall(r"^\|([^|]*)", PAGE, re.M)))
    )
    verdict = {f"decisions[].{name}" for name in Verdict.__struct_fields__}
    assert named == {*Line.__struct_fields__, *verdict} - {"decisions[].decision"}


def test_the_table_names_every_reason():
    (row,) = re.findall(r"\| `decisions\[\].reason` \|(.*)\|", PAGE)
    assert re.findall(r"`(\w+)`", row) == [reason.value for reason in Reason]
