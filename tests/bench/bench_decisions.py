"""What one decision costs, step by step, as ratios taken in this one run.

Run by `make bench`. The unit of the ratios is `json.loads` of the same body, so that
figures of different machines can be compared.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path

from msgspec.structs import replace

from authz import config
from authz.accounts.passwords import Hasher
from authz.decisions.pdp import PDP
from authz.model import Caller
from authz.samples import sample_tenants
from authz.storage.database import open_database
from authz.storage.facts import StoredFacts
from authz.storage.seed import seed
from tests.shipped import shipped
from webapp.decision_api import strictjson, types
from webapp.decision_api.messages import HttpRequest
from webapp.serve import build_app

ROOT = Path(__file__).parents[2]
ROUNDS = 9
SECONDS = 0.2
QUESTIONS = {
    "role": ("finance@pwani.example", "transaction:read", "tenant:pwani"),
    "cluster": ("field.mafia@pwani.example", "customer:read", "customer:cust-1"),
    "forbidden": (
        "ops.admin@pwani.example",
        "user:delete",
        "user:second.admin@pwani.example",
    ),
}
_NUMBERS = count()


def median_us(run: Callable[[], object]) -> float:
    """Microseconds of one call: the median of several rounds."""
    run()
    found = []
    for _ in range(ROUNDS):
        calls, started = 0, time.perf_counter()
        while time.perf_counter() - started < SECONDS:
            run()
            calls += 1
        found.append((time.perf_counter() - started) / calls * 1e6)
    return statistics.median(found)


def body(email: str, action: str, resource: str) -> bytes:
    """The request of one question."""
    kind, _, name = resource.partition(":")
    return json.dumps(
        {
            "subject": {"type": "user", "id": email},
            "action": {"name": action},
            "resource": {"type": kind, "id": name},
            "context": {"channel": "web"},
        }
    ).encode()


def cases(folder: Path) -> Mapping[str, Callable[[], object]]:
    """Name -> what is timed, over the sample tenants."""
    settings = config.load(ROOT / "config.yaml", {}, {"store.path": folder / "bench.db"})
    policies = shipped()
    with sample_tenants() as source:
        made = seed(
            settings.store.path, policies.schema, source, clock=time.time, hasher=Hasher()
        )
    key = next(t.api_key for t in made.tenants if t.slug == "pwani")
    facts = StoredFacts(open_database(settings.store.path, time.time), time.time)
    pdp = PDP(lambda: policies, facts, time.time)
    api = build_app(settings)
    headers = {
        "host": "127.0.0.1",
        "authorization": f"Bearer {key}",
        "content-type": "application/json",
    }
    found: dict[str, Callable[[], object]] = {}
    first = body(*QUESTIONS["role"])
    found["json.loads of the body"] = lambda: json.loads(first)
    found["strict JSON"] = lambda: strictjson.parse(first)
    found["freshness check"] = lambda: facts.revision("pwani")
    for name, question in QUESTIONS.items():
        sent = body(*question)
        request = types.decoded(types.EvaluationRequest, strictjson.parse(sent)).question
        caller = Caller("pwani", "web")
        http = HttpRequest("POST", "/access/v1/evaluation", headers, sent)
        found[f"decision, {name}"] = lambda r=request, c=caller: pdp.evaluate(r, c)
        found[f"request asked before, {name}"] = lambda h=http: api.respond(h)
        found[f"request never asked, {name}"] = lambda h=http: api.respond(_anew(h))
    for name, wrong in (
        ("known id", key[:-1] + ("0" if key[-1] != "0" else "1")),
        ("unknown id", "gh_" + "0" * 16 + key[19:]),
        ("no key", ""),
    ):
        named = headers | {"authorization": f"Bearer {wrong}"}
        refused = HttpRequest("POST", "/access/v1/evaluation", named, first)
        assert api.respond(refused).status == 401
        found[f"refusal with 401, {name}"] = lambda h=refused: api.respond(h)
    return found


def _anew(request: HttpRequest) -> HttpRequest:
    """The same question in bytes that were not sent before."""
    number = format(next(_NUMBERS), "b").replace("0", " ").replace("1", "\t")
    return replace(request, body=request.body + number.encode())


def main() -> None:
    """One line a case."""
    with tempfile.TemporaryDirectory() as folder:
        timed = cases(Path(folder))
        unit = median_us(timed["json.loads of the body"])
        for name, run in timed.items():
            cost = median_us(run)
            sys.stdout.write(
                f"{name:36} {cost:10.1f} us {cost / unit:10.1f} x json.loads\n"
            )


if __name__ == "__main__":
    main()
