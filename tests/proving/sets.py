"""A small policy set, and invariants about it."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from authz.assurance.bench_load import uncompared
from authz.assurance.proving.invariant import Invariants
from authz.assurance.proving.invariant_file import parse_invariants
from authz.engine.gate.vet import digest
from authz.engine.policyset import PolicySet
from authz.engine.schema import Schema
from authz.engine.schema_file import parse_schema
from authz.engine.source import PolicySource
from tests.unit.engine.sets import entry

SCHEMA = """\
version: 1
context:
  channel: {type: string, source: caller, default: unknown}
types:
  user:
    subject: true
    attributes:
      roles: {type: string-set, source: stored, default: []}
      banned: {type: boolean, source: stored, required: true}
    actions: {user: [rename]}
  order:
    attributes:
      buyer: {type: string, source: stored, required: true}
      paid: {type: boolean, source: stored, required: true}
    actions: {order: [read, place, approve]}
  shop:
    attributes: {}
    actions: {order: [list, approve]}
"""
RULES = """\
permit("orders.buyer-reads", subject: User, "order:read", order: Order, _context) if
  order.buyer = subject.id;

permit("orders.clerk-places", subject: User, "order:place", _order: Order, _context) if
  "clerk" in subject.roles;

permit("orders.boss-approves", subject: User, "order:approve", _order: Order, _context) if
  "boss" in subject.roles;

permit("orders.self-renames", subject: User, "user:rename", person: User, _context) if
  person.id = subject.id;

forbid("orders.other-tenant", subject: User, _action, resource, _context) if
  subject.tenant != resource.tenant;

forbid("orders.banned-does-nothing", subject: User, _action, _resource, _context) if
  subject.banned = true;
"""
_ID = re.compile(r'"(orders\.[a-z-]+)"')


def invariants_text(**bodies: str) -> str:
    """A file with the invariant `the-one`, made of these members."""
    return document({"the-one": bodies})


def document(invariants: Mapping[str, Mapping[str, str]]) -> str:
    """A file with these invariants, each with its members."""
    lines = ["version: 1", "invariants:"]
    for id, members in invariants.items():
        lines += [f"  {id}:", "    title: What holds", "    why: w", "    owner: o"]
        lines += [f"    {key}: {value}" for key, value in members.items()]
    return "\n".join(lines) + "\n"


def source(rules: str = RULES, vocabulary: str = SCHEMA) -> PolicySource:
    """The files of the set."""
    files = {
        "schema.yaml": vocabulary.encode(),
        "orders.polar": rules.encode(),
        "orders.yaml": entry(*_ID.findall(rules)).encode(),
    }
    return PolicySource(MappingProxyType(files), digest(files))


def schema() -> Schema:
    """Its vocabulary."""
    return parse_schema(SCHEMA, "schema.yaml")


def small(
    text: str, rules: str = RULES, vocabulary: str = SCHEMA
) -> tuple[PolicySet, Invariants]:
    """The set, and the invariants of a file about it."""
    files = source(rules, vocabulary)
    policies = uncompared(files.files)
    return policies, parse_invariants(text.encode(), files, policies.schema)
