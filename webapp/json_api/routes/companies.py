"""Companies: one that registers itself, and all of them as operators look after them."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from authz.administration import companies, founding, registration
from authz.storage.companies import Company
from webapp.json_api.bodies import Body
from webapp.json_api.declared import Routes
from webapp.json_api.parts import Present, Visit
from webapp.json_api.times import moment

routes = Routes("companies", __name__, group="Companies")


class FirstPerson(Body, frozen=True):
    """Who looks after a new company."""

    name: str
    email: str
    password: str
    timezone: str = "UTC"
    language: str = "en"


class Registration(Body, frozen=True):
    """A company that registers itself, with its first owner."""

    name: str
    owner: FirstPerson
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    country: str | None = None
    #: Null where the company wants no protected pages.
    pages_password: str | None = None


class NewCompany(Registration, frozen=True, kw_only=True):
    """A company that an operator adds."""

    kind: Literal["minigrid", "metering"]
    #: Short name, in addresses; empty: made of the name.
    slug: str = ""


class Founded(Struct, frozen=True):
    """What was made."""

    slug: str
    owner_id: str


class ListedCompany(Struct, frozen=True):
    """A company as operators see it."""

    slug: str
    name: str
    kind: str
    status: str
    #: Live accounts, blocked ones among them.
    people: int
    created_at: datetime | None


class CompaniesQuery(Body, frozen=True):
    """Which companies."""

    #: A part of the name or the short name.
    q: str = ""
    after: str = ""
    before: str = ""
    limit: Annotated[int, Meta(ge=1, le=companies.PAGE_MAX)] = 50


class Companies(Struct, frozen=True):
    """A page of companies; `next` and `previous` are what to ask `after` and `before`."""

    companies: list[ListedCompany]
    next: str | None
    previous: str | None


@routes.route_of(
    "POST",
    "/registration",
    "Register a company",
    about="Where the operator of the server has switched it on.",
    body=Registration,
    answer=Founded,
    status=201,
    public=True,
)
def register(visit: Visit, body: Registration) -> Founded:
    """The company, its first owner and its protected pages, or nothing of it."""
    made = registration.register(
        visit.database,
        visit.console.hasher,
        visit.policies,
        company=_said(body),
        owner=_owner(body),
        is_open=visit.console.registration,
        pages_password=body.pages_password,
        address=visit.address,
        request_id=visit.request_id,
    )
    return Founded(made.tenant.slug, made.owner.id)


@routes.route_of(
    "GET",
    "/companies",
    "List companies",
    query=CompaniesQuery,
    answer=Companies,
    action="tenant:list",
)
def list_companies(who: Present, query: CompaniesQuery) -> Companies:
    """All of them, a page at a time."""
    found = companies.page(
        who.desk, query.q, after=query.after, before=query.before, limit=query.limit
    )
    return Companies([_listed(one) for one in found.listed], found.next, found.previous)


@routes.route_of(
    "POST",
    "/companies",
    "Add a company",
    body=NewCompany,
    answer=Founded,
    status=201,
    action="tenant:create",
)
def add(who: Present, body: NewCompany) -> Founded:
    """A new company with its first person, or nothing of it."""
    made = companies.add(
        who.desk,
        kind=body.kind,
        company=_said(body),
        owner=_owner(body),
        slug=body.slug.strip(),
        pages_password=body.pages_password,
    )
    return Founded(made.tenant.slug, made.owner.id)


@routes.route_of(
    "GET", "/companies/<slug>", "Read a company", answer=ListedCompany, action="tenant:read"
)
def read(who: Present, slug: str) -> ListedCompany:
    """One of them, as far as operators see it."""
    return _listed(companies.find(who.desk, slug))


@routes.route_of(
    "POST",
    "/companies/<slug>/<any(suspend, resume):verb>",
    "Suspend a company, or let it work again",
    answer=ListedCompany,
    action="tenant:suspend",
    confirmed=True,
)
def switch(who: Present, slug: str, verb: str) -> ListedCompany:
    """Nobody of it can work, or everybody can again, from the next request on."""
    change = companies.suspend if verb == "suspend" else companies.resume
    return _listed(change(who.desk, slug))


def _said(body: Registration) -> founding.Company:
    return founding.Company(body.name, body.email, body.phone, body.address, body.country)


def _owner(body: Registration) -> founding.Owner:
    one = body.owner
    return founding.Owner(one.name, one.email, one.password, one.timezone, one.language)


def _listed(one: Company) -> ListedCompany:
    return ListedCompany(
        slug=one.tenant.slug,
        name=one.tenant.name,
        kind=one.tenant.kind,
        status=one.tenant.status,
        people=one.people,
        created_at=moment(one.created_at),
    )
