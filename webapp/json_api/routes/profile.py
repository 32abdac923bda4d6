"""The own profile: what one may say of oneself, may do, and where one is logged in."""

from msgspec import Struct
from msgspec.structs import asdict, replace

from authz.accounts import login, own, protected_pages
from authz.administration import people
from authz.administration.people import Profile
from authz.storage import sessions
from webapp.console.needs import SELF
from webapp.json_api.answers import DONE, Done
from webapp.json_api.bodies import Body
from webapp.json_api.declared import Routes
from webapp.json_api.login_shapes import Ended, Logins, logins_shape
from webapp.json_api.parts import Present
from webapp.json_api.shapes import Password, Person, person

routes = Routes("profile", __name__, group="The own profile")

READ, UPDATE, CHANGE_PASSWORD = (
    "profile:read",
    "profile:update",
    "profile:change_password",
)


class Myself(Struct, frozen=True):
    """Who the token is of, and through what they act."""

    person: Person
    tenant: str
    tenant_name: str
    channel: str


class ProfileChange(Body, frozen=True):
    """What one may say of oneself; what is left out stays."""

    name: str | None = None
    phone: str | None = None
    street: str | None = None
    timezone: str | None = None
    language: str | None = None
    version: str | None = None


class PasswordChange(Body, frozen=True):
    """The own password, and the one that takes its place."""

    old_password: str
    password: str


@routes.route_of("GET", "/profile", "Who am I", answer=Myself, action=READ, on=SELF)
def read(who: Present) -> Myself:
    """The person of the token."""
    return Myself(person(who.account), who.tenant.slug, who.tenant.name, who.person.channel)


@routes.route_of(
    "PATCH",
    "/profile",
    "Change the own profile",
    body=ProfileChange,
    answer=Person,
    action=UPDATE,
    on=SELF,
)
def update(who: Present, body: ProfileChange) -> Person:
    """Another name, phone, address, time zone or language."""
    said = asdict(body)
    version = said.pop("version")
    return person(people.edit_own(who.desk, Profile(**said), version=version))


@routes.route_of(
    "POST",
    "/profile/password",
    "Change the own password",
    about="All logins end, this one too.",
    body=PasswordChange,
    action=CHANGE_PASSWORD,
    on=SELF,
)
def change_password(who: Present, body: PasswordChange) -> Done:
    """Another password; every login ends."""
    actor = who.desk.require(CHANGE_PASSWORD, "user", who.person.account)
    own.change_password(
        who.database,
        who.console.hasher,
        # WHY without: a session that went on would be one that nobody has.
        replace(who.person, session=None),
        old=body.old_password,
        new=body.password,
        actor=actor,
    )
    return DONE


@routes.route_of(
    "POST",
    "/profile/confirm",
    "Give the own password again",
    about="For five minutes, what cannot be undone may be done with this login.",
    body=Password,
    personal=True,
)
def confirm(who: Present, body: Password) -> Done:
    """Noted in the login that the password was given just now."""
    own.confirm(who.database, who.console.hasher, who.person, body.password)
    return DONE


@routes.route_of(
    "POST",
    "/profile/unlock",
    "Give the password of the protected pages",
    about="What is behind it opens for this login, where the policies allow it at all.",
    body=Password,
    personal=True,
)
def unlock(who: Present, body: Password) -> Done:
    """The protected pages open for this login."""
    protected_pages.unlock(
        who.database,
        who.console.hasher,
        who.person,
        body.password,
        now=who.console.clock(),
    )
    return DONE


@routes.route_of(
    "GET",
    "/profile/sessions",
    "Where am I logged in",
    answer=Logins,
    action=READ,
    on=SELF,
)
def list_sessions(who: Present) -> Logins:
    """Browsers and apps."""
    live = sessions.list_live(who.database, who.person.tenant, who.person.account)
    return logins_shape(live, who.person.session)


@routes.route_of(
    "DELETE",
    "/profile/sessions/<handle>",
    "End a login",
    action=UPDATE,
    on=SELF,
)
def end_session(who: Present, handle: str) -> Done:
    """That login ends, and its tokens with it."""
    sessions.end(
        who.database,
        who.person.tenant,
        who.person.account,
        handle,
        actor=login.actor_of(who.person),
    )
    return DONE


@routes.route_of(
    "DELETE",
    "/profile/sessions",
    "End all other logins",
    answer=Ended,
    action=UPDATE,
    on=SELF,
)
def end_others(who: Present) -> Ended:
    """All logins end but this one."""
    return Ended(login.end_others(who.database, who.person))
