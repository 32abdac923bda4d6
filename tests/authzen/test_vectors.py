"""The official interoperability vectors on decisions, against the fixtures here.

They are no part of the project: they are looked for in `../shared/authzen/vectors`.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from authz import yamlfile
from tests.api.doors import ROOT, Client
from tests.authzen.paths import EVALUATIONS

VECTORS = ROOT.parent / "shared" / "authzen" / "vectors"
FACTS = ROOT / "tests" / "authzen" / "facts.yaml"

pytestmark = pytest.mark.skipif(
    not VECTORS.is_dir(), reason="the AuthZEN vectors are not beside the project"
)


def cases(file: str, member: str = "evaluation") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((VECTORS / file).read_text("utf-8"))[member]
    return found


@pytest.mark.parametrize(
    ("file", "count"),
    [
        ("todo/decisions-authorization-api-1_0-01.json", 40),
        ("todo/decisions-authorization-api-1_0-02.json", 40),
        ("gateway/decisions.json", 25),
    ],
)
def test_every_decision_is_the_expected_one(client: Client, file: str, count: int):
    found = cases(file)
    wrong = [
        case for case in found if client.decides(case["request"]) is not case["expected"]
    ]
    assert (len(found), wrong) == (count, [])


def test_every_batch_is_answered_with_the_expected_text(client: Client):
    """As the official runner does: member order counts, and so does anything more."""
    found = cases("todo/decisions-authorization-api-1_0-02.json", "evaluations")
    wrong = [
        case
        for case in found
        if text(client.ask(case["request"], path=EVALUATIONS).json["evaluations"])
        != text(case["expected"])
    ]
    assert (len(found), wrong) == (3, [])


def text(answers: list[dict[str, Any]]) -> str:
    return json.dumps(answers, separators=(",", ":"))


def test_the_fixtures_hold_every_person_and_record_of_the_vectors():
    stored = {
        (entry["type"], entry["id"])
        for entry in yamlfile.parse(FACTS.read_text("utf-8"))["tenants"][0]["resources"]
    }
    people: dict[str, Any] = json.loads(read("todo/users.json"))
    expected = {(kind, person) for kind in ("user", "identity") for person in people}
    expected |= {
        ("user", entry["id"]) for entry in json.loads(read("search/data-users.json"))
    }
    records = json.loads(read("search/data-records.json"))
    expected |= {("record", str(entry["id"])) for entry in records}
    assert expected <= stored


def read(file: str | Path) -> str:
    return (VECTORS / file).read_text("utf-8")
