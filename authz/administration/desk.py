"""The desk: one person at work, whose every step is decided by the policies.

What is decided and what is written belong to one moment: inside `deciding` nobody else
writes, so a right that a change rests on cannot go away before the change is made. A
refusal is written down after that, as nothing else of the transaction is kept.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from authz.accounts.passwords import Hasher
from authz.administration.person import Person
from authz.composition import Parts
from authz.decisions.explain import reasons
from authz.decisions.pdp import PDP, Answer
from authz.decisions.ports import Clock
from authz.decisions.search import Filter
from authz.engine.policyset import PolicySet
from authz.errors import Forbidden, NotFound
from authz.model import Action, Caller, Entity, Reason, Request
from authz.storage import refusals
from authz.storage.database import Database
from authz.storage.events import Actor
from authz.storage.facts_inside import FactsInside

#: The type of those who act.
PERSON = "user"


class Refused(Forbidden):
    """The policies said deny; the message is the sentence for the person."""

    def __init__(
        self,
        sentence: str,
        *,
        action: str,
        about: tuple[str, str],
        reason: str,
        policies: tuple[str, ...] = (),
    ):
        super().__init__(sentence)
        self.action = action
        #: Type and id of what it was asked of.
        self.about = about
        #: One of `model.Reason`; what it may not tell apart is `no_permit`.
        self.reason = reason
        #: Ids of the policies that refused it, as far as the person may know them.
        self.policies = policies


@dataclass(frozen=True, slots=True)
class Desk:
    """A person, and all that is needed to decide and to write."""

    database: Database
    parts: Parts
    clock: Clock
    hasher: Hasher
    person: Person
    #: Whether this is one of many changes that are kept together.
    is_inside: bool = False

    @property
    def tenant(self) -> str:
        """Slug of the person's company: nothing outside it exists here."""
        return self.person.tenant

    @property
    def pdp(self) -> PDP:
        """Who decides."""
        return self.parts.pdp

    @property
    def policies(self) -> PolicySet:
        """The policies that are active now."""
        return self.pdp.snapshot(self.tenant).policies

    @property
    def actor(self) -> Actor:
        """The person as the log names them."""
        who = self.person
        return Actor(
            PERSON,
            who.account,
            who.email,
            who.through or who.channel,
            who.address,
            who.request_id,
        )

    @property
    def caller(self) -> Caller:
        """What is known of each question before it is asked."""
        return Caller(self.tenant, self.person.channel, self.person.session)

    @property
    def subject(self) -> Entity:
        """The person as the one who asks."""
        return Entity(PERSON, self.person.account)

    def answer(self, action: str, type: str, id: str, **properties: object) -> Answer:
        """The decision with what it was made from."""
        asked = Request(self.subject, Action(action, properties), Entity(type, id))
        return self.pdp.evaluate(asked, self.caller)

    def may(self, action: str, type: str, id: str, **properties: object) -> bool:
        """Whether the person may do it; properties are those of the action."""
        return self.answer(action, type, id, **properties).decision.allowed

    def require(self, action: str, type: str, id: str, **properties: object) -> Actor:
        """The person as storage writes down who did it, with the revision of the decision.

        Raises: Refused, after an event about it; NotFound for what is not there, where the
        person may see all there is.
        """
        answer = self.answer(action, type, id, **properties)
        if answer.decision.allowed:
            return replace(self.actor, decided_at=answer.data_revision)
        refused = self._refused(answer, action, (type, id))
        if not self.database.db.in_transaction():
            self._record(refused)
        if answer.decision.reason is Reason.UNKNOWN and self._sees_all(action, type):
            raise NotFound(f"no {type} `{id}`") from refused
        raise refused

    def refusal(
        self, action: str, type: str, id: str, **properties: object
    ) -> Refused | None:
        """What `require` would refuse it with, for a question of no consequence."""
        answer = self.answer(action, type, id, **properties)
        if answer.decision.allowed:
            return None
        return self._refused(answer, action, (type, id))

    @contextmanager
    def deciding(self) -> Iterator[None]:
        """What is required and written inside is of one moment, kept whole or not at all.

        Raises: what `require` does, and what the writing does.
        """
        try:
            with self.database.transaction():
                yield
        except Refused as refused:
            self._record(refused)
            raise
        except NotFound as missing:
            if isinstance(missing.__cause__, Refused):
                self._record(missing.__cause__)
            raise

    @contextmanager
    def together(self) -> Iterator["Desk"]:
        """A desk for many changes that are kept together or not at all.

        At it each is decided by what those before it have changed. What is refused there
        is not written down: whoever calls tells of it.
        """
        policies, facts = self.policies, FactsInside(self.database)
        pdp = PDP(lambda: policies, facts, self.clock)
        with self.database.transaction():
            yield replace(self, parts=replace(self.parts, pdp=pdp), is_inside=True)

    def filter(self, action: str, type: str, **properties: object) -> Filter:
        """The test that things of a type pass on which the person may do the action."""
        asked = Action(action, properties)
        return self.parts.searches.filter(self.subject, asked, type, self.caller)

    def _refused(self, answer: Answer, action: str, about: tuple[str, str]) -> Refused:
        said = reasons(answer, language=self.person.language, for_admin=False)
        return Refused(
            said["reason_user"],
            action=action,
            about=about,
            reason=said["reason"],
            policies=tuple(said["determining_policies"]),
        )

    def _sees_all(self, action: str, type: str) -> bool:
        """Whether it tells the person nothing that a thing of a type is not there."""
        of_tenant = self.policies.schema.types["tenant"].actions
        same = [action] if action.startswith(f"{type}:") else []
        asked = next(
            (one for one in (f"{type}:read", *same, f"{type}:list") if one in of_tenant),
            None,
        )
        return asked is not None and self.may(asked, "tenant", self.tenant)

    def _record(self, refused: Refused) -> None:
        if self.is_inside:
            return
        refusals.note(
            self.database,
            self.tenant,
            actor=self.actor,
            action=refused.action,
            about=refused.about,
            reason=refused.reason,
            policies=refused.policies,
        )
