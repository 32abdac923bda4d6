"""`POST /access/v1/evaluation`: may this subject do this action on this resource?

Source: AuthZEN 1.0, section 6.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from authz.decisions import explain, full
from authz.decisions.pdp import Answer
from authz.decisions.ports import Provenance
from authz.decisions.snapshot import Snapshot
from authz.model import Caller, Request
from authz.storage.clients import ApiClient
from webapp.decision_api import access
from webapp.decision_api.endpoint import NO_ACCOUNTS, Answered, Asked, Endpoint
from webapp.decision_api.outcome import ALLOWED, DENIED, outcome_of
from webapp.decision_api.plain import question_of
from webapp.decision_api.types import FULL, EvaluationRequest, Options, decoded, options_of

NO_OPTIONS = Options()


class Evaluate(Protocol):
    """What answers a question."""

    def __call__(
        self, question: Request, caller: Caller, on: Snapshot | None = None
    ) -> Answer:
        """`on`: what decisions rest on in this moment, where that is known already.

        Raises: Unavailable, NotFound.
        """
        ...


#: What is told besides the decision; None: nothing.
Context = Callable[[Answer, Options, ApiClient], Mapping[str, Any] | None]


def endpoint(evaluate: Evaluate, context: Context) -> Endpoint:
    """The endpoint."""

    def answer(asked: Asked) -> Answered:
        assert asked.client is not None
        question, options = asked.plain, NO_OPTIONS
        if question is None:
            question = decoded(EvaluationRequest, asked.body).question
            options = options_of(asked.body)
        caller = access.caller(asked.client, question.context)
        on = None if asked.answers is None else asked.answers.basis
        found = evaluate(question, caller, on)
        said = context(found, options, asked.client) if options.explain else None
        return Answered(
            body=body_of(found.decision.allowed, said),
            policy_revision=found.policy_revision,
            data_revision=found.data_revision,
            outcomes=(outcome_of(found.decision),),
            caller=caller,
            accounts=accounts_of(question, found),
            # WHY a plain one alone: what else it asks for may depend on more.
            basis=None if asked.plain is None else found.basis,
        )

    return Endpoint(answer, scope=access.CHECK, kind="evaluation", plain=question_of)


def accounts_of(question: Request, answer: Answer) -> Mapping[str, str]:
    """E-mail by which the question names somebody -> the opaque id."""
    if answer.inputs is None:
        return NO_ACCOUNTS
    subject, resource = answer.inputs.ids
    asked = question.subject.id, question.resource.id
    if (subject, resource) == asked:
        return NO_ACCOUNTS
    found = zip(asked, (subject, resource), strict=True)
    return {name: id for name, id in found if name != id}


def contexts(provenance: Provenance) -> Context:
    """What is told where a caller asked for an explanation."""

    def context(
        answer: Answer, options: Options, client: ApiClient
    ) -> Mapping[str, Any] | None:
        if not options.explain:
            return None
        language, for_admin = options.language, access.EXPLAIN in client.scopes
        if options.explain == FULL:
            return full.full(answer, provenance, language=language, for_admin=for_admin)
        return explain.reasons(answer, language=language, for_admin=for_admin)

    return context


def body_of(allowed: bool, context: Mapping[str, Any] | None) -> bytes:
    """A decision as it is sent."""
    if context is None:
        return ALLOWED if allowed else DENIED
    return json.dumps({"decision": allowed, "context": context}).encode()
