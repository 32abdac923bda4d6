"""Runs the tests of a policy set: does it answer what its `*_test.yaml` files say?

Every row is asked of a PDP over the fixtures of its file, with the clock standing still.
Nothing is decided here: a row compares what it expects with what came, policy ids and
reason included. A policy that cannot be evaluated fails the row, unless it expects just
that.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from authz.assurance import failures
from authz.assurance.document import read_document
from authz.assurance.exact_filter import filtered_ids
from authz.assurance.fixture_facts import FixtureFacts
from authz.assurance.suite_file import read_suite
from authz.assurance.suites import Check, Listing, Question, Row, Suite, Todo
from authz.decisions.pdp import PDP, Answer
from authz.engine.policyset import PolicySet
from authz.engine.schema import Schema
from authz.errors import PolicySyntaxError
from authz.model import Action, Caller, Entity, Request

#: Called after each row with the rows done and the rows there are.
Progress = Callable[[int, int], None]
#: Called with each answer.
Seen = Callable[[Answer], None]
_SESSION = "session"


@dataclass(frozen=True, slots=True)
class TestCase:
    """What came of one row."""

    suite: str
    name: str
    #: The test file, relative to where the tests were looked for.
    file: str
    #: True also for one that is still to do.
    passed: bool
    #: What was expected and what came instead; empty when it passed.
    message: str
    #: None for a listing, which is many answers, and for what was not asked.
    allowed: bool | None
    #: The reason code; empty where there is no single answer.
    reason: str
    #: Ids of the determining policies, sorted; of all its answers for a listing.
    determining: tuple[str, ...]
    #: Why it was not asked; empty for a row that was.
    todo: str = ""


def read_suites(path: Path, schema: Schema) -> list[Suite]:
    """The suites of a test file, or of every `*_test.yaml` in a directory and below it.

    Order: by file name. Raises: PolicyError for a file that is wrong, or when there is
    none.
    """
    files = sorted(path.rglob("*_test.yaml")) if path.is_dir() else [path]
    if not files:
        raise PolicySyntaxError(f"no `*_test.yaml` in `{path}`")
    root = path if path.is_dir() else path.parent
    # WHY: many files share a few fixtures.
    read = cache(read_document)
    return [
        read_suite(file, schema, name=file.relative_to(root).as_posix(), read=read)
        for file in files
    ]


def run(
    suites: Sequence[Suite],
    policies: PolicySet,
    progress: Progress = lambda done, rows: None,
    *,
    seen: Seen = lambda answer: None,
    fail_fast: bool = False,
) -> list[TestCase]:
    """What came of every row of the suites, in their order.

    fail_fast: the first row that fails is the last one that is asked.
    """
    total = sum(len(suite.rows) for suite in suites)
    cases: list[TestCase] = []
    for suite in suites:
        ask = asker(suite, policies, seen)
        for row in suite.rows:
            cases.append(_run_row(suite, row, ask, policies))
            progress(len(cases), total)
            if fail_fast and not cases[-1].passed:
                return cases
    return cases


def never_determining(cases: Iterable[TestCase], policies: PolicySet) -> tuple[str, ...]:
    """Ids of the policies that no row shows at work, sorted."""
    shown = {policy_id for case in cases for policy_id in case.determining}
    return tuple(sorted(set(policies.policies) - shown))


def asker(
    suite: Suite, policies: PolicySet, seen: Seen = lambda answer: None
) -> Callable[[Question], Answer]:
    """A function that asks the policies with the fixtures of the suite."""

    @cache
    def pdp(now: float, pages_unlocked: bool | None) -> PDP:
        facts = FixtureFacts(suite.fixtures, pages_unlocked=bool(pages_unlocked))
        return PDP(lambda: policies, facts, lambda: now)

    def ask(question: Question) -> Answer:
        setting, subject, resource = question.setting, question.subject, question.resource
        request = Request(
            Entity(subject.type, subject.id, subject.properties),
            Action(question.action, setting.properties),
            Entity(resource.type, resource.id, resource.properties),
            setting.context,
        )
        session = None if setting.pages_unlocked is None else _SESSION
        caller = Caller(subject.tenant, setting.channel, session)
        answer = pdp(setting.now, setting.pages_unlocked).evaluate(request, caller)
        seen(answer)
        return answer

    return ask


def _run_row(
    suite: Suite, row: Row, ask: Callable[[Question], Answer], policies: PolicySet
) -> TestCase:
    match row:
        case Check():
            return _run_check(suite, row, ask)
        case Listing():
            return _run_listing(suite, row, ask, policies)
        case Todo(name, why):
            return TestCase(suite.name, name, suite.file, True, "", None, "", (), why)


def _run_check(suite: Suite, row: Check, ask: Callable[[Question], Answer]) -> TestCase:
    answer = ask(row.question)
    decision = answer.decision
    message = failures.of_check(row, answer)
    return TestCase(
        suite=suite.name,
        name=row.name,
        file=suite.file,
        passed=not message,
        message=message,
        allowed=decision.allowed,
        reason=decision.reason.value,
        determining=decision.determining,
    )


def _run_listing(
    suite: Suite, row: Listing, ask: Callable[[Question], Answer], policies: PolicySet
) -> TestCase:
    answers = [(question, ask(question)) for question in row.questions]
    filtered = filtered_ids(answers, policies) if row.filter_exact else None
    message = failures.of_listing(row, answers, filtered)
    determining = {
        policy_id for _, answer in answers for policy_id in answer.decision.determining
    }
    return TestCase(
        suite=suite.name,
        name=row.name,
        file=suite.file,
        passed=not message,
        message=message,
        allowed=None,
        reason="",
        determining=tuple(sorted(determining)),
    )
