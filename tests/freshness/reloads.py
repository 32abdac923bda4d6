"""Policies that are edited again and again under a server that is asked all the time."""

import json
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from authz.engine.source import read_directory
from tests.api.doors import Client, question

BATCH = "/access/v1/evaluations"
ASKED = question("user:alice", "read", "record:record-1")
BOTH, BOB_ALONE = '["alice", "bob"]', '["bob"]'
PATIENCE_SECONDS = 60


@dataclass
class Seen:
    """What was answered."""

    #: Revision in the header -> how many answers said so.
    answers: dict[str, int] = field(default_factory=dict)
    wrong: list[object] = field(default_factory=list)


def reload_under_load(policies: Path, client: Client, *, rounds: int, askers: int) -> Seen:
    """Swaps two sets so often; Alice is allowed by the first and denied by the second.

    Every second edit is a file renamed over, the others are written in place.
    """
    file = policies / "cert.polar"
    texts = [file.read_text(), file.read_text().replace(BOTH, BOB_ALONE, 1)]
    revisions = []
    for text in (texts[1], texts[0]):
        file.write_text(text)
        revisions.insert(0, read_directory(policies).revision)
    allowed = dict(zip(revisions, (True, False), strict=True))
    seen, stop = Seen(), threading.Event()

    def ask(number: int) -> None:
        while not stop.is_set():
            try:
                revision, decisions = _answered(client, in_batch=bool(number % 2))
            except Exception as exc:  # noqa: BLE001 - what happens to a caller is what is tested
                seen.wrong.append(exc)
                return
            seen.answers[revision] = seen.answers.get(revision, 0) + 1
            if set(decisions) != {allowed.get(revision)}:
                seen.wrong.append((revision, decisions))

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(askers)]
    for thread in threads:
        thread.start()
    try:
        for number in range(1, rounds + 1):
            _edit(file, texts[number % 2], in_place=bool(number % 3))
            _until_answered_by(client, revisions[number % 2])
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    return seen


def _edit(file: Path, text: str, *, in_place: bool) -> None:
    if in_place:
        file.write_text(text)
    else:
        file.with_name(".new").write_text(text)
        file.with_name(".new").replace(file)


def _answered(client: Client, *, in_batch: bool) -> tuple[str, list[bool]]:
    """The revision that an answer says it was made by, and its decisions."""
    asked = {"evaluations": [ASKED] * 20} if in_batch else ASKED
    path = BATCH if in_batch else "/access/v1/evaluation"
    reply = client.send(json.dumps(asked).encode(), path=path)
    assert reply.status == 200, reply.body
    found = reply.json["evaluations"] if in_batch else [reply.json]
    return reply.headers["x-policy-revision"], [each["decision"] for each in found]


def _until_answered_by(client: Client, revision: str) -> None:
    """Waits until a worker decides by that set; another one may still be behind."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while _answered(client, in_batch=False)[0] != revision:
        assert time.monotonic() < ends
        time.sleep(0.02)
