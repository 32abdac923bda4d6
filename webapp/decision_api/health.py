"""`/healthz` and `/readyz`: whether the process lives, and whether it decides."""

import json
from collections.abc import Callable

from webapp.decision_api.endpoint import READ_METHODS, Answered, Asked, Endpoint, Endpoints
from webapp.decision_api.readiness import Readiness


def endpoints(readiness: Callable[[], Readiness]) -> Endpoints:
    """Both of them; no key is asked for."""

    def alive(_asked: Asked) -> Answered:
        return Answered(json.dumps({"status": "alive"}).encode())

    def ready(_asked: Asked) -> Answered:
        found = readiness()
        body = {"status": found.status, "policy_revision": found.policy_revision}
        if found.reason:
            body["reason"] = found.reason
        return Answered(json.dumps(body).encode(), status=200 if found.is_ready else 503)

    return {
        "/healthz": Endpoint(alive, READ_METHODS),
        "/readyz": Endpoint(ready, READ_METHODS),
    }
