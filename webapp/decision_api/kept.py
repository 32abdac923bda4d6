"""Answers that are given again: to the same client for the same bytes, while nothing that
they rest on has changed.

The key is the whole text of the question, byte for byte, so no two questions ever share an
answer. What an answer rests on is its basis: the policies, and the facts of the tenant at
one revision. Another basis has answers of its own, and those of the one before are gone.
Nothing is kept that depends on the time or on a session.
"""

import threading
from typing import Any

from authz.decisions.snapshot import Snapshot

#: Answers that one worker keeps; one more, and all are made anew. WHY no more: they all go
#: when a fact changes, and the next request waits for that.
KEPT_MAX = 25_000
#: Longer questions are not kept.
QUESTION_BYTES = 1_024


#: The text of a question of a batch, alone or behind those of what it has from the top.
Text = bytes | tuple[bytes, ...]


class Answers:
    """The answers to one client by one endpoint, as long as their basis is the present
    one.
    """

    __slots__ = ("_all", "basis", "made", "told")

    def __init__(self, all: "KeptAnswers", basis: Snapshot):
        self._all = all
        #: None once another one took its place.
        self.basis: Snapshot | None = basis
        #: A whole body -> what was made of the answer.
        self.made: dict[bytes, Any] = {}
        #: A question of a batch -> what was told.
        self.told: dict[Text, Any] = {}

    def __len__(self) -> int:
        return len(self.made) + len(self.told)

    def clear(self) -> None:
        """Forgets all of them."""
        self.made.clear()
        self.told.clear()

    def keep_made(self, body: bytes, made: object) -> None:
        """Remembers what was made of the answer to that body, if it is not too long."""
        if len(body) <= QUESTION_BYTES:
            self._all.keep(self, self.made, body, made)

    def keep_told(self, question: Text, told: object) -> None:
        """Remembers what was told to that question of a batch, if it is not too long."""
        size = len(question) if isinstance(question, bytes) else sum(map(len, question))
        if size <= QUESTION_BYTES:
            self._all.keep(self, self.told, question, told)


class KeptAnswers:
    """All that one worker keeps; threads may share it."""

    def __init__(self) -> None:
        #: Tenant -> client and kind of endpoint -> answers, all on the same basis.
        self._answers: dict[str, dict[tuple[str, str], Answers]] = {}
        self._turn = threading.Lock()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def on(self, basis: Snapshot, client: str, kind: str) -> Answers:
        """The answers to that client by that kind of endpoint, on that basis."""
        with self._turn:
            of_tenant = self._answers.setdefault(basis.tenant, {})
            found = of_tenant.get((client, kind))
            if found is not None and found.basis is basis:
                return found
            if any(one.basis is not basis for one in of_tenant.values()):
                # WHY all: what is left of the basis before would be kept alive by clients
                # that do not ask any more.
                self._drop(of_tenant)
            found = of_tenant[client, kind] = Answers(self, basis)
            return found

    def keep(self, answers: Answers, among: dict[Any, Any], key: Text, one: object) -> None:
        """Remembers that among those answers, unless they have had their time."""
        with self._turn:
            if answers.basis is None:
                return
            if self._count >= KEPT_MAX:
                for of_tenant in self._answers.values():
                    for others in of_tenant.values():
                        others.clear()
                self._count = 0
            self._count += key not in among
            among[key] = one

    def _drop(self, of_tenant: dict[tuple[str, str], Answers]) -> None:
        for answers in of_tenant.values():
            # WHY: whoever still has them must neither use them nor keep them alive.
            answers.basis = None
            self._count -= len(answers)
            answers.clear()
        of_tenant.clear()
