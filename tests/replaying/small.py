"""A small policy set over the sample tenants, and edits of it."""

from authz.assurance.bench_load import uncompared
from authz.engine.policyset import PolicySet
from tests.unit.engine.sets import entry

SCHEMA = """\
version: 1
context:
  channel: {type: string, source: caller, default: unknown}
  pages_unlocked: {type: boolean, source: session, default: false}
  ip: {type: string, source: request}
action_properties:
  role: {type: string, default: ""}
types:
  user:
    subject: true
    facts: accounts
    attributes:
      roles: {type: string-set, source: stored, default: []}
      email: {type: string, source: request}
  tenant:
    facts: tenants
    actions: {settings: [update], page: [open], role: [assign]}
  customer:
    unregistered: true
    attributes:
      cluster: {type: string, source: vouched, required: true}
      amount: {type: integer, source: request}
    actions: {customer: [read, update, pay]}
"""
#: Id -> what follows `permit("<id>", `.
PERMITS = {
    "t.owner-updates": 'subject: User, "customer:update", _c: Customer, _context) if\n'
    '  "owner" in subject.roles',
    "t.web-reads": '_subject: User, "customer:read", _c: Customer, context: Context) if\n'
    '  context.channel = "web"',
    "t.unlocked-updates": '_subject: User, "settings:update", _t: Tenant, '
    "context: Context) if\n  context.pages_unlocked = true",
    "t.anybody-opens": '_subject: User, "page:open", _t: Tenant, _context)',
    "t.small-amounts": '_subject: User, "customer:pay", c: Customer, _context) if\n'
    "  c.amount != nil and c.amount < 10",
}
#: A forbid that may stand behind them.
NEVER = """\
forbid("t.never", subject: User, "page:open", _tenant: Tenant, _context) if
  "owner" in subject.roles;
"""


def files(
    without: tuple[str, ...] = (), schema: str = SCHEMA, more: str = "", **other: str
) -> dict[str, bytes]:
    """The files of the set, with other texts for some of its permits."""
    texts = PERMITS | {f"t.{name.replace('_', '-')}": text for name, text in other.items()}
    texts = {id: text for id, text in texts.items() if id not in without}
    rules = "".join(f'permit("{id}", {text};\n' for id, text in texts.items())
    found = {
        "schema.yaml": schema,
        "papers.polar": rules + more,
        "papers.yaml": entry(*texts, *(["t.never"] if more else [])),
    }
    return {name: text.encode() for name, text in found.items()}


def policies(**edit: object) -> PolicySet:
    """The set itself, as `files` has it."""
    return uncompared(files(**edit))  # type: ignore[arg-type]
