"""A policy directory of its own for the console, and what a review of it says."""

import shutil

from authz.administration import policy_changes, policy_checking, policy_checks
from authz.administration.policy_site import Site
from authz.composition import parts
from authz.decisions.active import ActivePolicies
from authz.engine.source import source_of
from tests.shipped import POLICIES, changed, shipped

OPERATOR, REVIEWER = "operator@gatehouse.example", "reviewer@gatehouse.example"
REACHES = "metering.service-company-reaches-its-units"
#: A counterexample, and a request that shows a difference.
WITNESS = {
    "subject": {"id": "u-1", "roles": ["service_company_admin"], "phone": None},
    "action": "metering_unit:read",
    "resource": {"type": "metering_unit", "supply_line": ["orientgas"]},
    "context": {"channel": "web"},
    "determining": [REACHES],
    "test": "version: 1\nsuite: counterexample\n",
}
GAIN = {
    "id": "gain-1",
    "change": "gain",
    "tenant": "gasmeter-uz",
    "action": "metering_unit:read",
    "subject_type": "user",
    "resource_type": "metering_unit",
    "people": 12,
    "people_shown": [
        {"id": "a", "name": "Service Tech"},
        {"id": "b", "name": "No Options"},
    ],
    "resources": 1,
    "resources_shown": ["mu-201"],
    "when": "on the web",
    "policies": [{"id": REACHES, "place": "metering.polar:402"}],
}
LOSS = GAIN | {"id": "loss-1", "change": "loss", "action": "monitoring:view", "people": 2}
FINDING = {
    "rule": "unused-fact",
    "level": "warning",
    "message": "nothing asks for `role_scope`",
    "file": "metering.polar",
    "line": 14,
    "policy_id": "",
}
CASE = {
    "suite": "metering",
    "name": "a service company stays inside its supplier",
    "file": "metering_test.yaml",
    "passed": False,
    "message": "expected deny, got allow",
}
TESTS = {
    "passed": 7011,
    "failed": 0,
    "cases": [],
    "coverage": {
        "percent": 97.2,
        "policies": {"covered": 47, "total": 48, "missing": []},
        "files": [
            {
                "file": "protected_pages.polar",
                "lines_covered": 47,
                "lines_total": 49,
                "missing_lines": [6, 7, 12],
            }
        ],
    },
}
PROOFS = {
    "invariants": [
        {"id": "tenant", "title": "Nobody reaches another tenant", "kind": "never"}
        | {"verdict": "proved", "reason": "", "counterexample": None}
    ],
    "idle": [
        {"policy_id": "protected_pages.page-is-locked", "why": "shadowed"}
        | {"by": ["common.other-tenant"], "file": "protected_pages.polar", "line": 37}
    ],
}
VIOLATED = {"id": "apart", "title": "Competing suppliers stay apart", "kind": "never"} | {
    "verdict": "violated",
    "reason": "",
    "counterexample": WITNESS,
}
UNPROVED = {"id": "slow", "title": "Options widen nothing", "kind": "never"} | {
    "verdict": "not_proved",
    "reason": "the time was up",
    "counterexample": None,
}
DIFFERENCE = {
    "kinds": [
        {"subject": "user", "action": "metering_unit:read", "resource": "metering_unit"}
        | {"verdict": "looser", "reason": "", "gain": WITNESS, "loss": None}
    ],
    "people": {"groups": [GAIN, LOSS], "undecided": []},
}
REPLAY = {
    "decisions": 1200,
    "replayed": 1180,
    "flips": [
        {
            "change": "deny_to_allow",
            "policies": [REACHES],
            "action": "metering_unit:read",
            "roles": ["service_company_admin"],
            "count": 3,
            "examples": [
                {
                    "time": 1_799_990_000.0,
                    "request_id": "r-1",
                    "tenant": "gasmeter-uz",
                    "subject": "user:u-1",
                    "action": "metering_unit:read",
                    "resource": "metering_unit:mu-201",
                }
            ],
        }
    ],
    "not_replayed": [
        {
            "why": "an attribute was masked",
            "policies": [],
            "attribute": "email",
            "count": 20,
        }
    ],
}


def passed() -> dict:
    """What a review says that nothing is wrong with, and where people gain something."""
    return _document(test=TESTS, prove=PROOFS, diff=DIFFERENCE, replay=REPLAY)


def failed() -> dict:
    """What a review says that has something against every part."""
    tests = TESTS | {"failed": 1, "cases": [CASE]}
    proofs = PROOFS | {"invariants": [VIOLATED, UNPROVED, *PROOFS["invariants"]]}
    document = _document(test=tests, prove=proofs, diff=DIFFERENCE, replay=REPLAY)
    for step in document["steps"]:
        step["outcome"] = "failed" if step["step"] in ("test", "prove") else "passed"
        step["findings"] = [FINDING] if step["step"] == "lint" else []
    return document


def _document(**documents) -> dict:
    steps = [
        {"step": name, "outcome": "passed", "summary": f"{name} is well", "findings": []}
        | {"document": documents.get(name)}
        for name in ("load", "lint", "fmt", "test", "prove", "diff", "replay")
    ]
    return {"schema": "authz.check-all/1", "policy_revision": "", "steps": steps}


#: Revision -> the set, read and unfolded once.
_LOADED = {}


def _load(source):
    """The set that these files are."""
    if source.revision == shipped().revision:
        return shipped()
    if source.revision not in _LOADED:
        _LOADED[source.revision] = changed(source)
    return _LOADED[source.revision]


def settled(world, folder):
    """The world, with a directory of its own that decides in it."""
    directory = shutil.copytree(POLICIES, folder / "policies")
    policies = ActivePolicies(directory, _load, clock=world.clock)
    world.parts.facts.close()
    world.parts = parts(policies, world.database, world.clock)
    world.site = Site(
        directory=directory,
        gate=lambda files: _load(source_of(files)),
        current=policies.current,
        health=policies.health,
        reload=policies.reload,
        start=lambda number: None,
    )
    return world


def wider() -> bytes:
    """Rules of metering by which service companies have one option more."""
    text = (POLICIES / "metering.polar").read_text("utf-8")
    row = 'role_allows_option("service_company_admin", "reporting");\n'
    return text.replace(row, row + row.replace("reporting", "metrology")).encode()


def staged(world, files=None):
    """Number of a change that the operator has staged."""
    made = policy_changes.stage(
        world.desk(OPERATOR),
        world.site,
        title="Service companies see metrology",
        description="They ask for it.\nSince March.",
        files=files or {"metering.polar": wider()},
    )
    return made.number


def checked(world, number, document):
    """The number of a check of the change that has found this."""
    made = policy_checks.start(world.desk(OPERATOR), world.site, number)
    policy_checking.run(world.database, made.number, lambda *_: document, lambda *_: None)
    return made.number
