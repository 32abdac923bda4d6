"""Runs the tests of a policy set: does it answer what its `*_test.yaml` files say?

Every row is asked of a PDP over the fixtures of its file, with the clock standing still.
Nothing is decided here: a row compares what it expects with what came, policy ids and
reason included. A policy that cannot be evaluated fails the row, unless it expects just
that.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from authz.assurance.fixture_facts import FixtureFacts
from authz.assurance.suite_file import read_suite
from authz.assurance.suites import Check, Listing, Question, Suite
from authz.decisions.explain import reasons
from authz.decisions.pdp import PDP, Answer
from authz.engine.policyset import PolicySet
from authz.engine.schema import Schema
from authz.errors import PolicySyntaxError
from authz.model import Action, Caller, Entity, Reason, Request

#: Called after each row with the rows done and the rows there are.
Progress = Callable[[int, int], None]
_SESSION = "session"


@dataclass(frozen=True, slots=True)
class TestCase:
    """What came of one row."""

    suite: str
    name: str
    #: The test file, relative to where the tests were looked for.
    file: str
    passed: bool
    #: What was expected and what came instead; empty when it passed.
    message: str
    #: None for a listing, which is many answers.
    allowed: bool | None
    #: The reason code; empty for a listing.
    reason: str
    #: Ids of the determining policies, sorted; of all its answers for a listing.
    determining: tuple[str, ...]


def read_suites(path: Path, schema: Schema) -> list[Suite]:
    """The suites of a test file, or of every `*_test.yaml` in a directory and below it.

    Order: by file name. Raises: PolicyError for a file that is wrong, or when there is
    none.
    """
    files = sorted(path.rglob("*_test.yaml")) if path.is_dir() else [path]
    if not files:
        raise PolicySyntaxError(f"no `*_test.yaml` in `{path}`")
    root = path if path.is_dir() else path.parent
    return [
        read_suite(file, schema, name=file.relative_to(root).as_posix()) for file in files
    ]


def run(
    suites: Sequence[Suite],
    policies: PolicySet,
    progress: Progress = lambda done, rows: None,
) -> list[TestCase]:
    """What came of every row of the suites, in their order."""
    total = sum(len(suite.rows) for suite in suites)
    cases: list[TestCase] = []
    for suite in suites:
        ask = asker(suite, policies)
        for row in suite.rows:
            cases.append(
                _run_listing(suite, row, ask)
                if isinstance(row, Listing)
                else _run_check(suite, row, ask)
            )
            progress(len(cases), total)
    return cases


def never_determining(cases: Iterable[TestCase], policies: PolicySet) -> tuple[str, ...]:
    """Ids of the policies that no row shows at work, sorted."""
    shown = {policy_id for case in cases for policy_id in case.determining}
    return tuple(sorted(set(policies.policies) - shown))


def asker(suite: Suite, policies: PolicySet) -> Callable[[Question], Answer]:
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
        return pdp(setting.now, setting.pages_unlocked).evaluate(request, caller)

    return ask


def _run_check(suite: Suite, row: Check, ask: Callable[[Question], Answer]) -> TestCase:
    answer = ask(row.question)
    decision = answer.decision
    problems = _problems(row, answer)
    message = ""
    if problems:
        message = f"{'; '.join(problems)}: {_came(answer)}, to {row.question.in_full()}"
    return TestCase(
        suite=suite.name,
        name=row.name,
        file=suite.file,
        passed=not problems,
        message=message,
        allowed=decision.allowed,
        reason=decision.reason.value,
        determining=decision.determining,
    )


def _problems(row: Check, answer: Answer) -> list[str]:
    """What of the expectation did not come true."""
    decision = answer.decision
    problems = []
    if decision.allowed != row.allowed:
        problems.append(f"expected {_word(row.allowed)}")
    if row.reason is not None and decision.reason != row.reason:
        problems.append(f"expected the reason `{row.reason}`")
    if row.because is not None and decision.determining != row.because:
        problems.append(f"expected it because of {_ids(row.because)}")
    if decision.errors and row.reason is not Reason.ERROR:
        problems.append("expected every policy to be evaluated")
    if row.message_for_user is not None:
        sentence = str(reasons(answer, language="en", for_admin=False)["reason_user"])
        if not fnmatchcase(sentence, row.message_for_user):
            problems.append(
                f"expected the user to read `{row.message_for_user}`, not `{sentence}`"
            )
    return problems


def _run_listing(suite: Suite, row: Listing, ask: Callable[[Question], Answer]) -> TestCase:
    answers = [(question, ask(question)) for question in row.questions]
    ids = tuple(
        sorted(
            question.resource.id for question, answer in answers if answer.decision.allowed
        )
    )
    passed = ids == row.ids and not any(answer.decision.errors for _, answer in answers)
    message = ""
    if not passed:
        wrong = [
            f"`{question.resource.id}` is {_came(answer)}"
            for question, answer in answers
            if answer.decision.allowed != (question.resource.id in row.ids)
            or answer.decision.errors
        ]
        asked = f"{row.questions[0].in_full()} and the like"
        message = f"expected {_ids(row.ids)}: {'; '.join(wrong)}, to {asked}"
    determining = {
        policy_id for _, answer in answers for policy_id in answer.decision.determining
    }
    return TestCase(
        suite=suite.name,
        name=row.name,
        file=suite.file,
        passed=passed,
        message=message,
        allowed=None,
        reason="",
        determining=tuple(sorted(determining)),
    )


def _came(answer: Answer) -> str:
    decision = answer.decision
    said = [
        f"{_word(decision.allowed)} ({decision.reason}) by {_ids(decision.determining)}"
    ]
    said += [f"`{error.policy_id}` failed: {error.message}" for error in decision.errors]
    said += [decision.detail] if decision.detail else []
    return ", ".join(said)


def _word(allowed: bool) -> str:
    return "allow" if allowed else "deny"


def _ids(ids: Sequence[str]) -> str:
    return ", ".join(f"`{one}`" for one in ids) or "nothing"
