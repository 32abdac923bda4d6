"""Settings of a company: what it is called and reached by, its gateways, the password of
its protected pages, and its plugins.
"""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import asdict

from authz.accounts import protected_pages
from authz.accounts.email import identity
from authz.administration import versions
from authz.administration.desk import Desk
from authz.engine.place import near_miss
from authz.errors import InvalidChange
from authz.said import said
from authz.storage import fields, resources, settings, tenants
from authz.storage.tenants import Tenant
from authz.terms import term

#: Area -> its fields. An area is also the noun of the actions that read and update it.
AREAS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sms_gateway": ("provider", "url", "sender"),
        "map": ("provider", "url", "latitude", "longitude", "zoom"),
        "mail": ("sender_name", "sender", "reply_to"),
    }
)
#: Fields with a form of their own.
ADDRESSES, LINKS = ("reply_to",), ("url",)
NUMBERS = ("latitude", "longitude", "zoom")
PLUGIN = "plugin"


class Company(Struct, frozen=True):
    """What a company may say of itself; None keeps what is there."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    country: str | None = None


class Plugin(Struct, frozen=True):
    """A plugin of a company."""

    id: str
    is_enabled: bool


def company(desk: Desk) -> Tenant:
    """The company of the person. Raises: Refused."""
    desk.require("settings:read", "tenant", desk.tenant)
    return tenants.find_tenant(desk.database, desk.tenant)


def update_company(desk: Desk, wanted: Company, *, version: str | None = None) -> Tenant:
    """The company with another name, e-mail, phone, address or country.

    Raises: Refused; Conflict for a name that is taken and for an old version;
    InvalidChange with the field.
    """
    with desk.deciding():
        actor = desk.require("settings:update", "tenant", desk.tenant)
        before = tenants.find_tenant(desk.database, desk.tenant)
        versions.check(shown(before), version)
        changed = {
            name: value
            for name, value in asdict(wanted).items()
            if value is not None and value.strip() != (getattr(before, name) or "")
        }
        if not changed:
            return before
        return tenants.update_tenant(desk.database, desk.tenant, actor=actor, **changed)


def shown(tenant: Tenant) -> Company:
    """What a form of the company shows, for its version: not the ever new revision."""
    return Company(tenant.name, tenant.email, tenant.phone, tenant.address, tenant.country)


def area(desk: Desk, name: str) -> dict[str, str]:
    """The values of an area, each field there. Raises: Refused, InvalidChange."""
    known = _fields(name)
    desk.require(f"{name}:read", "tenant", desk.tenant)
    found = settings.find(desk.database, desk.tenant, name)
    return {field: found.get(field, "") for field in known}


def update_area(
    desk: Desk, name: str, wanted: Mapping[str, str], *, version: str | None = None
) -> dict[str, str]:
    """The area with these values; a field that is not named keeps its own.

    Raises: Refused; Conflict for an old version; InvalidChange with the field.
    """
    known = _fields(name)
    with desk.deciding():
        actor = desk.require(f"{name}:update", "tenant", desk.tenant)
        found = settings.find(desk.database, desk.tenant, name)
        before = {field: found.get(field, "") for field in known}
        versions.check(before, version)
        for field in wanted:
            if field not in known:
                raise InvalidChange(
                    said(
                        "unknown field `{field}`{hint}",
                        field=field,
                        hint=near_miss(field, known),
                    ),
                    field=field,
                )
        after = before | {field: _value(field, text) for field, text in wanted.items()}
        if after != before:
            settings.put(desk.database, desk.tenant, name, after, actor=actor)
        return after


def set_pages_password(desk: Desk, password: str | None) -> None:
    """Another password for the protected pages, or none; every unlock ends.

    Raises: Refused; InvalidChange with the field `password`, also for the person's own
    login password.
    """
    desk.require("ppp:update", "tenant", desk.tenant)
    hashed = None
    if password is not None:
        hashed = protected_pages.checked(
            desk.database, desk.hasher, desk.tenant, desk.person.account, password
        )
    with desk.deciding():
        actor = desk.require("ppp:update", "tenant", desk.tenant)
        tenants.set_pages_password(desk.database, desk.tenant, hashed, actor=actor)


def plugins(desk: Desk) -> tuple[Plugin, ...]:
    """The plugins of the company, by id. Raises: Refused."""
    desk.require("plugin:list", "tenant", desk.tenant)
    listed = resources.list_resources(desk.database, desk.tenant, PLUGIN)
    return tuple(Plugin(one.id, bool(one.details.get("enabled"))) for one in listed)


def switch_plugin(desk: Desk, id: str, *, on: bool) -> Plugin:
    """The plugin enabled or disabled. Raises: Refused, NotFound."""
    with desk.deciding():
        actor = desk.require(f"plugin:{'enable' if on else 'disable'}", PLUGIN, id)
        before = resources.find(desk.database, desk.tenant, PLUGIN, id)
        if bool(before.details.get("enabled")) != on:
            resources.put(
                desk.database,
                desk.policies.schema,
                desk.tenant,
                PLUGIN,
                id,
                before.attributes,
                details={**before.details, "enabled": on},
                actor=actor,
            )
        return Plugin(id, on)


def _fields(name: str) -> tuple[str, ...]:
    fields.choice(name, "area", tuple(AREAS))
    return AREAS[name]


def _value(field: str, text: str) -> str:
    value = fields.optional_text(text, field) or ""
    if not value:
        return ""
    if field in LINKS:
        _check_link(field, value)
    if field in ADDRESSES:
        identity(value)
    if field in NUMBERS:
        _check_number(field, value)
    return value


def _check_link(field: str, value: str) -> None:
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname:
        raise InvalidChange(
            said("`{field}` must begin with `https://`", field=term(field)), field=field
        )


def _check_number(field: str, value: str) -> None:
    limit = {"latitude": 90, "longitude": 180, "zoom": 22}[field]
    try:
        fits = abs(float(value)) <= limit
    except ValueError:
        fits = False
    if not fits:
        raise InvalidChange(
            said(
                "`{field}` must be a number up to {limit}", field=term(field), limit=limit
            ),
            field=field,
        )
