"""The official vectors of searches over every door, and the law that a search finds exactly
what an evaluation allows.

The vectors are no part of the project: they are looked for in `../shared/authzen/vectors`.
"""

import itertools
import json
from typing import Any

import pytest

from authz import yamlfile
from authz.composition import active_policies
from tests.api.doors import CONFIG, ROOT, Client, Data

VECTORS = ROOT.parent / "shared" / "authzen" / "vectors"
SUBJECT, RESOURCE, ACTION = (
    f"/access/v1/search/{what}" for what in ("subject", "resource", "action")
)


def answer(client: Client, path: str, asked: dict[str, Any]) -> dict[str, Any]:
    reply = client.send(json.dumps(asked).encode(), path=path)
    assert reply.status == 200, reply.body
    found: dict[str, Any] = reply.json
    return found


def texts(results: list[dict[str, str]]) -> list[str]:
    """As the official runners compare: member order counts, that of results does not."""
    return sorted(json.dumps(result, separators=(",", ":")) for result in results)


@pytest.mark.skipif(
    not VECTORS.is_dir(), reason="the AuthZEN vectors are not beside the project"
)
@pytest.mark.parametrize(
    ("file", "member", "path", "count"),
    [
        ("search/subject-results.json", "evaluation", SUBJECT, 60),
        ("search/resource-results.json", "evaluation", RESOURCE, 18),
        ("search/action-results.json", "evaluation", ACTION, 120),
        ("idp/results.json", "search", RESOURCE, 6),
    ],
)
def test_every_search_finds_what_is_expected(
    client: Client, file: str, member: str, path: str, count: int
):
    cases = json.loads((VECTORS / file).read_text("utf-8"))[member]
    wrong = [
        case
        for case in cases
        if texts(answer(client, path, case["request"])["results"])
        != texts(case["expected"]["results"])
    ]
    assert (len(cases), wrong) == (count, [])


# The law, over every stored thing of the fixtures


@pytest.fixture(scope="module")
def stored() -> dict[str, list[dict[str, str]]]:
    """Type -> the entities of that type."""
    facts = yamlfile.parse((CONFIG.parent / "facts.yaml").read_text("utf-8"))
    entities = [
        {"type": one["type"], "id": one["id"]} for one in facts["tenants"][0]["resources"]
    ]
    return {
        type: [one for one in entities if one["type"] == type]
        for type in {one["type"] for one in entities}
    }


@pytest.fixture(scope="module")
def allowed(function: Client, stored, data: Data):
    """Every allowed triple of subject, action name and resource, asked one by one."""
    types = active_policies(data.config).current().schema.types
    triples = []
    for kind, thing in itertools.product(types.values(), types.values()):
        if not kind.subject or kind.name not in stored or thing.name not in stored:
            continue
        for subject, name, resource in itertools.product(
            stored[kind.name], sorted(thing.actions), stored[thing.name]
        ):
            asked = {"subject": subject, "action": {"name": name}, "resource": resource}
            if function.decides(asked):
                triples.append((subject, name, resource))
    assert len(triples) > 150
    return triples


def test_a_subject_search_finds_exactly_the_allowed_subjects(
    function: Client, stored, allowed, data: Data
):
    types = active_policies(data.config).current().schema.types
    for type, thing in itertools.product(("user", "identity"), stored):
        for name, resource in itertools.product(types[thing].actions, stored[thing]):
            asked = {
                "subject": {"type": type},
                "action": {"name": name},
                "resource": resource,
            }
            expected = [
                s for s, n, r in allowed if (s["type"], n, r) == (type, name, resource)
            ]
            assert texts(answer(function, SUBJECT, asked)["results"]) == texts(expected)


def test_a_resource_search_finds_exactly_the_allowed_resources(
    function: Client, stored, allowed, data: Data
):
    types = active_policies(data.config).current().schema.types
    for subject in (*stored["user"], *stored["identity"]):
        for thing in stored:
            for name in types[thing].actions:
                asked = {
                    "subject": subject,
                    "action": {"name": name},
                    "resource": {"type": thing},
                }
                expected = [
                    r for s, n, r in allowed if (s, n, r["type"]) == (subject, name, thing)
                ]
                assert texts(answer(function, RESOURCE, asked)["results"]) == texts(
                    expected
                )


def test_an_action_search_finds_exactly_the_allowed_actions(
    function: Client, stored, allowed
):
    for subject in (*stored["user"], *stored["identity"]):
        for resource in itertools.chain(*stored.values()):
            asked = {"subject": subject, "resource": resource}
            expected = [{"name": n} for s, n, r in allowed if (s, r) == (subject, resource)]
            assert texts(answer(function, ACTION, asked)["results"]) == texts(expected)
