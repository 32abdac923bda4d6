"""Questions to the API over the small policy set, and what a replay says of them."""

import json
from dataclasses import dataclass

import msgspec

from authz.assurance.replaying import replay
from authz.decision_log.line import Line
from tests.replaying.recorded import PATHS, Recorded
from tests.replaying.small import policies

OWNER, CLERK = "amina.owner@pwani.example", "finance@pwani.example"


BASE = policies()


@dataclass
class Asked:
    at: Recorded
    read: int = 0

    def ask(self, who, action, about, /, kind="evaluation", key=0, **members):
        type, id = about.split(":")
        body = {
            "subject": {"type": "user", "id": who},
            "action": {"name": action},
            "resource": {"type": type, "id": id},
        }
        if type == "customer":
            body["resource"]["properties"] = {"cluster": "mafia"}
        for name, value in members.items():
            body[name] = body[name] | value if name in body else value
        reply = self.at.doors["pwani"][key].send(
            json.dumps(body).encode(), path=PATHS[kind]
        )
        assert reply.status == 200, reply.body

    def lines(self) -> list[Line]:
        """Those since the last time."""
        found = self.at.lines()
        new, self.read = found[self.read :], len(found)
        return new

    def replayed(self, candidate, base=BASE, lines=None, **more):
        lines = self.lines() if lines is None else lines
        return replay(lines, candidate, base, self.at.database, **more).document()


def reasons(document):
    return {
        (one["why"], one["attribute"], *one["policies"]): one["count"]
        for one in document["not_replayed"]
    }


def flips(document):
    return [
        (one["change"], one["reason"], one["policies"], one["roles"], one["count"])
        for one in document["flips"]
    ]


def with_verdict(line, decision, reason, *ids):
    (verdict,) = line.decisions
    made = msgspec.structs.replace(verdict, decision=decision, reason=reason, policies=ids)
    return msgspec.structs.replace(line, decisions=(made,))
