"""What the routes rest on, handed in by whoever starts the API, and who is asking."""

from dataclasses import dataclass
from functools import cached_property

from flask import Flask

from authz.accounts import own
from authz.accounts.tokens import Tokens
from authz.administration.desk import Desk
from authz.administration.person import Person
from authz.engine.policyset import PolicySet
from authz.storage import people, tenants
from authz.storage.clients import ApiClient
from authz.storage.database import Database
from authz.storage.people import Account
from authz.storage.tenants import Tenant
from webapp.console.parts import Console

#: Where the parts of an application are kept.
KEPT = "gatehouse.json_api"


@dataclass(frozen=True, slots=True)
class Api:
    """Everything that routes ask: that of the console, and what tokens are made with."""

    console: Console
    tokens: Tokens


@dataclass(frozen=True)
class Visit:
    """A request by whoever it is."""

    api: Api
    request_id: str
    address: str | None
    user_agent: str | None

    @property
    def console(self) -> Console:
        """What the console rests on too."""
        return self.api.console

    @property
    def database(self) -> Database:
        """Where the facts are."""
        return self.api.console.database

    @property
    def policies(self) -> PolicySet:
        """Those that decide now."""
        return self.api.console.policies()


@dataclass(frozen=True)
class Present(Visit):
    """A request in the name of a person, whose token was good."""

    token: str
    person: Person

    @cached_property
    def desk(self) -> Desk:
        """Where everything is asked for and done in the person's name."""
        made = self.api.console
        return Desk(
            database=made.database,
            parts=made.made,
            clock=made.clock,
            hasher=made.hasher,
            person=self.person,
        )

    @cached_property
    def account(self) -> Account:
        """The person's."""
        return people.find_account(self.database, self.person.tenant, self.person.account)

    @cached_property
    def tenant(self) -> Tenant:
        """The person's company."""
        return tenants.find_tenant(self.database, self.person.tenant)

    def require_confirmed(self) -> None:
        """Nothing, where the password was given in this login a short while ago.

        Raises: own.ConfirmationNeeded.
        """
        own.require_confirmed(self.database, self.person, now=self.api.console.clock())


@dataclass(frozen=True)
class Program(Visit):
    """A request by an app of a company, whose API key was good, and for no person."""

    client: ApiClient


def api_of(app: Flask) -> Api:
    """The parts that an application was made of."""
    found: Api = app.extensions[KEPT]
    return found
