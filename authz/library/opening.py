"""The composition root of the library: from a configuration to the PDP of one tenant."""

import time
from collections.abc import Mapping
from pathlib import Path

from authz import config as configuration
from authz.composition import active_policies, parts
from authz.engine.place import near_miss
from authz.errors import ConfigError, NotFound, RequestError
from authz.library.pdp import PDP
from authz.settings import Config
from authz.storage.database import open_database
from authz.storage.tenants import list_tenants

CONFIG_FILE = Path("config.yaml")


def open(
    config: str | Path | Config | Mapping[str, object] | None = None,
    *,
    tenant: str | None = None,
) -> PDP:
    """The PDP of one tenant, over the configured policies and database; close it after use.

    config: a file as `config.yaml`; or settings by dotted name, as
    `{"policy.dir": "policies", "store.path": "facts.db"}`, which count before environment
    and defaults; or a `Config`; without it `config.yaml` of the working directory, where
    there is one.
    tenant: whose facts count; may be left out where the database holds one only.
    Raises: ConfigError, PolicyError with file and line, Unavailable when there is no such
    database, NotFound for a tenant that it does not hold, RequestError when one must be
    named.
    """
    settings = _settings(config)
    policies = active_policies(settings)
    database = open_database(settings.store.path, time.time)
    try:
        chosen = _tenant(tenant, [known.slug for known in list_tenants(database)])
        made = parts(policies, database, time.time, settings.engine.sample_reference)
    except BaseException:
        database.close()
        raise
    return PDP(chosen, made, policies, database)


def _settings(config: str | Path | Config | Mapping[str, object] | None) -> Config:
    if isinstance(config, Config):
        return config
    if isinstance(config, Mapping):
        known = {setting.name for setting in configuration.settings()}
        for name in config:
            if name not in known:
                raise ConfigError(f"unknown setting `{name}`{near_miss(name, known)}")
        return configuration.load(None, flags=config)
    if config is None:
        return configuration.load(CONFIG_FILE if CONFIG_FILE.exists() else None)
    return configuration.load(Path(config))


def _tenant(named: str | None, known: list[str]) -> str:
    listed = ", ".join(f"`{slug}`" for slug in known)
    if named is None:
        if len(known) == 1:
            return known[0]
        raise RequestError(
            f"name one of the tenants: {listed}" if known else "the database has no tenant",
            where="tenant",
        )
    if named not in known:
        raise NotFound(f"unknown tenant `{named}`: there are {listed or 'none'}")
    return named
