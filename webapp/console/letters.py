"""The mails of the console, each in the language of whom it is for."""

from flask import current_app, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from authz.accounts.mail import Mail
from authz.storage.people import Account
from webapp.console.parts import console_of


def login_password(token: str, account: Account) -> Mail:
    """The link that makes a new password to log in with."""
    with force_locale(account.language):
        return _mail(
            account,
            _("A new password for Gatehouse"),
            _("somebody, we hope you, asked for a new password for your account."),
            _address("reset.link", token),
        )


def pages_password(token: str, account: Account) -> Mail:
    """The link that makes a new password for the protected pages of the company."""
    with force_locale(account.language):
        return _mail(
            account,
            _("A new Protected Pages Password for Gatehouse"),
            _(
                "somebody, we hope you, asked for a new Protected Pages Password for your "
                "company. It is one for everybody there."
            ),
            _address("reset.pages_link", token),
        )


def _mail(account: Account, subject: str, asked: str, address: str) -> Mail:
    lines = (
        _("Hello %(name)s,", name=account.name),
        asked,
        _("This link makes one. It is good for an hour, and once:"),
        address,
        _("If it was not you, nothing has changed: you need not do anything."),
    )
    return Mail(account.email, str(subject), "\n\n".join(map(str, lines)) + "\n")


def _address(endpoint: str, token: str) -> str:
    """WHY not from the request alone: who asks must not choose where the link leads."""
    door = console_of(current_app).door
    return f"{door.origin or f'http://{request.host}'}{url_for(endpoint, token=token)}"
