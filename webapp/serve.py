"""The composition root of the server: from a configuration to something that answers.

`build_app` wires one worker's own policy set and store; `serve` starts the workers.
"""

import os
import time
import uuid
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from authz.config import Config
from authz.decisions.active import ActivePolicies
from authz.decisions.pdp import PDP
from authz.engine import policyset
from authz.engine.policyset import PolicySet
from authz.storage import clients
from authz.storage.database import Database, open_database
from authz.storage.facts import StoredFacts
from webapp.decision_api import server, watch, wsgi
from webapp.decision_api.access import Callers
from webapp.decision_api.app import DecisionApi, Limits
from webapp.decision_api.readiness import readiness

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def serve(config: Config) -> None:
    """Serves the decision API until it is told to stop.

    Raises: PolicyError, ConfigError or Unavailable before anything listens.
    """
    # WHY: a worker that cannot start would only be started again; here it is one plain
    # error.
    _load_policies(config)
    _open_store(config).close()
    decisions = config.server.decisions
    server.run(
        partial(load_worker, config),
        host=decisions.host,
        port=decisions.port,
        workers=decisions.workers or os.cpu_count() or 1,
    )


def load_worker(config: Config) -> "WSGIApplication":
    """What one worker process serves."""
    policies = _load_policies(config)
    if config.policy.watch:
        watch.start(config.policy.dir, policies.reload)
    api = build_app(config, policies)
    return wsgi.application(api.respond, body_limit_bytes=api.limits.body_bytes)


def build_app(config: Config, policies: ActivePolicies | None = None) -> DecisionApi:
    """The decision API over the configured policies and facts.

    Raises: PolicyError, ConfigError, Unavailable.
    """
    policies = policies or _load_policies(config)
    database = _open_store(config)
    facts = StoredFacts(database, policies.current().schema, time.time)
    return DecisionApi(
        pdp=PDP(_followed(policies, facts), facts, time.time),
        callers=Callers(partial(clients.find, database), facts.revision, time.time),
        readiness=partial(readiness, policies.health, facts.check),
        limits=Limits(
            body_bytes=config.server.limits.body_kib * 1024,
            nesting=config.server.limits.nesting,
            hosts=frozenset(host.lower() for host in config.server.allowed_hosts),
        ),
        new_request_id=lambda: str(uuid.uuid4()),
    )


def _followed(policies: ActivePolicies, facts: StoredFacts) -> Callable[[], PolicySet]:
    """The set that decides now, once the facts are read by its schema."""
    followed = policies.current().schema

    def current() -> PolicySet:
        nonlocal followed
        active = policies.current()
        if active.schema is not followed:
            facts.use_schema(active.schema)
            followed = active.schema
        return active

    return current


def _load_policies(config: Config) -> ActivePolicies:
    engine = config.engine
    load = partial(
        policyset.load,
        budget_ms=engine.budget_ms,
        cpu_seconds=engine.vet_cpu_seconds,
        memory_mib=engine.vet_memory_mib,
    )
    return ActivePolicies(config.policy.dir, load)


def _open_store(config: Config) -> Database:
    return open_database(config.store.path, time.time)
