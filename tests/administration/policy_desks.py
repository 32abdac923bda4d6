"""A policy directory of a few lines, and the people who change it by the rules."""

from functools import cache
from pathlib import Path

from authz.accounts.passwords import Hasher
from authz.administration import (
    policy_activation,
    policy_approvals,
    policy_changes,
    policy_checking,
    policy_checks,
)
from authz.administration.policy_site import Site
from authz.assurance.bench_load import uncompared
from authz.composition import parts
from authz.decisions.active import ActivePolicies
from authz.engine.source import source_of
from authz.errors import PolicyCheckError
from authz.storage import access, people
from authz.storage.events import SERVICE
from tests.administration.conftest import World

OPERATOR, REVIEWER = "operator@gatehouse.example", "reviewer@gatehouse.example"
SCHEMA = """\
version: 1
context:
  channel: {type: string, source: caller, default: unknown}
action_properties:
  role: {type: string, default: ""}
types:
  user:
    subject: true
    facts: accounts
    attributes:
      status: {type: string, source: stored, required: true}
      roles: {type: string-set, source: stored, default: []}
    actions: {user: [read]}
  tenant:
    facts: tenants
    attributes:
      kind: {type: string, source: stored, required: true}
    actions:
      policy: [read, stage, approve, activate, roll_back]
      user: [list]
"""
RULES = """\
may("operator", "policy:read"); may("operator", "policy:stage");
may("operator", "policy:approve"); may("operator", "policy:activate");
may("operator", "policy:roll_back");
may("reviewer", "policy:read"); may("reviewer", "policy:stage");
may("reviewer", "policy:approve");

permit("desk.role-may", subject: User, action, _resource: Tenant, context: Context) if
  role in subject.roles and
  may(role, action) and
  context.channel = "web";
"""
#: In place of the last line of `RULES` that says what a reviewer may.
WIDER = RULES.replace(
    'may("reviewer", "policy:approve");',
    'may("reviewer", "policy:approve"); may("reviewer", "user:list");',
)
#: Nobody could roll it back.
CLOSING = RULES.replace('may("operator", "policy:roll_back");\n', "")
CATALOGUE = """\
version: 1
policies:
  desk.role-may: {title: t, why: w, owner: o, sentence: {en: Because.}}
"""
TEST = """\
version: 1
suite: desk
now: 2026-03-01T10:00:00Z
fixtures: [fixtures/people.yaml]
context: {channel: web}
tests:
  - name: what operators and reviewers may
    matrix:
      operator:
        system:
          - policy:read
          - policy:stage
          - policy:approve
          - policy:activate
          - policy:roll_back
      reviewer:
        system: [policy:read, policy:stage, policy:approve]
  - name: an operator activates
    check: {subject: operator, action: policy:activate, resource: system}
    expect: allow
    because: [desk.role-may]
"""
PEOPLE = """\
version: 1
subjects:
  operator: {type: user, id: u-1, tenant: system, status: active, roles: [operator]}
  reviewer: {type: user, id: u-2, tenant: system, status: active, roles: [reviewer]}
resources:
  system: {type: tenant, id: system, tenant: system, kind: system}
"""
FILES = {
    "schema.yaml": SCHEMA.encode(),
    "desk.polar": RULES.encode(),
    "desk.yaml": CATALOGUE.encode(),
    "desk_test.yaml": TEST.encode(),
    "fixtures/people.yaml": PEOPLE.encode(),
}
GAIN = {
    "id": "g1",
    "change": "gain",
    "tenant": "system",
    "action": "user:list",
    "subject_type": "user",
    "resource_type": "tenant",
    "people": 1,
    "people_shown": [{"id": "u", "name": "Policy Reviewer"}],
    "resources": 1,
    "resources_shown": ["system"],
    "when": "",
    "policies": [{"id": "desk.role-may", "place": "desk.polar:7"}],
}
STEPS = ("load", "lint", "fmt", "test", "prove", "diff")
CHEAP = Hasher(rounds=1, memory_kib=64, lanes=1)


def write(directory: Path, files=FILES) -> Path:
    for path, content in files.items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return directory


def read(directory: Path) -> dict[str, bytes]:
    """Every file there, hidden ones too."""
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


def reviewed(groups=(GAIN,), **outcomes):
    """What a review says, which finds these groups."""
    steps = [
        {
            "step": name,
            "outcome": outcomes.get(name, "passed"),
            "summary": name,
            "findings": [],
            "document": None,
        }
        for name in STEPS
    ]
    people = {"groups": list(groups), "undecided": []}
    steps[-1]["document"] = {"kinds": [], "people": people}
    return {"schema": "authz.check-all/1", "steps": steps}


@cache
def _loaded(_revision, files):
    return uncompared(dict(files))


class Desks(World):
    """A database, and a directory that decides in it."""

    def __init__(self, path, clock, directory):
        super().__init__(path, clock, _loaded("", tuple(OF_THE_SET.items())))
        self.directory = directory
        #: Revisions that the gate refuses.
        self.refused = set()
        #: Numbers of the checks that were begun.
        self.begun = []
        self.policies = ActivePolicies(directory, self.load, clock=clock)
        self.parts.facts.close()
        self.parts = parts(self.policies, self.database, clock)
        self.site = Site(
            directory=directory,
            gate=lambda files: self.load(source_of(files)),
            current=self.policies.current,
            health=self.policies.health,
            reload=self.policies.reload,
            start=self.begun.append,
        )

    def load(self, source):
        if source.revision in self.refused:
            raise PolicyCheckError("the gate says no", file="desk.polar", line=3)
        return _loaded(source.revision, tuple(source.files.items()))

    @property
    def operator(self):
        return self.desk(OPERATOR)

    @property
    def reviewer(self):
        return self.desk(REVIEWER)

    def person(self, email, role="operator", actor=SERVICE):
        """The desk of one more person who looks after the server."""
        made = people.create_account(
            self.database,
            "system",
            actor=actor,
            email=email,
            name="One More",
            password_hash=CHEAP.hash("meter2025x"),
        )
        access.grant_role(self.database, "system", made.id, role, actor=actor)
        return self.desk(email)

    def staged(self, rules=WIDER, desk=None, **more):
        return policy_changes.stage(
            desk or self.operator,
            self.site,
            title="Reviewers see people",
            files={"desk.polar": rules.encode(), **more},
        )

    def checked(self, number, document=None, desk=None):
        """The change after a check that found this."""
        found = document or reviewed()
        made = policy_checks.start(desk or self.operator, self.site, number)
        policy_checking.run(self.database, made.number, lambda *_: found, lambda *_: None)
        return policy_checks.find(self.operator, made.number)

    def approved(self, number, desk=None):
        """The change after somebody has ticked all there is and said yes."""
        desk = desk or self.reviewer
        check = policy_checks.of_change(desk, number)
        gains = policy_approvals.standing(desk, self.site, number).gains
        ids = [gain.id for gain in gains]
        policy_approvals.tick(desk, self.site, number, ids, check=check.number)
        return policy_approvals.approve(desk, self.site, number, check=check.number)

    def ready(self, rules=WIDER):
        """A change that was checked and approved."""
        change = self.staged(rules)
        self.checked(change.number)
        return self.approved(change.number)

    def activated(self, rules=WIDER):
        change = self.ready(rules)
        return policy_activation.activate(self.operator, self.site, change.number)

    def actions(self):
        """What the log says of policies, with how it ended."""
        return [
            (one.action, one.result)
            for one in self.events("system")
            if one.action.startswith("policy")
        ]


OF_THE_SET = {name: FILES[name] for name in ("schema.yaml", "desk.polar", "desk.yaml")}
