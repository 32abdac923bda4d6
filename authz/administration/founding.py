"""A new company with its first person, who may do everything there; all of it or nothing.

Who may found one is decided by whoever calls.
"""

import re
import secrets as chance
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct

from authz.accounts import passwords
from authz.accounts.email import identity
from authz.accounts.passwords import Hasher
from authz.administration.desk import PERSON
from authz.administration.locales import check_place
from authz.administration.rules import rules
from authz.engine.policyset import PolicySet
from authz.errors import Conflict, InvalidChange
from authz.said import message, said
from authz.storage import access, people, tenants
from authz.storage.database import Database
from authz.storage.events import Actor
from authz.storage.people import Account
from authz.storage.tenants import Tenant

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


class Secrets(Struct, frozen=True):
    """The hashes of what nobody may read."""

    password: str
    #: None where the company wants no protected pages.
    pages: str | None

    def __repr__(self) -> str:
        return "Secrets()"


class Founded(Struct, frozen=True):
    """What was made."""

    tenant: Tenant
    owner: Account


def check(company: Company, owner: Owner, pages_password: str | None) -> None:
    """Whether all of it is as it must be.

    Raises: InvalidChange with the field: `company`, `company_email`, `pages_password`, or
    one of the owner.
    """
    if not NAME_MIN <= len(company.name.strip()) <= NAME_MAX:
        raise InvalidChange(
            said(
                "the name must have {least} to {most} characters",
                least=NAME_MIN,
                most=NAME_MAX,
            ),
            field="company",
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
        raise InvalidChange(
            said("use another one than for your login"), field="pages_password"
        )


def hashed(hasher: Hasher, owner: Owner, pages_password: str | None) -> Secrets:
    """The hashes, made before anything is written: they take long."""
    pages = None if pages_password is None else hasher.hash(pages_password)
    return Secrets(hasher.hash(owner.password), pages)


def found(
    database: Database,
    policies: PolicySet,
    slug: str,
    kind: str,
    *,
    company: Company,
    owner: Owner,
    secrets: Secrets,
    actor: Actor,
) -> Founded:
    """The company and its first person, inside the transaction of whoever calls.

    Raises: Conflict and InvalidChange with the field.
    """
    with _called("company"):
        tenant = tenants.create_tenant(
            database,
            slug,
            actor=actor,
            name=company.name,
            kind=kind,
            email=company.email,
            country=company.country,
            ppp_hash=secrets.pages,
            phone=company.phone,
            address=company.address,
        ).slug
    account = people.create_account(
        database,
        tenant,
        actor=actor,
        email=owner.email,
        name=owner.name,
        password_hash=secrets.password,
        timezone=owner.timezone,
        language=owner.language,
    )
    role = first_role(policies, kind)
    first = access.set_roles(database, tenant, account.id, [role], actor=actor)
    return Founded(tenants.find_tenant(database, tenant), first)


def first_role(policies: PolicySet, kind: str) -> str:
    """The role of the first person: that whose last holder stays, says the schema."""
    declared = policies.schema.types[PERSON].attributes.values()
    sole = {role for one in declared for role in one.sole_holder_of}
    return next(role for role in rules(policies, kind).roles if role in sole)


def made_slug(name: str) -> str:
    """A name for addresses that nobody has, made of the company's name."""
    words = re.findall(r"[a-z0-9]+", name.lower())
    return "-".join([*words, chance.token_hex(3)])[-SLUG_MAX:].lstrip("-")


@contextmanager
def _called(field: str) -> Iterator[None]:
    """What goes wrong inside is marked at that field."""
    try:
        yield
    except InvalidChange as exc:
        raise InvalidChange(message(exc), field=field) from exc
    except Conflict as exc:
        raise Conflict(
            said("there is a company of this name already"), field=field
        ) from exc
