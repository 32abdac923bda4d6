"""Who is in front of the console: nobody, or the person of a live session.

Flask-Login loads the person from the row of the session at each request; it keeps nothing.
"""

from typing import cast

from flask import Flask, Request, Response, g, request
from flask_login import LoginManager, UserMixin, current_user

from authz.accounts.login import person_of, rotate_if_due
from authz.administration.desk import Desk
from authz.administration.person import Person
from authz.storage import people, sessions, tenants
from authz.storage.people import Account
from authz.storage.tenants import Tenant
from webapp.console.cookies import SESSION, Cookies
from webapp.console.parts import Console

#: Set for the rest of a request in which the database cannot say who is there.
UNASKED = "visitor_unasked"


class Visitor(UserMixin):  # type: ignore[misc]
    """A person who is logged in."""

    def __init__(self, console: Console, person: Person):
        #: What the administration knows the person by.
        self.person = person
        #: Where everything is asked for and done in the person's name.
        self.desk = Desk(
            database=console.database,
            parts=console.made,
            clock=console.clock,
            hasher=console.hasher,
            person=person,
        )
        self.account: Account = people.find_account(
            console.database, person.tenant, person.account
        )
        #: Set once the session was ended by this request.
        self.has_left = False
        self.tenant: Tenant = tenants.find_tenant(console.database, person.tenant)

    def get_id(self) -> str:
        """The opaque id of the account."""
        return self.person.account


def install(app: Flask, console: Console, cookies: Cookies) -> None:
    """Has each request know its visitor."""

    def renew(response: Response) -> Response:
        """WHY here: what the page did may be what makes a new id due."""
        present = None if request.endpoint == "files.asset" else visitor()
        session = present.person.session if present else None
        if present is None or session is None or present.has_left:
            return response
        found = sessions.find(console.database, present.person.tenant, session)
        if found is not None and found.is_rotation_due:
            session = rotate_if_due(console.database, session) or session
        if session != cookies.read(request, SESSION):
            cookies.set(response, SESSION, session)
        return response

    def load(request: Request) -> Visitor | None:
        session = cookies.read(request, SESSION)
        if not session:
            return None
        person = person_of(
            console.database,
            session,
            now=console.clock(),
            address=request.remote_addr,
            request_id=g.request_id,
        )
        return None if person is None else Visitor(console, person)

    app.after_request(renew)
    manager = LoginManager()
    # WHY: it would keep a mark of the browser in the session, and there is none.
    manager.session_protection = None
    manager.request_loader(load)
    # WHY: a page that says that the database is gone must not ask it who is there.
    manager.init_app(app, add_context_processor=False)


def visitor() -> Visitor | None:
    """Who is logged in; None for nobody, and where nobody may be asked for."""
    if g.get(UNASKED):
        return None
    return cast(Visitor, current_user) if current_user.is_authenticated else None


def present() -> Visitor:
    """Who is logged in, on a page that nobody else may open."""
    assert current_user.is_authenticated, request.endpoint
    return cast(Visitor, current_user)
