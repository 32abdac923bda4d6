import json

import pytest

from tests.cli.conftest import CONFIG

SIZES = ("--users", 30, "--tenants", 2, "--resources", 20, "--rules", 12)
FEW = ("--questions", 40, "--sample", 20)
ROWS = {
    "is_allowed, facts cached": "us",
    "hand-written function": "us",
    "is_allowed, with freshness": "us",
    "ratio, facts cached": "x",
    "ratio, with freshness": "x",
    "evaluate": "us",
    "first decision, uncached subject": "us",
    "reference engine": "us",
    "memory per cached subject": "bytes",
}


@pytest.fixture
def bench(authz):
    def bench(*arguments):
        return authz("bench", "-c", CONFIG, *arguments)

    return bench


def test_the_table_has_a_line_for_each_measurement(bench):
    ran = bench(*SIZES, *FEW)
    assert ran.code == 0
    machine, world, *lines = ran.out.splitlines()
    assert machine.startswith("machine ")
    assert "30 users, 2 tenants, 2 bindings, 20 resources, 12 rules" in world
    assert [name for name in ROWS if not any(line.startswith(name) for line in lines)] == []


def test_json_is_versioned_and_says_what_was_compared(bench):
    ran = bench(*SIZES, *FEW, "--output", "json")
    shown = json.loads(ran.out)
    assert shown["schema"] == "authz.bench/1"
    (run,) = shown["runs"]
    assert {row["name"]: row["unit"] for row in run["rows"]} == ROWS
    assert all(0 < row["min"] <= row["median"] <= row["max"] for row in run["rows"])
    assert run["compared"] == {"hand-written function": 80, "reference": 20}
    assert run["wrong"] == []
    assert run["shape"] == {
        "users": 30,
        "tenants": 2,
        "bindings": 2,
        "resources": 20,
        "rules": 12,
        "questions": 40,
        "seed": 1,
    }


def test_too_few_rules_are_a_usage_error(bench):
    ran = bench("--rules", 3)
    assert (ran.code, ran.out) == (2, "")
    assert "`--rules`" in ran.err
