"""From a configuration to what the process of the console serves."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import count
from urllib.parse import urlsplit

from authz import logs
from authz.accounts import keyfiles
from authz.accounts.mail import mailer
from authz.accounts.passwords import Hasher
from authz.accounts.tokenkeys import TokenKeys
from authz.accounts.tokens import Tokens
from authz.administration import policy_revisions
from authz.administration.policy_process import site_of
from authz.administration.policy_site import Site
from authz.administration.rules import rules
from authz.composition import active_policies, parts
from authz.decisions.active import ActivePolicies
from authz.decisions.ports import Clock
from authz.engine.polar import EvaluationFailed
from authz.errors import Unavailable
from authz.settings import Config
from authz.storage.database import Database, identity, open_database
from authz.storage.tenants import KINDS
from webapp.console.app import create_app
from webapp.console.parts import Console, Door
from webapp.console.process import Served
from webapp.decision_api import watch
from webapp.json_api import app as json_api
from webapp.json_api.parts import Api

#: File of the secret that signs cookies and the tokens of forms.
KEY_FILE = "console.key"


def load(config: Config, file: tuple[int, int], clock: Clock) -> Served:
    """The console over that database file, by the policies as they are at each moment.

    Raises: PolicyError, ConfigError, Unavailable.
    """
    logs.configure()
    seen = watch.listing(config.policy.dir)
    policies = active_policies(config, required=False, falls_back=True, clock=clock)
    if identity(config.store.path) != file:
        raise Unavailable(f"the database file `{config.store.path}` was replaced")
    database = open_database(config.store.path, clock)
    site = site_of(config, policies)
    reload = partial(_reload, policies, site, database)
    watching = watch.start(config.policy.dir, seen, reload, sees_edits=config.policy.watch)
    policy_revisions.note(database, site)
    _read_rules(policies)
    door = door_of(config)
    console = Console(
        database=database,
        made=parts(policies, database, clock),
        policies=policies.current,
        site=site,
        hasher=Hasher(),
        mailer=mailer(config.mail, clock),
        clock=clock,
        secret=keyfiles.secret(keyfiles.path_of(config.store.path, KEY_FILE)),
        door=door,
        new_request_id=_request_ids(),
        registration=config.server.console.registration,
    )
    issuer = door.origin or f"http://{config.server.console.listen}"
    keys = TokenKeys(config.store.path)
    tokens = Tokens(database, keys, clock, issuer, f"{issuer}{json_api.PREFIX}")
    app = json_api.beside(create_app(console), json_api.create_app(Api(console, tokens)))
    return Served(app, watching.request, door.body_bytes, door.is_secure)


def _reload(policies: ActivePolicies, site: Site, database: Database, again: bool) -> None:
    """The policies as they are now; edits of the directory are written down."""
    policies.reload(again)
    policy_revisions.note(database, site)


def _read_rules(policies: ActivePolicies) -> None:
    """WHY now: the engine is asked for them, which takes long when much else goes on; from
    then on they are remembered. Without policies, pages say that there are none.
    """
    with suppress(Unavailable, EvaluationFailed):
        for kind in KINDS:
            rules(policies.current(), kind)


def door_of(config: Config) -> Door:
    """How people reach it."""
    hosts = {host.lower() for host in config.server.allowed_hosts}
    url = config.server.console.url
    origin = None
    if url is not None:
        found = urlsplit(url)
        origin = f"https://{found.netloc}"
        hosts.add((found.hostname or "").lower())
    return Door(frozenset(hosts), origin, config.server.limits.body_kib * 1024)


def _request_ids() -> Callable[[], str]:
    """Gives ids that no other process gives, now or later."""
    start = secrets.token_hex(8)
    numbers = count(1)
    return lambda: f"{start}-{next(numbers):x}"
