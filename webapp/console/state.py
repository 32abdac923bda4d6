"""What stands in for Flask's session: nothing that is kept.

Who is logged in is a row of the database, named by a cookie. All that Flask-WTF and `flash`
need besides is here: the token of forms is computed from the cookie of the visit, and a
sentence for the next page travels in a cookie of its own, signed, for a minute at most.
"""

import base64
import hmac
import json
import secrets
from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import SessionInterface, SessionMixin

from authz.decisions.ports import Clock
from webapp.console.cookies import NOTICE, VISIT, Cookies

#: Flask-WTF keeps the token of forms under this name, `flash` its sentences under that.
TOKEN, SENTENCES = "csrf_token", "_flashes"
NOTICE_SECONDS = 60
#: Browsers keep 4096 bytes; a longer sentence is not worth more.
NOTICE_MAX = 3500
VISIT_BYTES = 16


def begin_visit(request: Request) -> str:
    """A new visit, whose tokens are good from the next page on.

    WHY not the session: the login has a form to guard too, lest a stranger log a browser in
    to an account of the stranger's; and a session changes its id while forms are open.
    """
    visit = secrets.token_hex(VISIT_BYTES)
    request.environ[Cookies.NEW_VISIT] = visit
    return visit


class State(dict[str, Any], SessionMixin):
    """What Flask calls the session, for one request."""

    def __init__(self, token: str, sentences: list[Any]):
        super().__init__({TOKEN: token})
        if sentences:
            self[SENTENCES] = sentences
        #: What the page before had to say, shown or not.
        self.came_with = bool(sentences)


class StateInterface(SessionInterface):
    """Makes it at the beginning of a request, and sends what is left of it."""

    def __init__(self, cookies: Cookies, secret: bytes, clock: Clock):
        self._cookies = cookies
        self._secret = secret
        self._clock = clock

    def open_session(self, app: Flask, request: Request) -> State:
        """The token of this visitor, and what the page before had to say."""
        visit = self._cookies.visit(request)
        if not visit:
            visit = begin_visit(request)
        token = self._mark(f"form:{visit}")
        return State(token, self._opened(self._cookies.read(request, NOTICE)))

    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        """Sends what the next page says, or takes back what this one said."""
        visit = request.environ.get(Cookies.NEW_VISIT)
        if visit and "public" not in response.headers.get("Cache-Control", ""):
            self._cookies.set(response, VISIT, visit)
        if sentences := session.get(SENTENCES):
            said = self._sealed(sentences)
            self._cookies.set(response, NOTICE, said, NOTICE_SECONDS)
        elif session.came_with:
            self._cookies.end(response, NOTICE)

    def _sealed(self, sentences: list[Any]) -> str:
        until = self._clock() + NOTICE_SECONDS
        content = base64.urlsafe_b64encode(json.dumps([until, sentences]).encode()).decode()
        if len(content) > NOTICE_MAX:
            return ""
        return f"{content}.{self._mark(f'notice:{content}')}"

    def _opened(self, said: str) -> list[Any]:
        """Empty where it is too old, or where somebody else wrote it."""
        content, _, mark = said.partition(".")
        if not hmac.compare_digest(mark.encode(), self._mark(f"notice:{content}").encode()):
            return []
        until, sentences = json.loads(base64.urlsafe_b64decode(content))
        return list(sentences) if self._clock() < until else []

    def _mark(self, text: str) -> str:
        return hmac.digest(self._secret, text.encode(), "sha256").hex()
