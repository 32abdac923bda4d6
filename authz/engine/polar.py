"""The only importer of oso: a Polar host that denies by default.

Unguarded, policy text is Python code: oso calls any method of any value, at load time too.
Through this host a rule reads declared attributes of records and nothing else: no methods,
no constructors, no inline queries, no debugger, no iteration over anything but lists. What
a rule prints goes nowhere. Errors lose oso's help link and stack trace, and never show what
is in a record.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from oso import Variable
from polar.exceptions import (
    OsoError,
    PolarRuntimeError,
    PolarTypeError,
    StackOverflowError,
    UnsupportedError,
)
from polar.ffi import Polar as FfiPolar
from polar.ffi import PolarSource, process_messages
from polar.host import Host
from polar.polar import Polar
from polar.predicate import Predicate
from polar.query import Query

from authz.engine.place import near_miss
from authz.engine.records import Record
from authz.engine.text import Statement
from authz.errors import PolicyError, PolicyReferenceError, PolicySyntaxError

#: The shape of the two entry points, so that oso refuses a policy with other parameters.
_PRELUDE = """\
type permit(_id, _subject, _action, _resource, _context);
type forbid(_id, _subject, _action, _resource, _context);
permit(_, _, _, _, _) if false;
forbid(_, _, _, _, _) if false;
allow_request(_, _) if false;
"""
_PLACE = re.compile(r" at line (\d+), column \d+(?: of file (\S+?))?:?(?:\n|$)")
_UNKNOWN_CLASS = re.compile(r"unknown specializer (\w+)")

_FAILURES = {
    UnsupportedError: "an operation that its values do not have",
    PolarTypeError: "a value of the wrong type",
    StackOverflowError: "recursion too deep",
}
#: How much is kept of both ends of a message that repeats a long text.
MESSAGE_END_CHARS = 100

#: How a message begins that says that there was no time to find out.
OUT_OF_TIME = "took longer than the budget"

#: How long the rows of a predicate may take. WHY more than a decision: nobody waits for it
#: twice, and a list that is refused on a busy machine closes pages that decide nothing.
ROWS_BUDGET_MS = 5_000

Args = tuple[object, ...]


class EvaluationFailed(Exception):
    """A rule could not be evaluated; the text is safe to show to an administrator."""


class _Refused(PolarRuntimeError):
    """What the guard refuses; what it says holds names of attributes, and no values."""

    def __init__(self, said: str):
        super().__init__(said)  # type: ignore[no-untyped-call]
        self.said = said


class _GuardedQuery(Query):
    """Answers the engine's questions about Python values, and refuses all that are not
    plain reads.
    """

    def handle_external_call(self, data: dict[str, Any]) -> None:
        instance = self.host.to_python(data["instance"])
        name = data["attribute"]
        if data["args"] is not None:
            raise _Refused(f"a policy calls no methods: `{name}`")
        if not isinstance(instance, Record):
            raise _Refused(f"`{name}` is read of something that is no record")
        try:
            value = instance.read(name)
        except KeyError:
            raise _Refused(f"`{type(instance).__name__}` has no `{name}`") from None
        self.ffi_query.call_result(data["call_id"], self.host.to_polar(_plain(value)))

    def handle_external_op(self, data: dict[str, Any]) -> None:
        if data["operator"] not in ("Eq", "Neq"):
            raise _Refused("an ordered comparison with nil or with a record")
        if all(isinstance(self.host.to_python(arg), Record) for arg in data["args"]):
            raise _Refused("two records are compared whole, and are never the same")
        super().handle_external_op(data)  # type: ignore[no-untyped-call]

    def handle_external_isa_with_path(self, data: dict[str, Any]) -> NoReturn:
        raise _Refused("a type is matched on a whole subject, resource or context")

    def handle_make_external(self, data: dict[str, Any]) -> NoReturn:
        raise _Refused("a policy constructs nothing")

    def handle_next_external(self, data: dict[str, Any]) -> NoReturn:
        raise _Refused("`in` over something that is no list")

    def handle_debug(self, data: dict[str, Any]) -> NoReturn:
        raise _Refused("a policy opens no debugger")


class _GuardedHost(Host):
    """A host whose error messages never show values."""

    def enrich_message(self, message: str) -> str:
        return message


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


class PolarEngine:
    """Loaded policies that answer queries. Immutable: other text is another engine."""

    def __init__(
        self, texts: Mapping[str, str], classes: Mapping[str, type[Record]], budget_ms: int
    ):
        """Loads all files at once.

        Units: budget_ms is the longest that one query may take.
        Raises: PolicySyntaxError or PolicyReferenceError with file and line.
        """
        self._polar, self._budget_ms = _polar(budget_ms), budget_ms
        for name, cls in classes.items():
            self._polar.register_class(cls, name=name)
        warnings: list[str] = []
        ffi = self._polar.ffi_polar
        ffi.process_messages = lambda: warnings.extend(  # type: ignore[method-assign]
            process_messages(ffi.next_message)
        )
        sources = [PolarSource(text, file) for file, text in texts.items()]
        try:
            ffi.load([PolarSource(_PRELUDE, "prelude"), *sources])
        except OsoError as exc:
            raise _policy_error(str(exc), classes) from exc
        if warnings:
            raise _policy_error(warnings[0], classes)
        ffi.process_messages = lambda: process_messages(  # type: ignore[method-assign]
            ffi.next_message
        )
        if ffi.next_inline_query() is not None:
            raise PolicySyntaxError(
                "an inline query runs while the policy loads; write a policy test"
            )

    def ids(self, effect: str, args: Args) -> set[str]:
        """Ids of all policies of that effect that hold.

        Raises: EvaluationFailed if any of them errs.
        """
        found = set()
        for bindings in self._query(effect, (Variable("id"), *args)):
            found.add(bindings["id"])
        return found

    def holds(self, effect: str, policy_id: str, args: Args) -> bool:
        """Whether that policy holds. Raises: EvaluationFailed if it errs."""
        # WHY all of them: an error in one way to hold counts, wherever it stands.
        return bool(list(self._query(effect, (policy_id, *args))))

    def rows(
        self, predicate: str, arguments: Sequence[str | None]
    ) -> list[tuple[Any, ...]]:
        """All rows of a predicate that match; None stands for any value.

        Order: sorted, each once.
        """
        names = [f"v{i}" for i in range(len(arguments))]
        args = tuple(
            Variable(name) if given is None else given
            for name, given in zip(names, arguments, strict=True)
        )
        found = set()
        _set_budget(ROWS_BUDGET_MS)
        try:
            for bindings in self._query(predicate, args):
                found.add(
                    tuple(bindings.get(n, g) for n, g in zip(names, arguments, strict=True))
                )
        finally:
            _set_budget(self._budget_ms)
        return sorted(found, key=repr)

    def _query(self, predicate: str, args: Args) -> Iterator[dict[str, Any]]:
        host = self._polar.host.copy()
        try:
            term = host.to_polar(Predicate(predicate, args))
            ffi_query = self._polar.ffi_polar.new_query_from_term(term)
            # What a rule prints is dropped: it could be anything that a subject sent.
            ffi_query.process_messages = lambda: process_messages(ffi_query.next_message)
            query = _GuardedQuery(ffi_query, host=host)  # type: ignore[no-untyped-call]
            for result in query.run():
                yield result["bindings"]
        except OsoError as exc:
            raise EvaluationFailed(_failure(exc)) from exc
        except (RecursionError, ValueError, TypeError, KeyError) as exc:
            # WHY: what oso's Python side raises on values that it cannot carry, such as
            # half a surrogate.
            raise EvaluationFailed(
                f"a value that rules cannot hold: {type(exc).__name__}"
            ) from exc


def _set_budget(milliseconds: int) -> None:
    """WHY: oso reads its limit from the environment at each query, and offers no other way
    to set it.
    """
    os.environ["POLAR_TIMEOUT_MS"] = str(milliseconds)


def _polar(budget_ms: int) -> Polar:
    _set_budget(budget_ms)
    polar = Polar()
    polar.host.__class__ = _GuardedHost
    polar.ffi_polar.set_message_enricher(lambda message: message)
    return polar


def rule_tree(statement: Statement) -> dict[str, Any]:
    """The syntax tree of one rule, from oso's own parser.

    No rule fits a rule type without parameters, and oso's refusal carries the tree.
    Raises: PolicySyntaxError with file and line.
    """
    polar = FfiPolar()
    polar.set_message_enricher(lambda message: message)
    polar.process_messages = lambda: process_messages(  # type: ignore[method-assign]
        polar.next_message
    )
    polar.register_constant({"value": {"Boolean": False}}, "nil")
    try:
        polar.load([PolarSource(f"type {statement.name}(); {statement.text}")])
    except OsoError as exc:
        tree: dict[str, Any] | None = (exc.details or {}).get("rule")
        if tree and tree["params"]:
            return tree
        message, _, line = _taken_apart(str(exc))
        line = statement.line + max(line, 1) - 1
        raise PolicySyntaxError(message, file=statement.file, line=line) from exc
    raise PolicySyntaxError(
        f"`{statement.name}` has no parameters", file=statement.file, line=statement.line
    )


def _policy_error(text: str, classes: Mapping[str, type[Record]]) -> PolicyError:
    message, file, line = _taken_apart(text)
    if unknown := _UNKNOWN_CLASS.search(message):
        near = near_miss(unknown[1], classes)
        return PolicyReferenceError(
            f"unknown type `{unknown[1]}`{near}", file=file, line=line
        )
    kind = PolicyReferenceError if "undefined rule" in message else PolicySyntaxError
    return kind(message, file=file, line=line)


def _failure(error: OsoError) -> str:
    """What went wrong while a rule ran, without the values it had before it."""
    text = str(error)
    if over := re.search(r"exceeds the timeout of (\d+)ms", text):
        return f"{OUT_OF_TIME} of {over[1]} ms"
    for kind, words in _FAILURES.items():
        if isinstance(error, kind):
            return words
    if unknown := re.search(r"Query for undefined rule `(\w+)`", text):
        return f"undefined predicate `{unknown[1]}`"
    return error.said if isinstance(error, _Refused) else "a rule cannot be evaluated"


def _taken_apart(text: str) -> tuple[str, str, int]:
    """oso's message as (first meaningful line, file, line from 1)."""
    place = _PLACE.search(text)
    message = _first_line(text[: place.start()] if place else text)
    if not place:
        return message, "", 0
    return message, place[2] or "", int(place[1])


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.split("Get help with Oso")[0].splitlines()]
    message = next((line for line in lines if line), "an error")
    message = message.removeprefix("[warning] ").removesuffix(".")
    if len(message) > 2 * MESSAGE_END_CHARS:
        message = f"{message[:MESSAGE_END_CHARS]}...{message[-MESSAGE_END_CHARS:]}"
    return message[:1].lower() + message[1:]
