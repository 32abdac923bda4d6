"""API clients: the apps of a company, each with a key that is shown once."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from authz.accounts.keys import CHANNELS, SCOPES
from authz.administration import clients
from authz.errors import Conflict, InvalidChange
from webapp.console.answers import go, status_of
from webapp.console.asked import Form, chosen, posted
from webapp.console.needs import Pages
from webapp.console.visitor import present
from webapp.console.words import typed_time

pages = Pages("clients", __name__)


@pages.page("/clients", action="api_client:list")
def list_page() -> ResponseReturnValue:
    """Those that there are, revoked ones too."""
    desk = present().desk
    return render_template(
        "clients.html",
        listed=clients.listed(desk),
        now=desk.clock(),
        may_add=desk.may("api_client:create", "tenant", desk.tenant),
        may_revoke=desk.may("api_client:revoke", "tenant", desk.tenant),
    )


@pages.page("/clients/add", action="api_client:create", confirmed=True)
def add_form() -> ResponseReturnValue:
    """The empty form."""
    return _form(Form(), ())


@pages.page("/clients/add", methods=["POST"], action="api_client:create", confirmed=True)
def add() -> ResponseReturnValue:
    """A new client; its key is on the page that answers, and nowhere else."""
    typed, scopes = posted("name", "channel", "expires_at"), chosen("scopes")
    try:
        client, key = clients.create(
            present().desk,
            name=typed["name"],
            scopes=scopes,
            channel=typed["channel"] or None,
            expires_at=typed_time(typed["expires_at"], "expires_at"),
        )
    except (InvalidChange, Conflict) as exc:
        return _form(typed.refused(exc, "name"), scopes), status_of(exc)
    return render_template("client_key.html", client=client, key=key.text)


@pages.page(
    "/clients/<id>/revoke",
    methods=["POST"],
    action="api_client:revoke",
    on="api_client",
)
def revoke(id: str) -> ResponseReturnValue:
    """The key is worthless."""
    clients.revoke(present().desk, id)
    flash(_("The key was revoked. The next request with it is refused."), "allow")
    return go(url_for("clients.list_page"))


def _form(form: Form, scopes: tuple[str, ...]) -> str:
    return render_template(
        "client_form.html",
        form=form,
        chosen_scopes=scopes,
        scopes=SCOPES,
        channels=CHANNELS,
    )
