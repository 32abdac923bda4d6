"""The rules of the benchmark as a policy set: Polar files, their catalogues, the schema.

The form is that of the shipped policies: roles, permissions and options are facts, one
permit for each action and reach, and the same helpers and forbids.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from authz.assurance.bench_rules import REQUIRED, Permit, Rules

RESOURCE = "metering_unit"
PERMITS_PER_FILE = 100
FACTS_PER_FILE = 800
NO_POLICIES = "version: 1\npolicies: {}\n"

SCHEMA = """\
version: 1
context:
  channel: {type: string, source: caller, default: unknown}
types:
  user:
    subject: true
    facts: accounts
    attributes:
      tenant_kind: {type: string, source: stored, required: true}
      tenant_status: {type: string, source: stored, required: true}
      status: {type: string, source: stored, required: true}
      roles: {type: string-set, source: stored, default: []}
      options: {type: string-set, source: stored, default: []}
      binding_kinds: {type: string-set, source: stored, default: []}
      supply_companies: {type: string-set, source: stored, default: []}
      service_organizations: {type: string-set, source: stored, default: []}
  metering_unit:
    facts: metering_units
    attributes:
      supply_company: {type: string, source: stored, required: true}
      supply_line: {type: string-set, source: stored, default: []}
      service_organization: {type: string, source: stored}
    actions: [ACTIONS]
"""

COMMON = """\
forbid("common.other-tenant", subject: User, _action, unit: MeteringUnit, _context) if
  subject.tenant != unit.tenant;

forbid("common.tenant-not-active", subject: User, _action, _unit: MeteringUnit, _context) if
  subject.tenant_status != "active";

forbid("common.account-not-active", subject: User, _action, _unit: MeteringUnit,
    _context) if
  subject.status != "active";

forbid("common.web-only", _subject: User, action, _unit: MeteringUnit, context: Context) if
  web_only(action) and
  context.channel != "web";

forbid("common.role-lacks-a-required-binding", subject: User, _action, _unit: MeteringUnit,
    _context) if
  role(kind, role) and
  role_requires_binding(role, binding) and
  subject.tenant_kind = kind and
  role in subject.roles and
  not binding in subject.binding_kinds;

forbid("common.reader-changes-nothing", subject: User, action, _unit: MeteringUnit,
    _context) if
  not reads(action) and
  role(kind, role) and
  read_only_role(role) and
  subject.tenant_kind = kind and
  role in subject.roles;

holds(subject, kind, role) if
  subject.tenant_kind = kind and
  role in subject.roles and
  role(kind, role);

by_role(subject, kind, scope, action) if
  needs_permission(action, permission) and
  holds(subject, kind, role) and
  role_scope(role, scope) and
  role_permission(role, permission);

by_option(subject, kind, scope, action) if
  needs_permission(action, permission) and
  holds(subject, kind, role) and
  role_scope(role, scope) and
  option in subject.options and
  option_permission(option, permission) and
  role_allows_option(role, option);

reaches("platform", _subject, _unit);

reaches("supply_company", subject, unit) if
  supplied_by_own(subject, unit);

reaches("service_company", subject, unit) if
  supplied_by_own(subject, unit) and
  unit.service_organization != nil and
  unit.service_organization in subject.service_organizations;

supplied_by_own(subject, unit) if
  company in subject.supply_companies and
  company in unit.supply_line;
"""
PERMIT = """\
permit("{id}", subject: User, "{action}", unit: MeteringUnit, _context) if
  by_{ground}(subject, "metering", "{scope}", "{action}") and
  reaches("{scope}", subject, unit);
"""
COMMON_IDS = tuple(
    f"common.{name}"
    for name in (
        "other-tenant",
        "tenant-not-active",
        "account-not-active",
        "web-only",
        "role-lacks-a-required-binding",
        "reader-changes-nothing",
    )
)


def write_policies(rules: Rules, directory: Path) -> None:
    """Make the directory and write the policy set there."""
    directory.mkdir()
    actions = ", ".join(f'"{action}"' for action in rules.needs)
    _write(directory / "schema.yaml", SCHEMA.replace("ACTIONS", actions))
    _write(directory / "common.polar", COMMON)
    _write(directory / "common.yaml", _catalogue(COMMON_IDS))
    for number, facts in enumerate(_parts(sorted(_facts(rules)), FACTS_PER_FILE)):
        _write(directory / f"facts_{number}.polar", "".join(facts))
        _write(directory / f"facts_{number}.yaml", NO_POLICIES)
    for number, permits in enumerate(_parts(rules.permits, PERMITS_PER_FILE)):
        _write(directory / f"modules_{number}.polar", "\n".join(map(_permit, permits)))
        _write(directory / f"modules_{number}.yaml", _catalogue(map(policy_id, permits)))


def policy_id(permit: Permit) -> str:
    """The id of a permit, as `modules.module-007-by-role-platform`."""
    module = permit.action.partition(":")[0]
    return f"modules.{module}-by-{permit.ground}-{permit.scope}".replace("_", "-")


def _permit(permit: Permit) -> str:
    return PERMIT.format(
        id=policy_id(permit),
        action=permit.action,
        ground=permit.ground,
        scope=permit.scope,
    )


def _facts(rules: Rules) -> Iterator[str]:
    for role, scope in rules.scopes.items():
        yield _fact("role", "metering", role)
        yield _fact("role_scope", role, scope)
        yield from (_fact("role_requires_binding", role, kind) for kind in REQUIRED[scope])
    for predicate, table in (
        ("role_permission", rules.permissions),
        ("role_allows_option", rules.options),
        ("option_permission", rules.option_permissions),
    ):
        for name, held in table.items():
            yield from (_fact(predicate, name, value) for value in held)
    for action, permission in rules.needs.items():
        yield _fact("needs_permission", action, permission)
    for predicate, names in (
        ("web_only", rules.web_only),
        ("reads", rules.reads),
        ("read_only_role", rules.read_only),
    ):
        yield from (_fact(predicate, name) for name in names)


def _fact(predicate: str, *values: str) -> str:
    listed = ", ".join(f'"{value}"' for value in values)
    return f"{predicate}({listed});\n"


def _catalogue(ids: Iterable[str]) -> str:
    entries = (
        f"  {policy_id}:\n"
        "    {title: generated, why: to be measured, owner: the benchmark,"
        " sentence: {en: Because it is measured.}}\n"
        for policy_id in ids
    )
    return "version: 1\npolicies:\n" + "".join(entries)


def _parts(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
