"""A small database, everybody and everything in it asked about in every context."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, combinations, product
from pathlib import Path
from random import Random
from typing import Any

from authz.assurance.differing.sides import Side
from authz.decisions.attributes import of_entity
from authz.engine.conditions import Signature
from authz.engine.policyset import PolicySet
from authz.engine.prepared import Prepared
from authz.engine.records import fill_defaults
from authz.model import Entity
from authz.storage.attributes import read
from authz.storage.database import Database, migrate, open_database
from tests.differential.vocabulary import KINDS, RECORD, STRINGS, TYPES

TENANTS = ("a", "b")
#: Contexts that one kind of request is asked in; with more, a part of them.
CONTEXTS_MAX = 400


def stored(path: Path, random: Random) -> Database:
    """A few things of every type in two tenants, some of them with values that no decision
    can rest on.
    """
    migrate(path)
    database = open_database(path, time.time)
    with database.transaction():
        handle: Any = database.db
        rows = [(one, one, "system", 0.0) for one in TENANTS]
        into = "INSERT INTO tenant (slug, name, kind, created_at) VALUES (?, ?, ?, ?)"
        handle.connection().executemany(into, rows)
        things = [
            (tenant, type_name, id, json.dumps(_attributes(random, type_name)), 0.0)
            for tenant in TENANTS
            for type_name in TYPES
            for id in random.sample([one for one in STRINGS if one], 4)
        ]
        columns = "tenant, type, id, attributes, updated_at"
        into = f"INSERT INTO resource ({columns}) VALUES (?, ?, ?, ?, ?)"
        handle.connection().executemany(into, things)
    return database


def _attributes(random: Random, type_name: str) -> dict[str, object]:
    names = [*TYPES[type_name], *(["badges"] if type_name == "user" else [])]
    return {name: _value(random, name) for name in names if random.random() < 0.9}


def _value(random: Random, name: str) -> object:
    if random.random() < 0.02:
        return {"not": "of its type"}
    if name == "badges":
        return [
            {field: _scalar(random, kind) for field, kind in RECORD.items()}
            for _ in range(random.choice((0, 1, 2)))
        ]
    if KINDS[name] == "string-set":
        return random.sample(STRINGS, random.randint(0, 3))
    return _scalar(random, KINDS[name])


def _scalar(random: Random, kind: str) -> object:
    if kind == "boolean":
        return random.random() < 0.5
    return random.choice((-1, 0, 1, 2, 3) if kind == "integer" else STRINGS[:4])


@dataclass(frozen=True)
class Seen:
    """Every change of one kind of request that asking one by one finds."""

    #: Tenant, subject, resource of each gain and each loss.
    gains: frozenset[tuple[str, str, str]]
    losses: frozenset[tuple[str, str, str]]
    #: Whether every context was asked about.
    is_whole: bool


def brute_force(
    database: Database, old: Side, new: Side, signature: Signature, random: Random
) -> Seen:
    """Everybody with everything in every context, one by one."""
    contexts = list(_contexts(old.policies, new.policies, signature))
    is_whole = len(contexts) <= CONTEXTS_MAX
    if not is_whole:
        contexts = random.sample(contexts, CONTEXTS_MAX)
    found: dict[bool, set[tuple[str, str, str]]] = {True: set(), False: set()}
    for tenant in TENANTS:
        was, now = (
            _answers(database, side.policies, signature, tenant, contexts)
            for side in (old, new)
        )
        for (subject, resource, context), answer in now.items():
            if was[subject, resource, context] != answer:
                found[answer].add((tenant, subject, resource))
    return Seen(frozenset(found[True]), frozenset(found[False]), is_whole)


def _answers(
    database: Database,
    policies: PolicySet,
    signature: Signature,
    tenant: str,
    contexts: list[dict[str, Any]],
) -> dict[tuple[str, str, int], bool]:
    """Of each subject, resource and context (by number), whether it is allowed."""
    allowed = policies.compiled(signature).allowed
    subjects = _things(database, policies, tenant, signature.subject)
    resources = _things(database, policies, tenant, signature.resource)
    around = [_prepared_context(policies, one) for one in contexts]
    return {
        (subject, resource, number): s is not None
        and r is not None
        and c is not None
        and allowed(s, r, c)
        for (subject, s), (resource, r), (number, c) in product(
            subjects.items(), resources.items(), enumerate(around)
        )
    }


def _things(
    database: Database, policies: PolicySet, tenant: str, type_name: str
) -> dict[str, Prepared | None]:
    """Every thing of that type as the decision point sees it; None where it denies."""
    kind = policies.schema.types[type_name]
    found: dict[str, Prepared | None] = {}
    for id in _ids(database, tenant, type_name):
        stored_of = read(database, kind, tenant, id, 0.0)
        gathered = of_entity(kind, Entity(type_name, id), stored_of, tenant)
        sound = gathered.fault("") is None
        found[id] = policies.prepared(type_name, gathered.values) if sound else None
    return found


def _prepared_context(policies: PolicySet, context: dict[str, Any]) -> Prepared | None:
    values, missing = fill_defaults(policies.schema.context_attributes(), context)
    return None if missing else policies.prepared_context(values)


def _ids(database: Database, tenant: str, type_name: str) -> list[str]:
    handle: Any = database.db
    rows = handle.execute_sql(
        "SELECT id FROM resource WHERE tenant = ? AND type = ?", (tenant, type_name)
    )
    return [id for (id,) in rows]


def _contexts(
    old: PolicySet, new: PolicySet, signature: Signature
) -> Iterator[dict[str, Any]]:
    """Every context that a policy could tell from another; nil may be anywhere."""
    read_of = {
        attr.name
        for policies in (old, new)
        for ways in [policies.ways(signature)]
        for condition in (*ways.permits, *ways.forbids)
        for literal in condition.literals
        for attr in literal.attributes()
        if attr.root == "context"
    }
    declared = {**old.schema.context_attributes(), **new.schema.context_attributes()}
    required = {
        name
        for policies in (old, new)
        for name, one in policies.schema.context_attributes().items()
        if one.required
    }
    choices = {
        name: _choices(one.type)
        if name in read_of
        else ([None, *_plain(one.type)] if name in required else [None])
        for name, one in declared.items()
    }
    for values in product(*choices.values()):
        yield dict(zip(choices, values, strict=True))


def _plain(kind: str) -> list[Any]:
    return [{"string": "a", "integer": 0, "boolean": False}.get(kind, ())]


def _choices(kind: str) -> list[Any]:
    if kind == "boolean":
        return [None, False, True]
    if kind == "integer":
        return [None, *range(-2, 5)]
    strings = [*STRINGS, "else"]
    if kind == "string":
        return [None, *strings]
    sizes = (combinations(strings, size) for size in (0, 1, 2, len(strings)))
    return list(chain.from_iterable(sizes))
