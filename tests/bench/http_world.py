"""What the HTTP benchmark asks: the generated world in a folder, its key and its questions,
and whether the answers are right.
"""

import http.client
import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from authz import config
from authz.assurance.bench_by_hand import written_by_hand
from authz.assurance.bench_policies import write_policies
from authz.assurance.bench_store import store
from authz.assurance.bench_world import Question, Shape, World, generated_world
from authz.composition import active_policies, parts
from authz.library import PDP
from authz.storage import clients
from authz.storage.database import migrate, open_database
from authz.storage.events import SERVICE

ROOT = Path(__file__).parents[2]
SINGLE, BATCH = "/access/v1/evaluation", "/access/v1/evaluations"
USERS = 3_000
BODIES = 10_000
BATCH_ITEMS = 100
SAMPLE = 1_000
SCOPES = ("decision:check", "decision:batch", "channel:assert")


@dataclass(frozen=True, slots=True)
class Made:
    """A world in a folder."""

    folder: Path
    world: World
    key: str
    #: All different.
    questions: tuple[Question, ...]

    @property
    def headers(self) -> Mapping[str, str]:
        """Of every request."""
        return {
            "Authorization": f"Bearer {self.key}",
            "Content-Type": "application/json",
        }

    @property
    def settings(self) -> Mapping[str, object]:
        """What differs from the configuration of the checkout."""
        return {
            "policy.dir": self.folder / "policies",
            "store.path": self.folder / "bench.db",
            "decisions.log.dir": self.folder / "decisions",
            # WHY: what the gate costs is not measured here.
            "engine.compare_seconds": 600,
            "server.decisions.workers": 1,
            "server.console.enabled": False,
        }

    @property
    def environ(self) -> Mapping[str, str]:
        """The same for a process."""
        return {
            f"AUTHZ_{name.replace('.', '__').upper()}": (
                str(value).lower() if isinstance(value, bool) else str(value)
            )
            for name, value in self.settings.items()
        }


def made(folder: Path, bodies: int) -> Made:
    """The world, its policies and its database."""
    world = generated_world(Shape(users=USERS, questions=2 * bodies))
    write_policies(world.rules, folder / "policies")
    path = folder / "bench.db"
    migrate(path)
    with closing(open_database(path, time.time)) as database:
        store(world, database)
        _, key = clients.create(database, world.tenant, "bench", SCOPES, actor=SERVICE)
    different = {json.dumps(_asked(question)): question for question in world.questions}
    chosen = tuple(list(different.values())[:bodies])
    assert len(chosen) == bodies
    return Made(folder, world, key.text, chosen)


def singles(questions: Sequence[Question]) -> list[str]:
    """A body for each question."""
    return [json.dumps(_asked(question), separators=(",", ":")) for question in questions]


def said_anew(bodies: Sequence[str], times: int) -> list[str]:
    """The same questions so often in other bytes: a space more where it means nothing."""
    return [
        body.replace('{"subject"', "{" + " " * spaces + '"subject"')
        for spaces in range(1, times + 1)
        for body in bodies
    ]


def batches(questions: Sequence[Question]) -> list[str]:
    """Bodies of `BATCH_ITEMS` questions each."""
    return [
        json.dumps(
            {"evaluations": [_asked(q) for q in questions[n : n + BATCH_ITEMS]]},
            separators=(",", ":"),
        )
        for n in range(0, len(questions), BATCH_ITEMS)
    ]


def wrong(made: Made, port: int) -> list[str]:
    """What the server answers differently: in batches from the function written by hand for
    all questions, and one by one from it and `PDP.is_allowed` for a sample.

    It also fills the caches of the server, so it is asked before anything is timed.
    """
    by_hand, found = written_by_hand(made.world), []
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as peer:

        def ask(path: str, body: str) -> dict:
            peer.request("POST", path, body, dict(made.headers))
            answer = peer.getresponse()
            said = json.loads(answer.read())
            if answer.status != 200:
                raise SystemExit(f"status {answer.status}: {said}")
            return said

        answers = [
            one["decision"]
            for body in batches(made.questions)
            for one in ask(BATCH, body)["evaluations"]
        ]
        for question, answer in zip(made.questions, answers, strict=True):
            if answer is not by_hand(*question):
                found.append(f"batch, by hand: {question}")
        sample = made.questions[:: max(1, len(made.questions) // SAMPLE)]
        is_allowed = _library(made)
        for question, body in zip(sample, singles(sample), strict=True):
            answer = ask(SINGLE, body)["decision"]
            if answer is not by_hand(*question):
                found.append(f"single, by hand: {question}")
            if answer is not is_allowed(*question):
                found.append(f"single, PDP.is_allowed: {question}")
    return found


def _library(made: Made) -> Callable[..., bool]:
    settings = config.load(ROOT / "config.yaml", {}, made.settings)
    policies = active_policies(settings)
    database = open_database(settings.store.path, time.time)
    found = parts(policies, database, time.time)
    return PDP(made.world.tenant, found, policies, database).is_allowed


def _asked(question: Question) -> dict[str, object]:
    subject, action, resource, context = question
    return {"subject": subject, "action": action, "resource": resource, "context": context}
