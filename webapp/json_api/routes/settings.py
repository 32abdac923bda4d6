"""Settings of a company: its name, its gateways, its protected pages, its plugins."""

from msgspec import Struct
from msgspec.structs import asdict

from authz.administration import settings, versions
from authz.administration.settings import Company
from authz.storage.tenants import Tenant
from webapp.json_api.answers import DONE, Done
from webapp.json_api.bodies import Body
from webapp.json_api.declared import Routes
from webapp.json_api.parts import Present

routes = Routes("settings", __name__, group="Settings")

AREA = "<any(sms_gateway, map, mail):kind>"


class CompanySettings(Struct, frozen=True):
    """What the company says of itself."""

    name: str
    email: str | None
    phone: str | None
    address: str | None
    country: str | None
    version: str


class CompanyChange(Body, frozen=True):
    """What is to change; what is left out stays."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    country: str | None = None
    version: str | None = None


class Area(Struct, frozen=True):
    """An area of the settings: field -> value, empty for none."""

    values: dict[str, str]
    version: str


class AreaChange(Body, frozen=True):
    """The fields that are to change."""

    values: dict[str, str]
    version: str | None = None


class ProtectedPages(Struct, frozen=True):
    """Whether the company uses a password for its protected pages."""

    is_on: bool


class PagesPassword(Body, frozen=True):
    """Another password for them; null: none."""

    password: str | None


class Plugin(Struct, frozen=True):
    """A plugin of the company."""

    id: str
    is_enabled: bool


class Plugins(Struct, frozen=True):
    """The plugins of the company."""

    plugins: list[Plugin]


@routes.route_of(
    "GET", "/settings", "Read the company", answer=CompanySettings, action="settings:read"
)
def company(who: Present) -> CompanySettings:
    """The company."""
    return _company(settings.company(who.desk))


@routes.route_of(
    "PATCH",
    "/settings",
    "Change the company",
    body=CompanyChange,
    answer=CompanySettings,
    action="settings:update",
)
def update_company(who: Present, body: CompanyChange) -> CompanySettings:
    """Another name, e-mail, phone, address or country."""
    said = asdict(body)
    version = said.pop("version")
    saved = settings.update_company(who.desk, Company(**said), version=version)
    return _company(saved)


@routes.route_of(
    "GET", f"/settings/{AREA}", "Read an area", answer=Area, action="{kind}:read"
)
def area(who: Present, kind: str) -> Area:
    """One area."""
    return _area(settings.area(who.desk, kind))


@routes.route_of(
    "PATCH",
    f"/settings/{AREA}",
    "Change an area",
    body=AreaChange,
    answer=Area,
    action="{kind}:update",
)
def update_area(who: Present, kind: str, body: AreaChange) -> Area:
    """Other values."""
    return _area(settings.update_area(who.desk, kind, body.values, version=body.version))


@routes.route_of(
    "GET",
    "/settings/protected-pages",
    "Are there protected pages",
    answer=ProtectedPages,
    action="ppp:read",
)
def protected_pages(who: Present) -> ProtectedPages:
    """Whether the company uses the password; nobody reads it."""
    return ProtectedPages(who.tenant.ppp_enabled)


@routes.route_of(
    "PUT",
    "/settings/protected-pages",
    "Change the password of the protected pages",
    about="Every unlock ends.",
    body=PagesPassword,
    action="ppp:update",
    confirmed=True,
)
def set_pages_password(who: Present, body: PagesPassword) -> Done:
    """Another password, or none."""
    settings.set_pages_password(who.desk, body.password)
    return DONE


@routes.route_of(
    "GET", "/settings/plugins", "List plugins", answer=Plugins, action="plugin:list"
)
def plugins(who: Present) -> Plugins:
    """Those that the company has."""
    return Plugins([Plugin(one.id, one.is_enabled) for one in settings.plugins(who.desk)])


@routes.route_of(
    "POST",
    "/settings/plugins/<id>/<any(enable, disable):switch>",
    "Enable or disable a plugin",
    answer=Plugin,
    action="plugin:{switch}",
    on="plugin",
)
def switch_plugin(who: Present, id: str, switch: str) -> Plugin:
    """A plugin on or off."""
    found = settings.switch_plugin(who.desk, id, on=switch == "enable")
    return Plugin(found.id, found.is_enabled)


def _company(tenant: Tenant) -> CompanySettings:
    shown = settings.shown(tenant)
    return CompanySettings(
        tenant.name,
        shown.email,
        shown.phone,
        shown.address,
        shown.country,
        versions.of(shown),
    )


def _area(values: dict[str, str]) -> Area:
    return Area(values, versions.of(values))
