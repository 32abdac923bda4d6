"""The composition root of the server: from a configuration to something that answers.

`build_app` wires one worker's own policy set and store; `serve` starts the workers.
"""

import os
import secrets
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from itertools import count
from pathlib import Path
from typing import NoReturn

import authz
from authz import logs
from authz.accounts import keyfiles
from authz.composition import active_policies, parts
from authz.decision_log import open_log
from authz.decisions.active import ActivePolicies
from authz.decisions.pdp import Answer
from authz.decisions.search import Searches
from authz.decisions.snapshot import Snapshot
from authz.errors import ConfigError, Unavailable
from authz.model import Caller, Request
from authz.settings import Config
from authz.storage import clients
from authz.storage.database import Database, identity, open_database
from webapp import metrics_server
from webapp.console import process
from webapp.decision_api import (
    evaluation,
    evaluations,
    filtering,
    health,
    metadata,
    openapi,
    policy_state,
    searching,
    server,
    watch,
)
from webapp.decision_api.access import CHECK, SEARCH, Callers
from webapp.decision_api.app import DecisionApi
from webapp.decision_api.endpoint import READ_METHODS, Endpoint, Limits
from webapp.decision_api.metrics import Standing, open_metrics
from webapp.decision_api.page_tokens import PageTokens
from webapp.decision_api.readiness import Readiness, readiness
from webapp.decision_api.standing import Standings
from webapp.decision_api.turns import Patience
from webapp.decision_api.worker import Served


def serve(config: Config) -> None:
    """Serves the decision API, and the console, until it is told to stop.

    Raises: PolicyError, ConfigError or Unavailable before anything listens.
    """
    # WHY: a worker that cannot start would only be started again; here it is one plain
    # error.
    check_address(config)
    active_policies(config, falls_back=True)
    file = identity(config.store.path)
    _open_store(config).close()
    decisions, hosts = config.server.decisions, _limits(config).hosts
    logs.configure()
    with (
        metrics_server.counting(config.server.metrics.listen, hosts) as counts,
        _console(config, file) as hang_up,
    ):
        server.run(
            partial(load_worker, config, file, counts),
            host=decisions.host,
            port=decisions.port,
            workers=decisions.workers or os.cpu_count() or 1,
            patience=_patience(config),
            hang_up=hang_up,
        )


def check_address(config: Config) -> None:
    """Raises: ConfigError when a configured port cannot be taken, or should not."""
    server.check_free(config.server.decisions.host, config.server.decisions.port)
    console = config.server.console
    if not console.enabled:
        return
    if console.is_in_the_clear:
        raise ConfigError(
            f"`server.console.listen` is `{console.listen}`, where others can listen in: "
            "set `server.console.url` to the https address of the proxy in front of it"
        )
    server.check_free(console.host, console.port)


@contextmanager
def _console(config: Config, file: tuple[int, int]) -> Iterator[Callable[[], None]]:
    """The process of the console meanwhile; what has it read its policies again."""
    console = config.server.console
    if not console.enabled:
        yield lambda: None
        return
    listening = server.bound(console.host, console.port)
    load = partial(_load_console, config, file)
    with process.running(load, listening) as keeper:
        yield keeper.hang_up


def _load_console(config: Config, file: tuple[int, int]) -> process.Served:
    """What the process of the console serves."""
    # WHY here: neither the commands nor the workers need what pages are made with.
    from webapp.console.loading import load

    return load(config, file, time.time)


def load_worker(config: Config, file: tuple[int, int], counts: Path | None) -> Served:
    """What one worker process serves, over the database file that the server began with.

    counts: the folder that its metrics are written in; None for no metrics.
    It never fails: a worker that takes the place of another one stays up beside broken
    policies or a strange file, makes no decision, and says why.
    """
    logs.configure()
    seen = watch.listing(config.policy.dir)
    policies = active_policies(
        config, required=False, falls_back=True, keeps=True, clock=time.time
    )
    watching = watch.start(
        config.policy.dir, seen, policies.reload, sees_edits=config.policy.watch
    )
    try:
        api = build_app(config, policies, file, counts)
    except (ConfigError, Unavailable) as exc:
        api = _closed(config, str(exc), counts)
    return Served(api, watching.request)


def build_app(
    config: Config,
    policies: ActivePolicies | None = None,
    file: tuple[int, int] | None = None,
    counts: Path | None = None,
) -> DecisionApi:
    """The decision API over the configured policies and facts.

    `file` is the database file that it must be, by device and inode; `counts` the folder
    of the metrics, if there are any. Raises: PolicyError, ConfigError, Unavailable.
    """
    policies = policies or active_policies(config, clock=time.time)
    if file is not None and identity(config.store.path) != file:
        raise Unavailable(f"the database file `{config.store.path}` was replaced")
    database = _open_store(config)
    made = parts(policies, database, time.time, config.engine.sample_reference)
    limits, log = _limits(config), open_log(config.decisions.log, time.time)

    def evaluate(question: Request, caller: Caller, on: Snapshot | None = None) -> Answer:
        # WHY one at a time: the reference engine, which a share of decisions is made by
        # too, is for one thread.
        with made.facts.turn:
            return made.pdp.evaluate(question, caller, on=on)

    def stands() -> Readiness:
        trouble = log.trouble if log else ""
        return readiness(
            policies.health, made.facts.check, log_trouble=trouble, stopping=api.draining
        )

    standings = Standings(
        stands,
        policies.health,
        cached=lambda: made.facts.cached() + api.kept_answers(),
        log_lost=lambda: log.losses if log else 0,
        disagreements=lambda: made.sampler.disagreements,
    )
    context = evaluation.contexts(made.provenance)
    served = {
        "/access/v1/evaluation": evaluation.endpoint(evaluate, context),
        "/access/v1/evaluations": evaluations.endpoint(evaluate, context, limits),
        **_lists(config, made.searches),
        **policy_state.endpoints(policies),
        **health.endpoints(stands),
    }
    served |= _metadata(config, served)
    api = DecisionApi(
        endpoints={**served, **openapi.endpoints(served, limits, authz.__version__)},
        callers=Callers(partial(clients.find, database), made.facts.revision, time.time),
        moment=made.facts.moment,
        basis=made.pdp.snapshot,
        limits=limits,
        new_request_id=_request_ids(),
        clock=time.time,
        timer=time.perf_counter,
        log=log,
        counts=open_metrics(counts, standings.look),
    )
    return api


def _lists(config: Config, searches: Searches) -> dict[str, Endpoint]:
    """The searches, and the filter for lists of others."""
    key = keyfiles.secret(keyfiles.path_of(config.store.path, keyfiles.PAGE_TOKENS))
    return {
        **searching.endpoints(searches, PageTokens(key)),
        **filtering.endpoints(searches),
    }


def _metadata(config: Config, served: Collection[str]) -> dict[str, Endpoint]:
    """What the service says of itself, where it has an identifier."""
    about = config.server.metadata
    if about.identifier is None:
        return dict(metadata.no_endpoints())
    path = keyfiles.path_of(config.store.path, keyfiles.METADATA)
    return dict(
        metadata.endpoints(
            about.identifier,
            keyfiles.signing_key(path),
            served,
            max_age_seconds=about.max_age_seconds,
            signed_at=int(time.time()),
        )
    )


def _closed(config: Config, reason: str, counts: Path | None) -> DecisionApi:
    """An API that answers only why it does not decide."""

    def refuse(*_asked: object, **_named: object) -> NoReturn:
        raise Unavailable(reason)

    limits = _limits(config)
    return DecisionApi(
        endpoints={
            "/access/v1/evaluation": evaluation.endpoint(refuse, refuse),
            "/access/v1/evaluations": evaluations.endpoint(refuse, refuse, limits),
            **dict.fromkeys(
                (*searching.PATHS, filtering.PATH), Endpoint(refuse, scope=SEARCH)
            ),
            policy_state.PATH: Endpoint(refuse, READ_METHODS, scope=CHECK),
            **health.endpoints(lambda: Readiness("not_ready", "", reason)),
        },
        callers=Callers(refuse, refuse, time.time),
        moment=nullcontext,
        basis=refuse,
        limits=limits,
        new_request_id=_request_ids(),
        clock=time.time,
        timer=time.perf_counter,
        log=None,
        counts=open_metrics(counts, lambda: Standing("not_ready")),
    )


def _patience(config: Config) -> Patience:
    limits = config.server.limits
    return Patience(
        header_seconds=limits.header_seconds,
        body_seconds=limits.body_seconds,
        idle_seconds=limits.idle_seconds,
        connections=limits.connections,
        drain_seconds=limits.drain_seconds,
    )


def _limits(config: Config) -> Limits:
    return Limits(
        body_bytes=config.server.limits.body_kib * 1024,
        nesting=config.server.limits.nesting,
        batch_items=config.server.limits.batch_items,
        hosts=frozenset(host.lower() for host in config.server.allowed_hosts),
    )


def _request_ids() -> Callable[[], str]:
    """Gives ids that no other worker gives, now or later."""
    start = secrets.token_hex(8)
    numbers = count(1)
    return lambda: f"{start}-{next(numbers):x}"


def _open_store(config: Config) -> Database:
    return open_database(config.store.path, time.time)
