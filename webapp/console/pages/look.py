"""How the console looks in this browser: light or dark, with keys or without."""

from flask import current_app, request, url_for
from flask.typing import ResponseReturnValue

from webapp.console.answers import go
from webapp.console.asked import posted
from webapp.console.cookies import LOOK, LOOK_SECONDS, Cookies
from webapp.console.gate import is_local
from webapp.console.needs import Pages
from webapp.console.parts import console_of
from webapp.console.words import THEMES, Look

pages = Pages("look", __name__)


@pages.page("/look/theme", methods=["POST"], public=True)
def theme() -> ResponseReturnValue:
    """Another theme, from the next page on."""
    typed = posted("theme", "next")
    look = _look()
    if typed["theme"] in THEMES:
        look.theme = None if typed["theme"] == THEMES[0] else typed["theme"]
    return _back(look, typed["next"])


@pages.page("/look/keys", methods=["POST"], public=True)
def keys() -> ResponseReturnValue:
    """The keys on or off, from the next page on."""
    typed = posted("keys", "next")
    look = _look()
    look.has_keys = typed["keys"] == "on"
    return _back(look, typed["next"])


def _look() -> Look:
    return Look(_cookies().read(request, LOOK))


def _back(look: Look, next: str) -> ResponseReturnValue:
    response = go(next if is_local(next) else url_for("home.page"))
    _cookies().set(response, LOOK, str(look), LOOK_SECONDS)
    return response


def _cookies() -> Cookies:
    return Cookies(secure=console_of(current_app).door.is_secure)
