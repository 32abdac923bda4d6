"""Under which name something is known to have passed the comparison.

A key is a hash of content and of nothing else: the clauses that take part, the attributes
that they can read, the classes that they name, the conditions that came of them, and this
program.
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path

from authz.engine.conditions import Condition, Signature, Ways
from authz.engine.gate.reach import Reach
from authz.engine.gate.requests import Declared, declared
from authz.engine.schema import Schema

#: Stands for the action of the signature; no text of a rule can hold it.
_ACTION = "\0action\0"
_CLASS = re.compile(r"\b[A-Z]\w*")


@cache
def program() -> str:
    """The hash of what compares and is compared with: these modules, oso, Python."""
    total = hashlib.sha256()
    for file in sorted(Path(__file__).parents[1].rglob("*.py")):
        total.update(file.name.encode() + b"\0" + file.read_bytes())
    total.update(f"{metadata.version('oso')} {sys.version}".encode())
    return total.hexdigest()


def key(signature: Signature, schema: Schema, visited: Iterable[str], ways: Ways) -> str:
    """The content that decides requests of a signature, as a hex SHA-256.

    Rules that only ask whether the action is a certain one do not care how it is called:
    two signatures that differ in nothing else have the same key.
    """
    conditions = (*ways.permits, *ways.forbids)
    table = declared(schema, signature)
    more = [str(len(ways.permits))]
    return _hash(signature, schema, table, list(visited), conditions, more)


def policy_keys(
    signature: Signature, schema: Schema, reach: Mapping[str, Reach], ways: Ways
) -> dict[str, str]:
    """For each policy that takes part, the content that decides it alone.

    Of the clauses only those count that it can reach, of the attributes only those that
    they name: so most policies mean the same for many signatures.
    """
    of: dict[str, list[Condition]] = {policy: [] for policy in reach}
    for condition in (*ways.permits, *ways.forbids):
        of.setdefault(condition.policies[0], []).append(condition)
    table = declared(schema, signature)
    found = {}
    for policy, conditions in of.items():
        one = reach.get(policy)
        texts, names = (one.texts, one.names) if one else ((), frozenset[str]())
        named = {attr: of for attr, of in table.items() if attr.name in names}
        found[policy] = _hash(signature, schema, named, texts, conditions, [policy])
    return found


def _hash(
    signature: Signature,
    schema: Schema,
    table: Declared,
    texts: Sequence[str],
    conditions: Iterable[Condition],
    more: Sequence[str],
) -> str:
    attributes = [
        [str(attr), of.type, of.required, repr(of.default), *of.fields.items()]
        for attr, of in sorted(table.items())
    ]
    classes = _classes(signature, schema, texts)
    rows = [[str(one), one.records, *one.policies] for one in conditions]
    if not any(sign in text for text in texts for sign in "<>"):
        name = f'"{signature.action}"'
        texts = [text.replace(name, _ACTION) for text in texts]
        rows = [[text.replace(name, _ACTION) for text in row] for row in rows]
    said = json.dumps([program(), attributes, classes, sorted(texts), rows, more])
    return hashlib.sha256(said.encode()).hexdigest()


def _classes(
    signature: Signature, schema: Schema, texts: Iterable[str]
) -> list[tuple[str, bool, bool]]:
    """Each class that the clauses name, and whether subject and resource are of it."""
    subject, resource = schema.types[signature.subject], schema.types[signature.resource]
    return [
        (name, *(name in (of.class_name, of.group) for of in (subject, resource)))
        for name in sorted({name for text in texts for name in _CLASS.findall(text)})
    ]
