"""Users: who is there, adding, changing, blocking and deleting an account."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import asdict

from authz.administration import passwords_of_others, people
from authz.administration.people import NO_ACCESS, PAGE_MAX, Profile
from authz.storage.directory import Listed, Wanted
from webapp.json_api.access_shapes import WantedAccess, wanted
from webapp.json_api.answers import DONE, Done
from webapp.json_api.bodies import Body
from webapp.json_api.declared import Routes
from webapp.json_api.parts import Present
from webapp.json_api.shapes import Person, VersionQuery, person
from webapp.json_api.times import Moment, epoch, moment

routes = Routes("people", __name__, group="Users")

Status = Literal["active", "blocked", "deleted"]


class PeopleQuery(Body, frozen=True):
    """Whom a list is to show."""

    #: A part of the name or the e-mail.
    q: str = ""
    role: str | None = None
    option: str | None = None
    status: Status | None = None
    #: Only those without a role in force.
    without_role: bool = False
    #: Only those with a role that ends before this time.
    ends_before: Moment | None = None
    sort: Literal["name", "email"] = "name"
    after: str = ""
    before: str = ""
    limit: Annotated[int, Meta(ge=1, le=PAGE_MAX)] = 50


class ListedPerson(Struct, frozen=True):
    """A person in a list."""

    person: Person
    #: The roles in force.
    in_force: list[str]
    last_seen_at: datetime | None
    #: The actions that are open to the reader, and what else is to be noticed.
    marks: list[str]


class People(Struct, frozen=True):
    """A page of people; `next` and `previous` are what to ask `after` and `before`."""

    people: list[ListedPerson]
    next: str | None
    previous: str | None


class NewPerson(Body, frozen=True):
    """A person to be added; without access one may look after the own profile alone."""

    email: str
    name: str
    password: str
    timezone: str = "UTC"
    language: str = "en"
    access: WantedAccess | None = None


class PersonChange(Body, frozen=True):
    """What is to change; what is left out stays, and a blank password keeps the old."""

    email: str | None = None
    name: str | None = None
    password: str = ""
    phone: str | None = None
    street: str | None = None
    timezone: str | None = None
    language: str | None = None
    version: str | None = None


@routes.route_of(
    "GET", "/users", "List users", query=PeopleQuery, answer=People, action="user:list"
)
def list_people(who: Present, query: PeopleQuery) -> People:
    """Those whom the person may see, a page at a time."""
    found = people.page(
        who.desk,
        _wanted(query),
        sort=query.sort,
        after=query.after,
        before=query.before,
        limit=query.limit,
    )
    return People([_listed(one) for one in found.listed], found.next, found.previous)


@routes.route_of(
    "POST",
    "/users",
    "Add a user",
    about="With access it asks for your own password again, unless you gave it within five "
    "minutes.",
    body=NewPerson,
    answer=Person,
    status=201,
    action="user:create",
)
def add(who: Present, body: NewPerson) -> Person:
    """A new account."""
    access = wanted(body.access) if body.access else NO_ACCESS
    if access != NO_ACCESS:
        who.require_confirmed()
    made = people.add(
        who.desk,
        email=body.email,
        name=body.name,
        password=body.password,
        timezone=body.timezone,
        language=body.language,
        wanted=access,
    )
    return person(made)


@routes.route_of(
    "GET", "/users/<id>", "Read a user", answer=Person, action="user:read", on="user"
)
def read(who: Present, id: str) -> Person:
    """One person, by id or e-mail, deleted ones by id."""
    return person(people.find(who.desk, id))


@routes.route_of(
    "PATCH",
    "/users/<id>",
    "Change a user",
    about="Another e-mail or password asks for your own password again, unless you gave it "
    "within five minutes.",
    body=PersonChange,
    answer=Person,
    action="user:update",
    on="user",
)
def edit(who: Present, id: str, body: PersonChange) -> Person:
    """Another e-mail, name, phone, address, time zone, language or password."""
    account = people.find(who.desk, id)
    if passwords_of_others.takes_over(account, body.email, body.password):
        who.require_confirmed()
    names = ("name", "phone", "street", "timezone", "language")
    said = {name: value for name, value in asdict(body).items() if name in names}
    saved = people.edit(
        who.desk,
        account.id,
        version=body.version,
        email=body.email,
        password=body.password,
        profile=Profile(**said),
    )
    return person(saved)


@routes.route_of(
    "DELETE",
    "/users/<id>",
    "Delete a user",
    about="It cannot be undone; what the person did stays.",
    query=VersionQuery,
    action="user:delete",
    on="user",
    confirmed=True,
)
def delete(who: Present, id: str, query: VersionQuery) -> Done:
    """The account is gone for good."""
    people.delete(who.desk, id, version=query.version)
    return DONE


@routes.route_of(
    "POST",
    "/users/<id>/block",
    "Block a user",
    about="The person is logged out everywhere and cannot log in.",
    query=VersionQuery,
    answer=Person,
    action="user:delete",
    on="user",
)
def block(who: Present, id: str, query: VersionQuery) -> Person:
    """The person cannot log in."""
    return person(people.block(who.desk, id, version=query.version))


@routes.route_of(
    "POST",
    "/users/<id>/unblock",
    "Let a blocked user in again",
    query=VersionQuery,
    answer=Person,
    action="user:delete",
    on="user",
)
def unblock(who: Present, id: str, query: VersionQuery) -> Person:
    """The person can log in again."""
    return person(people.unblock(who.desk, id, version=query.version))


def _wanted(query: PeopleQuery) -> Wanted:
    usual = Wanted()
    return Wanted(
        text=query.q,
        statuses=(query.status,) if query.status else usual.statuses,
        role=query.role,
        option=query.option,
        without_role=query.without_role,
        ends_before=epoch(query.ends_before),
    )


def _listed(one: Listed) -> ListedPerson:
    return ListedPerson(
        person(one.account),
        list(one.in_force),
        moment(one.last_seen_at),
        sorted(one.marks),
    )
