"""Secrets that are planted wherever people type or are given them, and looked for
everywhere else: in logs, events, exports, pages and the database.
"""

import http.client
import json
import re
import sqlite3
import time
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pyotp
import pytest

from authz.storage.seed import seed
from tests.administration.conftest import CHEAP, PASSWORD
from tests.api.doors import ROOT, running
from tests.console.conftest import OWNER, ROOT_ADMIN, TOKEN
from tests.shipped import shipped

#: Every secret that a person types has this in it.
CANARY = "canary"
WRONG, ADDED, EDITED, OWN = (f"{CANARY}{n}secret" for n in range(1, 5))
PAGES, UNLOCK, DEVICE, RESET, TOKEN_WRONG = (f"{CANARY}{n}secret" for n in range(5, 10))
NEWCOMER = "newcomer@pwani.example"


class Peer:
    """A browser, or an app, in front of a real server."""

    def __init__(self, port):
        self.port = port
        self.cookies = {}

    def ask(self, method, path, body=None, headers=None):
        """Status, text and headers."""
        peer = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        said = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        peer.request(method, path, body, said | (headers or {}))
        answer = peer.getresponse()
        text = answer.read().decode()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookies |= {k: m.value for k, m in SimpleCookie(value).items()}
        peer.close()
        return answer.status, text, answer.headers

    def get(self, path):
        return self.ask("GET", path)[1]

    def post(self, path, page, **form):
        """A form as the page that shows it sends it."""
        found = TOKEN.search(self.get(page))
        form["csrf_token"] = unescape(found[1])
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(form, doseq=True), kind)

    def json(self, path, body, bearer=""):
        kind = {"Content-Type": "application/json"}
        kind |= {"Authorization": f"Bearer {bearer}"} if bearer else {}
        status, text, _ = self.ask("POST", f"/api/v1{path}", json.dumps(body), kind)
        return status, json.loads(text) if text else {}

    def log_in(self, email, password):
        return self.post("/login", "/login", email=email, password=password)[0]


def link(folder):
    """The path in the latest mail."""
    latest = max((folder / "outbox").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    return re.search(r"/reset/[\w-]+", latest.read_text().replace("=\n", ""))[0]


def planted(peer, folder):
    """Everything that people do with secrets; those that the service made."""
    made = []
    assert peer.log_in(OWNER, WRONG) == 401
    assert peer.log_in(OWNER, PASSWORD) == 303
    person = {"email": NEWCOMER, "name": "New", "timezone": "UTC", "language": "en"}
    status, _, _ = peer.post("/users/add", "/users/add", password=ADDED, **person)
    assert status == 303
    id = re.search(r"/users/(u_\w+)", peer.get(f"/users?q={NEWCOMER}"))[1]
    edit = f"/users/{id}/edit"
    version = re.search(r'name="version" value="(\w+)"', peer.get(edit))[1]
    status, text, _ = peer.post(edit, edit, password=EDITED, version=version, **person)
    assert status == 303, text
    new = {"name": "an app", "scopes": "decision:check", "channel": "web"}
    status, text, _ = peer.post("/clients/add", "/clients/add", **new)
    made.append(re.search(r"gh_\w+", text)[0])
    turned_on = {"password": PAGES, "password_again": PAGES}
    status, text, _ = peer.post(
        "/settings/protected-pages", "/settings/protected-pages", **turned_on
    )
    assert status == 303, text
    assert peer.post("/unlock", "/unlock", password=UNLOCK)[0] == 303
    assert peer.post("/unlock", "/unlock", password=PAGES)[0] == 303
    return made + second_factor(peer) + reset(peer, folder) + tokens(peer, made[0])


def second_factor(peer):
    page = "/profile/security"
    _, text, _ = peer.post("/profile/second-factor", page)
    secret = re.search(r'class="mono">([A-Z2-7]{16,})<', text)[1]
    code = pyotp.TOTP(secret).now()
    _, text, _ = peer.post("/profile/second-factor/confirm", page, code=code)
    codes = re.search(r"<pre[^>]*>([^<]+)</pre>", text)[1].split()
    assert len(codes) >= 8
    return [secret, *codes]


def reset(peer, folder):
    """Another person forgets the password, and later changes it."""
    other = Peer(peer.port)
    assert other.post("/reset", "/reset", email=NEWCOMER)[0] == 303
    path = link(folder)
    assert other.ask("GET", path)[0] == 200
    status, text, _ = other.post(path, path, password=RESET, password_again=RESET)
    assert status == 303, text
    assert other.log_in(NEWCOMER, RESET) == 303
    page = "/profile/security"
    changed = {"old_password": RESET, "password": OWN, "password_again": OWN}
    assert (
        other.post("/profile/password", page, **(changed | {"old_password": WRONG}))[0]
        == 422
    )
    assert other.post("/profile/password", page, **changed)[0] == 303
    return [path.rpartition("/")[2]]


def tokens(peer, key):
    """An app of the newcomer."""
    wrong = {"email": NEWCOMER, "password": TOKEN_WRONG}
    assert peer.json("/token", wrong, key)[0] == 401
    status, first = peer.json("/token", {"email": NEWCOMER, "password": OWN}, key)
    assert status == 200
    old = {"refresh_token": first["refresh_token"]}
    status, second = peer.json("/token/refresh", old, key)
    assert status == 200
    assert peer.json("/token/refresh", old, key)[0] == 401
    return [
        one[name] for one in (first, second) for name in ("access_token", "refresh_token")
    ]


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A data folder in which all that was done, what the service said then, and secrets."""
    folder = tmp_path_factory.mktemp("secrets")
    facts = ROOT / "authz" / "samples" / "tenants.yaml"
    path = folder / "gatehouse.db"
    seed(path, shipped().schema, facts, PASSWORD, clock=time.time, hasher=CHEAP)
    outbox = {"MAIL__OUTBOX": folder / "outbox"}
    with running(folder, config=ROOT / "config.yaml", **outbox) as server:
        peer, platform = Peer(server.port + 1), Peer(server.port + 1)
        made = planted(peer, folder)
        assert platform.log_in(ROOT_ADMIN, PASSWORD) == 303
        unit = "/units/mu-101"
        status, text, _ = platform.post(
            f"{unit}/device-password", unit, device_password=DEVICE
        )
        assert status == 303, text
        shown = [peer.get(page) for page in ("/users", "/profile", "/clients", "/events")]
        shown += [peer.get(page) for page in ("/settings/protected-pages", "/users.csv")]
        for one in (peer, platform):
            shown += [one.get(page) for page in ("/events.csv", "/events.jsonl", "/")]
        shown.append(platform.get(unit))
        ids = [one.cookies["gatehouse"] for one in (peer, platform)]
    assert all("<title>" in page or "," in page for page in shown)
    return Lived(folder, shown, made, ids)


class Lived(NamedTuple):
    """What is left of it."""

    folder: Path
    #: What pages and exports said.
    shown: list[str]
    #: Secrets that the service made, which nobody can read in the database.
    made: list[str]
    #: Those of sessions, which live for half an hour and are looked up by themselves.
    ids: list[str]


def dumped(folder, tables=None):
    """The database as text, or some tables of it."""
    with sqlite3.connect(folder / "gatehouse.db") as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        chosen = [name for (name,) in names if tables is None or name in tables]
        return "\n".join(
            str(row)
            for name in chosen
            for row in connection.execute(f'SELECT * FROM "{name}"')
        )


def test_r22_r68_no_secret_is_on_a_page_or_in_an_export(lived):
    for page in lived.shown:
        assert CANARY not in page
        assert not [secret for secret in lived.made + lived.ids if secret in page]


def test_r22_r68_r69_no_secret_is_in_an_event_and_every_event_is_there(lived):
    events = dumped(lived.folder, {"event", "refusal", "change"})
    assert CANARY not in events
    assert not [secret for secret in lived.made + lived.ids if secret in events]
    for action in ("user.created", "user.password_set", "tenant.pages_password_set"):
        assert action in events


def test_r68_no_secret_is_in_a_log(lived):
    logs = [lived.folder / "server.log", *(lived.folder / "decisions").glob("*")]
    assert logs[0].stat().st_size > 0
    for log in logs:
        text = log.read_text("utf-8")
        assert CANARY not in text, log
        assert not [secret for secret in lived.made + lived.ids if secret in text], log


def test_r22_r68_the_database_holds_no_password_key_token_or_link_to_be_read(lived):
    text = dumped(lived.folder)
    assert CANARY not in text
    assert [secret for secret in lived.made if secret in text] == []
