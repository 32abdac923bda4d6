"""A company registers itself: the company, its first owner and, where it wants one, the
password of its protected pages; all of it or nothing.

It is off unless an operator switches it on, and tries are counted by where they come from.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct

from authz.accounts import passwords, throttle
from authz.accounts.email import identity
from authz.accounts.passwords import Hasher
from authz.administration.desk import PERSON
from authz.administration.locales import check_place
from authz.administration.rules import rules
from authz.engine.policyset import PolicySet
from authz.errors import Conflict, Forbidden, InvalidChange
from authz.storage import access, people, tenants
from authz.storage.database import Database
from authz.storage.events import Actor
from authz.storage.people import Account
from authz.storage.tenants import Tenant

KIND = "minigrid"
NAME_MIN, NAME_MAX = 3, 50
SLUG_MAX = 40


class Company(Struct, frozen=True):
    """What a company says of itself."""

    name: str
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    country: str | None = None


class Owner(Struct, frozen=True):
    """Its first person."""

    name: str
    email: str
    password: str
    timezone: str = "UTC"
    language: str = "en"


class Registered(Struct, frozen=True):
    """What was made."""

    tenant: Tenant
    owner: Account


def register(
    database: Database,
    hasher: Hasher,
    policies: PolicySet,
    *,
    company: Company,
    owner: Owner,
    is_open: bool,
    pages_password: str | None = None,
    address: str | None = None,
    request_id: str | None = None,
) -> Registered:
    """A new company with its first owner.

    pages_password: None where the company wants no protected pages.
    Raises: Forbidden while it is off; throttle.Throttled; Conflict and InvalidChange with
    the field: `company`, `company_email`, `pages_password`, or one of the owner.
    """
    if not is_open:
        raise Forbidden("companies cannot be registered here: ask the operator")
    throttle.begin(database, "registration", owner.email, address)
    _check(company, owner, pages_password)
    hashed = hasher.hash(owner.password)
    pages_hash = None if pages_password is None else hasher.hash(pages_password)
    visitor = Actor("visitor", "registration", owner.email, "web", address, request_id)
    with database.transaction():
        tenant = _company(database, company, pages_hash, visitor)
        account = people.create_account(
            database,
            tenant,
            actor=visitor,
            email=owner.email,
            name=owner.name,
            password_hash=hashed,
            timezone=owner.timezone,
            language=owner.language,
        )
        role = first_role(policies)
        first = access.set_roles(database, tenant, account.id, [role], actor=visitor)
        return Registered(tenants.find_tenant(database, tenant), first)


def _company(
    database: Database, company: Company, pages_hash: str | None, actor: Actor
) -> str:
    """The slug of the new company."""
    with _called("company"):
        return tenants.create_tenant(
            database,
            _slug(company.name),
            actor=actor,
            name=company.name,
            kind=KIND,
            email=company.email,
            country=company.country,
            ppp_hash=pages_hash,
            phone=company.phone,
            address=company.address,
        ).slug


def first_role(policies: PolicySet) -> str:
    """The role of the first person: that whose last holder stays, says the schema."""
    declared = policies.schema.types[PERSON].attributes.values()
    sole = {role for one in declared for role in one.sole_holder_of}
    return next(role for role in rules(policies, KIND).roles if role in sole)


def _check(company: Company, owner: Owner, pages_password: str | None) -> None:
    if not NAME_MIN <= len(company.name.strip()) <= NAME_MAX:
        raise InvalidChange(
            f"the name must have {NAME_MIN} to {NAME_MAX} characters", field="company"
        )
    if company.email:
        with _called("company_email"):
            identity(company.email)
    identity(owner.email)
    passwords.check(owner.password, owner.email)
    check_place(owner.timezone, owner.language)
    if pages_password is None:
        return
    with _called("pages_password"):
        passwords.check(pages_password, owner.email)
    if pages_password == owner.password:
        raise InvalidChange("use another one than for your login", field="pages_password")


@contextmanager
def _called(field: str) -> Iterator[None]:
    """What goes wrong inside is marked at that field."""
    try:
        yield
    except InvalidChange as exc:
        raise InvalidChange(str(exc), field=field) from exc
    except Conflict as exc:
        raise Conflict("there is a company of this name already", field=field) from exc


def _slug(name: str) -> str:
    """A name for addresses that nobody has, made of the company's name."""
    words = re.findall(r"[a-z0-9]+", name.lower())
    return "-".join([*words, secrets.token_hex(3)])[-SLUG_MAX:].lstrip("-")
