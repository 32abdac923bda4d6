"""The PDP of a program: all questions, for one tenant.

The calling program is trusted as an API key with the scopes `channel:assert` and
`session:assert` is: it says in the context of each call through which channel and in which
session the subject acts.
"""

from types import TracebackType
from typing import Any, Self

from authz.accounts.keys import CHANNELS
from authz.composition import Parts
from authz.decisions.active import ActivePolicies
from authz.decisions.full import full
from authz.decisions.pdp import Answer
from authz.decisions.search import PAGE, Filter, Page
from authz.engine.catalogue import FALLBACK_LANGUAGE
from authz.errors import PolicyError
from authz.library.asked import Members, any_of, paging, plain, request_of
from authz.model import Caller, Decision, Request
from authz.storage.database import Database


class PDP:
    """Answers for one tenant, by the policies and facts as they are at each call.

    A subject or resource is `{"type": ..., "id": ..., "properties": {...}}`, an action
    `{"name": ..., "properties": {...}}`, a context a dict; properties and context may be
    left out. What a caller may say of a subject or resource, and what only the database
    says, is declared in the schema of the policies. `context["channel"]` is `web`,
    `android` or `api` (anything else is unknown, and so not the web), `context["session"]`
    the id of a session. Many threads may ask at a time.

    Raises, from every question: RequestError with the member at fault, `Unavailable` when
    the facts cannot be reached or trusted. There is no answer then: treat it as deny.
    Source: AuthZEN Authorization API 1.0, sections 5 and 6.
    """

    def __init__(
        self, tenant: str, made: Parts, policies: ActivePolicies, database: Database
    ):
        #: Slug of the tenant whose facts count.
        self.tenant = tenant
        self._made = made
        self._snapshot = made.pdp.snapshot
        self._wants_sample = made.pdp.wants_sample
        self._policies = policies
        self._database = database

    def evaluate(self, request: Request | Members) -> Decision:
        """The decision with its reason and determining policies.

        request: a `Request`, or its members `subject`, `action`, `resource`, `context`.
        """
        return self._answer(request).decision

    def is_allowed(
        self,
        subject: Members,
        action: Members,
        resource: Members,
        context: Members | None = None,
    ) -> bool:
        """Whether the decision is allow: the same answer as that of `evaluate`, quicker.

        A question without properties about a subject and a resource that were asked about
        before costs microseconds; the facts are as fresh as in `evaluate`.
        """
        known = self._snapshot(self.tenant).quick(subject, action, resource, context)
        if known is not None and not self._wants_sample():
            return known
        asked = self._asked(subject, action, resource, context)
        sample = None if known is None else True
        return self._answer(asked, sample=sample).decision.allowed

    def explain(
        self,
        request: Request | Members,
        *,
        language: str = FALLBACK_LANGUAGE,
        for_admin: bool = True,
    ) -> dict[str, Any]:
        """Why the decision is what it is, in words and as data.

        for_admin: with the conditions met and unmet, the values seen and the smallest
        change that would allow; without it only what the person concerned may be told.
        language: of the sentence for that person, as `fr`.
        Shape: the `context` of an answer with `options.explain` of `full`.
        """
        return full(
            self._answer(request),
            self._made.provenance,
            language=plain("language", language),
            for_admin=for_admin,
        )

    def search_subjects(
        self,
        subject_type: str,
        action: Members,
        resource: Members,
        context: Members | None = None,
        *,
        after: str = "",
        limit: int = PAGE,
    ) -> Page:
        """The stored subjects of a type that may do the action on the resource.

        limit: ids on a page, from 1 to 1,000; `after` the `next` of the page before.
        Order: by id. Source: AuthZEN 1.0, section 8.4.
        """
        asked = self._asked(any_of(subject_type), action, resource, context)
        return self._made.searches.subjects(
            asked.subject.type,
            asked.action,
            asked.resource,
            self._caller(asked),
            context=asked.context,
            **paging(after, limit),
        )

    def search_resources(
        self,
        subject: Members,
        action: Members,
        resource_type: str,
        context: Members | None = None,
        *,
        after: str = "",
        limit: int = PAGE,
    ) -> Page:
        """The stored resources of a type on which the subject may do the action.

        Pages and order: as `search_subjects`. Source: AuthZEN 1.0, section 8.5.
        """
        asked = self._asked(subject, action, any_of(resource_type), context)
        return self._made.searches.resources(
            asked.subject,
            asked.action,
            asked.resource.type,
            self._caller(asked),
            context=asked.context,
            **paging(after, limit),
        )

    def search_actions(
        self,
        subject: Members,
        resource: Members,
        context: Members | None = None,
        *,
        after: str = "",
        limit: int = PAGE,
    ) -> Page:
        """Names of the actions that the subject may do on the resource.

        Pages and order: as `search_subjects`. Source: AuthZEN 1.0, section 8.6.
        """
        asked = self._asked(subject, {"name": ""}, resource, context)
        return self._made.searches.actions(
            asked.subject,
            asked.resource,
            self._caller(asked),
            context=asked.context,
            **paging(after, limit),
        )

    def filter(
        self,
        subject: Members,
        action: Members,
        resource_type: str,
        context: Members | None = None,
    ) -> Filter:
        """The test that things of a type pass on which the subject may do the action.

        `authz.storage.sql.expression(found.tree, found.kind, columns)` makes it a condition
        of a query of yours. Raises: NotFound for an unknown type.
        """
        asked = self._asked(subject, action, any_of(resource_type), context)
        return self._made.searches.filter(
            asked.subject,
            asked.action,
            asked.resource.type,
            self._caller(asked),
            context=asked.context,
        )

    def reload(self) -> bool:
        """Whether other policies decide from now on: reads the policy directory again.

        Raises: PolicyError when what is there is refused; the last good set stays in force.
        """
        changed = self._policies.reload()
        health = self._policies.health()
        if not health.ok:
            raise PolicyError(health.message)
        return changed

    def close(self) -> None:
        """Close the database; every later question raises `Unavailable`."""
        self._made.facts.close()
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _answer(self, asked: Request | Members, sample: bool | None = None) -> Answer:
        request = request_of(asked)
        caller = self._caller(request)
        return self._made.pdp.evaluate(request, caller, sample=sample)

    def _asked(
        self, subject: Members, action: Members, resource: Members, context: Members | None
    ) -> Request:
        members = {"subject": subject, "action": action, "resource": resource}
        return request_of({**members, "context": context})

    def _caller(self, request: Request) -> Caller:
        """The program, which is believed: a channel that is none of ours is no channel."""
        asserted, session = request.context.get("channel"), request.context.get("session")
        return Caller(
            self.tenant,
            channel=next((known for known in CHANNELS if known == asserted), None),
            session=session if isinstance(session, str) else None,
        )
