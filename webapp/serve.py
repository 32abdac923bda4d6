"""The composition root of the server: from a configuration to something that answers.

`build_app` wires one worker's own policy set and store; `serve` starts the workers.
"""

import os
import time
import uuid
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from authz.composition import active_policies, parts
from authz.config import Config, clear_variables
from authz.decisions.active import ActivePolicies
from authz.errors import ConfigError, Unavailable
from authz.storage import clients
from authz.storage.database import Database, identity, open_database
from webapp.decision_api import server, watch, wsgi
from webapp.decision_api.access import Callers
from webapp.decision_api.app import DecisionApi, Limits
from webapp.decision_api.readiness import Readiness, readiness

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def serve(config: Config) -> None:
    """Serves the decision API until it is told to stop.

    Raises: PolicyError, ConfigError or Unavailable before anything listens.
    """
    # WHY: a worker that cannot start would only be started again; here it is one plain
    # error.
    check_address(config)
    active_policies(config)
    file = identity(config.store.path)
    _open_store(config).close()
    decisions = config.server.decisions
    server.run(
        partial(load_worker, config, file),
        host=decisions.host,
        port=decisions.port,
        workers=decisions.workers or os.cpu_count() or 1,
    )


def check_address(config: Config) -> None:
    """Raises: ConfigError when the configured port cannot be taken."""
    server.check_free(config.server.decisions.host, config.server.decisions.port)


def load_worker(config: Config, file: tuple[int, int]) -> "WSGIApplication":
    """What one worker process serves, over the database file that the server began with.

    It never fails: a worker that takes the place of another one stays up beside broken
    policies or a strange file, makes no decision, and says why.
    """
    clear_variables([*wsgi.HEADERS, "CONTENT_LENGTH"])
    seen = watch.listing(config.policy.dir)
    policies = active_policies(config, required=False)
    if config.policy.watch:
        watch.start(config.policy.dir, seen, policies.reload)
    try:
        api = build_app(config, policies, file)
    except (ConfigError, Unavailable) as exc:
        api = _closed(config, str(exc))
    return wsgi.application(api.respond, body_limit_bytes=api.limits.body_bytes)


def build_app(
    config: Config,
    policies: ActivePolicies | None = None,
    file: tuple[int, int] | None = None,
) -> DecisionApi:
    """The decision API over the configured policies and facts.

    `file` is the database file that it must be, by device and inode. Raises: PolicyError,
    ConfigError, Unavailable.
    """
    policies = policies or active_policies(config)
    if file is not None and identity(config.store.path) != file:
        raise Unavailable(f"the database file `{config.store.path}` was replaced")
    database = _open_store(config)
    made = parts(policies, database, time.time, config.engine.sample_reference)
    return DecisionApi(
        evaluate=made.pdp.evaluate,
        callers=Callers(partial(clients.find, database), made.facts.revision, time.time),
        readiness=partial(readiness, policies.health, made.facts.check),
        provenance=made.provenance,
        limits=_limits(config),
        new_request_id=_new_request_id,
    )


def _closed(config: Config, reason: str) -> DecisionApi:
    """An API that answers only why it does not decide."""

    def refuse(*_asked: object) -> NoReturn:
        raise Unavailable(reason)

    return DecisionApi(
        evaluate=refuse,
        callers=Callers(refuse, refuse, time.time),
        readiness=lambda: Readiness("not_ready", "", reason),
        provenance=refuse,
        limits=_limits(config),
        new_request_id=_new_request_id,
    )


def _limits(config: Config) -> Limits:
    return Limits(
        body_bytes=config.server.limits.body_kib * 1024,
        nesting=config.server.limits.nesting,
        hosts=frozenset(host.lower() for host in config.server.allowed_hosts),
    )


def _new_request_id() -> str:
    return str(uuid.uuid4())


def _open_store(config: Config) -> Database:
    return open_database(config.store.path, time.time)
