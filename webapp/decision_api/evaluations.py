"""`POST /access/v1/evaluations`: several questions at once, each with an answer of its own.

A top-level member is the default of the items that lack it; an item's own replaces it
whole. A default is not looked at before an item needs it. An item that asks nothing sound
is denied in its place and says why, and the others are answered. Without items, the top
level is a single question. Source: AuthZEN 1.0, section 7.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from authz.decisions.pdp import Answer
from authz.errors import RequestError, Unavailable
from authz.model import Action, Caller, Decision, Entity, Reason, Request
from authz.storage.clients import ApiClient
from webapp.decision_api import access, types
from webapp.decision_api.endpoint import Answered, Asked, Endpoint, Limits
from webapp.decision_api.evaluation import (
    NO_OPTIONS,
    Context,
    Evaluate,
    accounts_of,
    body_of,
)
from webapp.decision_api.outcome import ALLOWED, DENIED, outcome_of
from webapp.decision_api.plain import PlainBatch, batch_of
from webapp.decision_api.plain_batch import plain_answer
from webapp.decision_api.types import EvaluationItem, EvaluationsRequest, Options, decoded

#: Semantic -> the decision after which no more items are answered.
LAST: Mapping[str | None, bool] = {
    types.DENY_ON_FIRST_DENY: False,
    types.PERMIT_ON_FIRST_PERMIT: True,
}
#: A plain question, an item as it was sent, or what is wrong with it.
Item = Request | EvaluationItem | RequestError
#: How often a batch is begun again because facts or policies changed under it.
ATTEMPTS = 10


@dataclass(frozen=True, slots=True)
class _Failure:
    """What an item gets that asks nothing sound."""

    message: str

    @property
    def decision(self) -> Decision:
        """A deny."""
        return Decision(False, Reason.ERROR, detail=self.message)

    @property
    def body(self) -> bytes:
        """The deny, with the error in its context."""
        error = {"status": 400, "message": self.message}
        answer = {"decision": False, "context": {"error": error}}
        return json.dumps(answer, separators=(",", ":")).encode()


def endpoint(evaluate: Evaluate, context: Context, limits: Limits) -> Endpoint:
    """The endpoint."""

    def answer(asked: Asked) -> Answered:
        assert asked.client is not None
        last: bool | None = None
        options = NO_OPTIONS
        items: Sequence[object]
        if isinstance(asked.plain, PlainBatch):
            _check_count(asked.plain.texts, limits)
            found = plain_answer(asked, asked.plain, evaluate)
            if found is not None:
                return found
            items = asked.plain.requests()
            body: Mapping[str, object] = {"context": asked.plain.context}
        else:
            sent, body = decoded(EvaluationsRequest, asked.body), asked.body
            items, options = sent.evaluations or [], types.with_defaults(sent.options)
            last = LAST.get(sent.options.evaluations_semantic) if sent.options else None
            _check_count(items, limits)
        batch = _Batch(asked.client, body, items, last)
        results = batch.results(evaluate) if items else [batch.single(evaluate)]
        bodies = _bodies(results, context, options, asked.client)
        answers = (one for one in results if isinstance(one, Answer))
        first = next(answers, None)
        return Answered(
            body=b'{"evaluations":[' + b",".join(bodies) + b"]}" if items else bodies[0],
            policy_revision=first.policy_revision if first else "",
            data_revision=first.data_revision if first else None,
            outcomes=[outcome_of(one.decision) for one in results],
            caller=batch.caller,
            accounts=batch.accounts,
        )

    return Endpoint(answer, scope=access.BATCH, kind="evaluations", plain=batch_of)


def _check_count(items: Sequence[object], limits: Limits) -> None:
    if len(items) > limits.batch_items:
        raise RequestError(
            f"`evaluations` holds {len(items):,} items: send at most "
            f"{limits.batch_items:,} in one request",
            where="evaluations",
        )


class _Batch:
    """The questions of one request, and who asks them."""

    def __init__(
        self,
        client: ApiClient,
        body: Mapping[str, object],
        items: Sequence[object],
        last: bool | None,
    ):
        self._client = client
        self._body = body
        self._items = _read(items)
        self._last = last
        #: E-mail by which a question names somebody -> the opaque id.
        self.accounts: dict[str, str] = {}

    def single(self, evaluate: Evaluate) -> Answer:
        """The answer where there are no items. Raises: RequestError."""
        question = decoded(types.EvaluationRequest, self._body).question
        answer = evaluate(question, self.caller)
        self.accounts.update(accounts_of(question, answer))
        return answer

    def results(self, evaluate: Evaluate) -> list[Answer | _Failure]:
        """What each item gets, in order, up to the last one that the semantic asks for.

        All of them rest on the same facts and policies. Raises: Unavailable.
        """
        for _ in range(ATTEMPTS):
            results = self._attempt(evaluate)
            if results is not None:
                return results
        raise Unavailable("the facts keep changing while the batch is answered: ask again")

    def _attempt(self, evaluate: Evaluate) -> list[Answer | _Failure] | None:
        """None when the facts or the policies changed meanwhile."""
        results: list[Answer | _Failure] = []
        first: Answer | None = None
        for item in self._items:
            try:
                question, caller = self._question(item)
            except RequestError as exc:
                results.append(_Failure(str(exc)))
                if self._last is False:
                    break
                continue
            answer = evaluate(question, caller)
            first = first or answer
            if (
                answer.data_revision != first.data_revision
                or answer.policies is not first.policies
            ):
                return None
            results.append(answer)
            accounts = accounts_of(question, answer)
            if accounts:
                self.accounts.update(accounts)
            if answer.decision.allowed is self._last:
                break
        return results

    def _question(self, item: Item) -> tuple[Request, Caller]:
        """Raises: RequestError."""
        if isinstance(item, Request):
            return item, access.caller(self._client, item.context)
        if isinstance(item, RequestError):
            raise item
        context, caller = item.context, self.caller
        if context is None:
            context = self._context
        else:
            caller = access.caller(self._client, context)
        subject, action, resource = item.subject, item.action, item.resource
        question = Request(
            self._subject if subject is None else types.entity(subject),
            self._action if action is None else types.action(action),
            self._resource if resource is None else types.entity(resource),
            context,
        )
        return question, caller

    @cached_property
    def caller(self) -> Caller:
        """For whom the questions are answered that have no context of their own."""
        sent = self._body.get("context")
        return access.caller(self._client, sent if isinstance(sent, Mapping) else {})

    @cached_property
    def _subject(self) -> Entity:
        return types.entity(decoded(types.Subject, self._default("subject"), "subject"))

    @cached_property
    def _action(self) -> Action:
        return types.action(decoded(types.Action, self._default("action"), "action"))

    @cached_property
    def _resource(self) -> Entity:
        return types.entity(decoded(types.Resource, self._default("resource"), "resource"))

    @cached_property
    def _context(self) -> types.Members:
        sent = self._body.get("context")
        return {} if sent is None else decoded(types.Members, sent, "context")

    def _default(self, name: str) -> object:
        """Raises: RequestError where the top level has none."""
        default = self._body.get(name)
        if default is None:
            raise RequestError(f"`{name}` is missing, in the item and at the top level")
        return default


def _read(items: Sequence[object]) -> Sequence[Item]:
    """Each item, or what is wrong with it."""
    if items and isinstance(items[0], Request):
        return cast(Sequence[Item], items)
    try:
        return decoded(list[EvaluationItem], items)
    except RequestError:
        return [_item(index, sent) for index, sent in enumerate(items)]


def _item(index: int, sent: object) -> EvaluationItem | RequestError:
    try:
        return decoded(EvaluationItem, sent, f"evaluations[{index}]")
    except RequestError as exc:
        return exc


def _bodies(
    results: Sequence[Answer | _Failure],
    context: Context,
    options: Options,
    client: ApiClient,
) -> list[bytes]:
    bodies = []
    for one in results:
        if isinstance(one, _Failure):
            bodies.append(one.body)
        elif options.explain:
            said = context(one, options, client)
            bodies.append(body_of(one.decision.allowed, said))
        else:
            bodies.append(ALLOWED if one.decision.allowed else DENIED)
    return bodies
