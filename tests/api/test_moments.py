"""When is it now? By what a request that waits is answered, and what the log says of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from authz.accounts.keys import digest
from authz.decision_log import Record
from authz.decisions.snapshot import Snapshot
from authz.errors import Unavailable
from authz.model import Caller
from authz.storage.clients import ApiClient
from webapp.decision_api.access import CHECK, Callers
from webapp.decision_api.app import DecisionApi
from webapp.decision_api.endpoint import READ_METHODS, Answered, Asked, Endpoint, Limits
from webapp.decision_api.messages import HttpRequest
from webapp.decision_api.metrics import NoMetrics

BEGAN, WAITED, TOOK = 1_800_000_000.0, 60.0, 5.0
ID, SECRET = "a" * 16, "b" * 64


@dataclass
class World:
    """An API that lets a request wait, and then takes its time to answer."""

    now: float = BEGAN
    ends: float | None = None
    records: list[Record] = field(default_factory=list)
    required: bool = False

    def write(self, records: Sequence[Record]) -> bool:
        self.records += records
        return True

    @contextmanager
    def moment(self) -> Iterator[None]:
        self.now += WAITED
        yield

    def answer(self, asked: Asked) -> Answered:
        self.now += TOOK
        return Answered(b"{}", caller=Caller("acme"))

    def find(self, id: str) -> ApiClient:
        scopes = frozenset({CHECK})
        return ApiClient("acme", id, "app", digest(SECRET), scopes, None, self.ends, None)

    def basis(self, tenant: str) -> Snapshot:
        raise Unavailable("nobody has looked")

    def ask(self, path: str) -> int:
        """The status of the answer."""
        api = DecisionApi(
            endpoints={
                "/quick": Endpoint(self.answer, READ_METHODS, scope=CHECK, kind="quick"),
                "/slow": Endpoint(self.answer, READ_METHODS, CHECK, True, kind="slow"),
            },
            callers=Callers(self.find, lambda tenant: 1, lambda: self.now),
            moment=self.moment,
            basis=self.basis,
            limits=Limits(body_bytes=0, nesting=4, hosts=frozenset({"here"})),
            new_request_id=lambda: "made",
            log=self,
            counts=NoMetrics(),
            clock=lambda: self.now,
            timer=lambda: 0.0,
        )
        headers = {"host": "here", "authorization": f"Bearer gh_{ID}_{SECRET}"}
        return api.respond(HttpRequest("GET", path, headers)).status


@pytest.mark.parametrize(("path", "waited"), [("/quick", WAITED), ("/slow", 0)])
def test_the_log_says_when_the_answer_was_made(path: str, waited: float):
    world = World()
    assert world.ask(path) == 200
    assert [record.time for record in world.records] == [BEGAN + waited + TOOK]


def test_a_key_that_ends_while_its_request_waits_opens_nothing():
    assert World(ends=BEGAN + WAITED + 1).ask("/quick") == 200
    assert World(ends=BEGAN + WAITED - 1).ask("/quick") == 401
