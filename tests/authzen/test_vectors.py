"""The official interoperability vectors, against the fixtures in this directory.

They are no part of the project: they are looked for in `../shared/authzen/vectors`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from authz import yamlfile
from tests.api.doors import ROOT, Client

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


@pytest.mark.parametrize(
    ("file", "member", "count"),
    [
        ("search/subject-results.json", "evaluation", 60),
        ("search/resource-results.json", "evaluation", 18),
        ("search/action-results.json", "evaluation", 120),
        ("idp/results.json", "search", 6),
    ],
)
def test_a_search_finds_exactly_what_an_evaluation_allows(
    function: Client, file: str, member: str, count: int
):
    found = cases(file, member)
    wrong = [
        case
        for case in found
        if named(r for r, asked in candidates(case["request"]) if function.decides(asked))
        != named(case["expected"]["results"])
    ]
    assert (len(found), wrong) == (count, [])


def candidates(search: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """All that a search could find, with the evaluation that says whether it does."""
    if "action" not in search:
        for name in ("view", "edit", "delete", "read", "write"):
            yield {"name": name}, search | {"action": {"name": name}}
        return
    part = "resource" if "id" not in search["resource"] else "subject"
    for stored in yamlfile.parse(FACTS.read_text("utf-8"))["tenants"][0]["resources"]:
        if stored["type"] == search[part]["type"]:
            entity = {"type": stored["type"], "id": stored["id"]}
            yield entity, search | {part: entity}


def named(results: Any) -> list[str]:
    return sorted(json.dumps(result, sort_keys=True) for result in results)


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
