"""The gate in front of every route: whose token or key it is, and what the policies say.

Cookies are not looked at, so no other page can act in a person's name, and a request that
carries both is judged by its token alone.
"""

import re

from flask import Flask, Response, g, request

from authz.accounts import keys
from authz.accounts.tokens import WrongToken
from authz.administration.desk import Desk, Refused
from authz.errors import Forbidden, NotFound, RequestError
from authz.storage import clients
from authz.storage.clients import ApiClient
from webapp.console.headers import HSTS
from webapp.console.needs import Need, Question, needs
from webapp.decision_api import strictjson
from webapp.decision_api.errors import Unauthenticated, WrongHost
from webapp.decision_api.messages import is_echoable
from webapp.json_api.parts import Api, Present, Program, Visit, api_of

TOKEN = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9_.\-]+)")
REQUEST_ID_MAX = 200
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def install(app: Flask) -> None:
    """Has every request looked at before its view, and every answer carry the headers."""

    def enter() -> None:
        api = api_of(app)
        g.request_id = api.console.new_request_id()
        g.request_id = _own_id() or g.request_id
        if not api.console.door.answers_to(request.host):
            raise WrongHost(f"nobody here has the name {strictjson.shown(request.host)}")
        need = needs(app).get(request.endpoint or "")
        if need is not None:
            g.visit = _visit(api, need)
            if isinstance(g.visit, Present):
                _check_need(g.visit, need)

    def finish(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if api_of(app).console.door.is_secure:
            response.headers["Strict-Transport-Security"] = HSTS
        response.headers["X-Request-ID"] = g.request_id
        return response

    app.before_request(enter)
    app.after_request(finish)


def client_of(api: Api, authorization: str) -> ApiClient:
    """The app whose API key that header holds. Raises: Unauthenticated."""
    key = keys.parse(authorization)
    found = clients.find(api.console.database, key.id) if key else None
    stored = found.key_hash if found else keys.digest("")
    right = key is not None and keys.matches(key.secret, stored)
    if found is None or not right or not found.is_live(api.console.clock()):
        raise Unauthenticated("the API key is missing, unknown, expired or revoked")
    return found


def _own_id() -> str:
    """The id that the request came with. Raises: RequestError for a strange one."""
    sent = request.headers.get("X-Request-ID", "")
    if sent and (not is_echoable(sent) or len(sent) > REQUEST_ID_MAX):
        raise RequestError("the header `X-Request-ID` is too long or no plain text")
    return sent


def _visit(api: Api, need: Need) -> Visit:
    """Who asks. Raises: WrongToken, Unauthenticated, Forbidden."""
    agent = request.headers.get("User-Agent")
    known = (api, g.request_id, request.remote_addr, agent)
    said = request.headers.get("Authorization", "")
    if need.scope:
        client = client_of(api, said)
        if need.scope not in client.scopes:
            raise Forbidden(f"the API key lacks the scope `{need.scope}`")
        return Program(*known, client)
    if need.public:
        return Visit(*known)
    found = TOKEN.fullmatch(said)
    if found is None:
        raise WrongToken
    person = api.tokens.person_of(
        found[1], address=request.remote_addr, request_id=g.request_id
    )
    return Present(*known, found[1], person)


def _check_need(present: Present, need: Need) -> None:
    """Nothing, where the policies allow it.

    Raises: Refused; NotFound for what is not there, or not this person's to see;
    ConfirmationNeeded. WHY in this order: who may not do it is not asked for anything.
    """
    question = need.question(present.person, request.view_args or {})
    if question is not None:
        try:
            present.desk.require(*question)
        except Refused as refused:
            if _is_hidden(present.desk, question):
                raise NotFound("not this person's to see") from refused
            raise
    if need.confirmed:
        present.require_confirmed()


def _is_hidden(desk: Desk, asked: Question) -> bool:
    """Whether the person sees some things of the type, and not this one: then it is as if
    it were not there.
    """
    types = desk.policies.schema.types
    read, listing = f"{asked.type}:read", f"{asked.type}:list"
    if asked.type not in types or read not in types[asked.type].actions:
        return False
    lists = listing in types["tenant"].actions and desk.may(listing, "tenant", desk.tenant)
    return lists and not desk.may(read, asked.type, asked.id)
