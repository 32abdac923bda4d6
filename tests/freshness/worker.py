"""One worker process: it asks and it changes, as the lines on its standard input say.

Run as `python -m tests.freshness.worker DATABASE`. Each line is one word; each gets one
line of JSON back.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from authz.decisions.pdp import PDP
from authz.errors import AuthzError
from authz.model import Action, Caller, Entity, Request
from authz.storage import access, people, resources
from authz.storage.database import open_database
from authz.storage.events import SERVICE
from authz.storage.facts import StoredFacts
from tests.shipped import shipped

POLICIES = Path(__file__).parents[2] / "policies"
TENANT = "pwani"
WHO = "finance@pwani.example"
ROLE = "financial-manager"
#: What only that role lets the person do.
REQUEST = Request(Entity("user", WHO), Action("transaction:read"), Entity("tenant", TENANT))
#: Bound to one cluster, while the customer is always in the other.
FIELD_WORKER = "field.mafia@pwani.example"
CUSTOMER = "cust-3"
CLUSTERS = ("mafia", "pemba")
FAR_REQUEST = Request(
    Entity("user", FIELD_WORKER), Action("customer:read"), Entity("customer", CUSTOMER)
)


def main() -> None:
    """Answers until its input ends."""
    orders = _orders(Path(sys.argv[1]))
    for line in sys.stdin:
        try:
            said: object = orders[line.strip()]()
        except AuthzError as exc:
            said = type(exc).__name__
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


def _orders(path: Path) -> dict[str, Callable[[], object]]:
    policies = shipped()
    database = open_database(path, time.time)
    facts = StoredFacts(database, time.time)
    pdp = PDP(lambda: policies, facts, time.time)

    def revoke() -> None:
        access.revoke_role(database, TENANT, WHO, ROLE, actor=SERVICE)

    def grant() -> None:
        access.grant_role(database, TENANT, WHO, ROLE, actor=SERVICE)

    def ask() -> bool:
        return pdp.evaluate(REQUEST, Caller(TENANT, "web")).decision.allowed

    def swap() -> None:
        with database.transaction():
            bound = people.find_account(database, TENANT, FIELD_WORKER).bindings["cluster"]
            other = CLUSTERS[CLUSTERS.index(bound[0]) - 1]
            kept = {"cluster": [other]}
            access.set_access(database, TENANT, FIELD_WORKER, actor=SERVICE, bindings=kept)
            moved = {"cluster": bound[0]}
            resources.put(
                database,
                policies.schema,
                TENANT,
                "customer",
                CUSTOMER,
                moved,
                actor=SERVICE,
            )

    def ask_far() -> bool:
        return pdp.evaluate(FAR_REQUEST, Caller(TENANT, "web")).decision.allowed

    return {"revoke": revoke, "grant": grant, "ask": ask, "swap": swap, "ask_far": ask_far}


if __name__ == "__main__":
    main()
