"""The second factor of one's own login: codes of an app by time, and recovery codes."""

from msgspec import Struct

from authz.accounts import own, second_factor
from authz.accounts.login import actor_of
from authz.storage import second_factors
from webapp.console.needs import SELF
from webapp.json_api.answers import DONE, Done
from webapp.json_api.bodies import Body
from webapp.json_api.declared import Routes
from webapp.json_api.parts import Present

routes = Routes("second_factor", __name__, group="The own profile")

CHANGE = "profile:change_password"
AT = "/profile/second-factor"
ISSUER = "Gatehouse"


class SecondFactor(Struct, frozen=True):
    """Whether a code is asked for at the login."""

    is_on: bool
    recovery_codes_left: int


class FactorSecret(Struct, frozen=True):
    """What goes into the app that makes the codes; shown this once."""

    base32: str
    #: `otpauth://totp/...`.
    uri: str


class Code(Body, frozen=True):
    """A code of the app."""

    code: str


class RecoveryCodes(Struct, frozen=True):
    """Codes for when the app is lost, each good once; shown this once."""

    codes: list[str]


@routes.route_of(
    "GET", AT, "Is there a second factor", answer=SecondFactor, action=CHANGE, on=SELF
)
def read(who: Present) -> SecondFactor:
    """Whether it is on."""
    whose = (who.database, who.person.tenant, who.person.account)
    held = second_factors.find(*whose)
    is_on = held is not None and held.confirmed_at is not None
    return SecondFactor(is_on, second_factors.codes_left(*whose))


@routes.route_of(
    "POST",
    AT,
    "Begin with a second factor",
    about="It counts once a code was sent to `/profile/second-factor/confirm`.",
    answer=FactorSecret,
    status=201,
    action=CHANGE,
    on=SELF,
    confirmed=True,
)
def enrol(who: Present) -> FactorSecret:
    """A new secret."""
    found = second_factor.enrol(
        who.database,
        who.person.tenant,
        who.person.account,
        label=who.person.email,
        issuer=ISSUER,
    )
    return FactorSecret(found.secret, found.uri)


@routes.route_of(
    "POST",
    f"{AT}/confirm",
    "Switch the second factor on",
    body=Code,
    answer=RecoveryCodes,
    action=CHANGE,
    on=SELF,
)
def confirm(who: Present, body: Code) -> RecoveryCodes:
    """It is asked for from now on."""
    codes = second_factor.confirm(
        who.database,
        who.person.tenant,
        who.person.account,
        body.code,
        actor=actor_of(who.person),
        now=who.console.clock(),
    )
    return RecoveryCodes(codes)


@routes.route_of(
    "POST",
    f"{AT}/codes",
    "Get other recovery codes",
    about="The old ones are worthless.",
    answer=RecoveryCodes,
    action=CHANGE,
    on=SELF,
    confirmed=True,
)
def renew_codes(who: Present) -> RecoveryCodes:
    """Other recovery codes."""
    codes = second_factor.renew_codes(
        who.database,
        who.person.tenant,
        who.person.account,
        actor=actor_of(who.person),
    )
    return RecoveryCodes(codes)


@routes.route_of(
    "DELETE",
    AT,
    "Switch the second factor off",
    action=CHANGE,
    on=SELF,
    confirmed=True,
)
def remove(who: Present) -> Done:
    """It is asked for no more."""
    own.remove_second_factor(who.database, who.person, now=who.console.clock())
    return DONE
