"""Which rows of policy tests can come out otherwise than before a change.

A row is run when its file, or a file of fixtures that it shares, is another one; when the
kind of request that it asks has other conditions, by content and not by line; when the
schema says something else of what it asks about; and when it reads a sentence, and any is
another. Whatever cannot be compared counts as changed.
"""

import os
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from authz.assurance.selection import chosen
from authz.assurance.suites import Check, Question, Row, Suite
from authz.engine.conditions import Condition, Signature, Ways
from authz.engine.policyset import PolicySet
from authz.errors import InterpretedOnly

_Content = tuple[frozenset[tuple[object, ...]], frozenset[tuple[object, ...]]]


def affected(
    suites: Sequence[Suite],
    policies: PolicySet,
    before: PolicySet,
    same_file: Callable[[Path], bool],
) -> list[Suite]:
    """The suites with the rows that the change from `before` can touch.

    same_file: whether a file of tests or fixtures is as it was.
    """
    same_file = cache(same_file)
    same_kind = cache(lambda signature: _same_kind(signature, policies, before))
    same_words = {i: p.entry for i, p in policies.policies.items()} == {
        i: p.entry for i, p in before.policies.items()
    }

    def touched(suite: Suite, row: Row) -> bool:
        if not all(map(same_file, suite.paths)):
            return True
        if isinstance(row, Check) and row.message_for_user is not None and not same_words:
            return True
        return not all(same_kind(_signature(question)) for question in row.questions)

    return chosen(suites, touched)


def same_as_in(root: Path, before: Path | None) -> Callable[[Path], bool]:
    """Whether a file below `root` is the same in the folder `before`.

    before: None where there was no such folder. A file outside of `root` is not compared.
    """
    top = os.path.normpath(root.absolute())

    def same(path: Path) -> bool:
        whole = Path(os.path.normpath(path.absolute()))
        if before is None or not whole.is_relative_to(top):
            return False
        try:
            return (before / whole.relative_to(top)).read_bytes() == whole.read_bytes()
        except OSError:
            return False

    return same


def _signature(question: Question) -> Signature:
    return Signature(question.subject.type, question.action, question.resource.type)


def _same_kind(signature: Signature, policies: PolicySet, before: PolicySet) -> bool:
    """Whether every request of that kind is decided as before, for the same policies."""
    if policies.revision == before.revision:
        return True
    one, other = policies.schema, before.schema
    for name in (signature.subject, signature.resource):
        if one.types[name] != other.types.get(name):
            return False
    if one.context != other.context or one.action_properties != other.action_properties:
        return False
    try:
        return _content(policies.ways(signature)) == _content(before.ways(signature))
    except InterpretedOnly:
        return False


def _content(ways: Ways) -> _Content:
    return _of(ways.permits), _of(ways.forbids)


def _of(conditions: Sequence[Condition]) -> frozenset[tuple[object, ...]]:
    return frozenset((one.literals, one.policies, one.records) for one in conditions)
