"""A facts file: YAML that says what a new database holds.

demo_password: ...               # for all accounts, unless another one is given tenants: -
{slug, name, kind, email, country, admin, ppp: {enabled, password}, users, clusters, ...}

The file is read strictly: a key that means nothing, or a value of the wrong kind, is an
error with its place.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from authz import yamlfile
from authz.engine.place import near_miss
from authz.errors import ConfigError

TENANT_KEYS = (
    "slug",
    "name",
    "kind",
    "email",
    "country",
    "admin",
    "ppp",
    "users",
    "clusters",
    "plugins",
    "customers",
    "assets",
    "tickets",
    "supply_companies",
    "service_organizations",
    "manufacturers",
    "consumers",
    "metering_units",
    "api_clients",
    "resources",
)
USER_KEYS = (
    "email",
    "name",
    "roles",
    "level",
    "options",
    "bindings",
    "status",
    "timezone",
    "language",
)


class Item:
    """A mapping of the file, with the words for its place."""

    def __init__(self, data: object, where: str, known: tuple[str, ...] | None = None):
        if not isinstance(data, Mapping):
            raise ConfigError(f"{where} must be a mapping")
        self.data: Mapping[Any, Any] = data
        self.where = where
        for key in data if known is not None else ():
            if known is not None and key not in known:
                raise ConfigError(
                    f"{where}: unknown key `{key}`{near_miss(str(key), known)}"
                )

    def text(self, key: str) -> str:
        """The string under a key that must be there."""
        value = self.optional_text(key)
        if value is None:
            raise ConfigError(f"{self.where}: `{key}` is missing")
        return value

    def optional_text(self, key: str) -> str | None:
        """The string under a key, None without one."""
        value = self.data.get(key)
        if value is not None and not isinstance(value, str):
            raise ConfigError(f"{self.where}: `{key}` must be a string")
        return value

    def flag(self, key: str) -> bool:
        """True or false under a key, false without one."""
        value = self._given(key, False)
        if not isinstance(value, bool):
            raise ConfigError(f"{self.where}: `{key}` must be true or false")
        return value

    def texts(self, key: str) -> list[str]:
        """The strings under a key."""
        values = self._list(key)
        if not all(isinstance(value, str) for value in values):
            raise ConfigError(f"{self.where}: `{key}` must be a list of strings")
        return values

    def mapping(self, key: str, known: tuple[str, ...] | None = None) -> "Item":
        """The mapping under a key, empty without one."""
        return Item(self._given(key, {}), f"{self.where}, {key}", known)

    def items(self, key: str, known: tuple[str, ...] | None = None) -> "Iterator[Item]":
        """The mappings in the list under a key."""
        for number, value in enumerate(self._list(key), 1):
            yield Item(value, f"{self.where}, {key} {number}", known)

    def _list(self, key: str) -> list[Any]:
        values = self._given(key, [])
        if not isinstance(values, list):
            raise ConfigError(f"{self.where}: `{key}` must be a list")
        return values

    def _given(self, key: str, without: object) -> object:
        """The value under a key; the other one where there is none, or null."""
        value = self.data.get(key)
        return without if value is None else value


def read_facts(path: Path) -> Item:
    """The whole file. Raises: ConfigError with the place."""
    try:
        data = yamlfile.parse(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError(f"cannot read `{path}`: {exc}") from exc
    except yamlfile.YamlError as exc:
        raise ConfigError(f"{path.name}:{exc.line}: {exc.message}") from exc
    return Item(data, path.name, ("demo_password", "tenants"))


def tenants_of(facts: Item) -> list[Item]:
    """The tenants of the file."""
    found = list(facts.items("tenants", TENANT_KEYS))
    for tenant in found:
        tenant.where = f"tenant `{tenant.text('slug')}`"
    return found


def users_of(tenant: Item) -> Iterator[Item]:
    """The people of a tenant."""
    for user in tenant.items("users", USER_KEYS):
        user.where = f"{tenant.where}, user `{user.text('email')}`"
        yield user
