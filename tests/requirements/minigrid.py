"""The mini-grid companies as their people use them: addresses, lists, the log."""

import re
from collections.abc import Iterator
from functools import cache

from authz.assurance.bench_load import uncompared
from authz.engine.policyset import PolicySet
from authz.engine.source import PolicySource, read_directory
from authz.storage import people
from tests.console.conftest import Browser
from tests.requirements.metering import App
from tests.shipped import POLICIES, shipped

PWANI, ZIWA = "pwani", "ziwa"
PETER = "both.hats@pwani.example"
KEVIN = "field@ziwa.example"
#: The login and what leads to it; nothing else is shown to nobody.
PUBLIC = {"/login", "/login/code", "/register", "/reset", "/reset/<token>"}
#: How the console looks, and what it looks with.
LOOK = {"/static/<name>", "/look/theme", "/look/keys"}
ROLES = ("owner", "admin", "financial-manager", "user")
#: Questions that one batch may hold.
BATCH = 20
#: What a browser shows of an answer that is of this answer alone.
OWN = re.compile(r"request-\d+|[0-9a-f-]{36}")
TOKENS = re.compile(r'name="csrf_token" value="[^"]+"')
#: What the form of a new account asks for.
SARA = {
    "email": "sara@pwani.example",
    "name": "Sara Musa",
    "password": "mainland2026",
    "timezone": "Africa/Dar_es_Salaam",
    "language": "en",
}

#: Lines of RULES that some tests take away.
RULES = "minigrid.polar"
AWAY = (
    'role_permission("financial-manager", "payments");\n',
    'role_permission("admin", "users");\n',
    'role_permission("admin", "plugins");\n',
    'role_permission("admin", "settings.api-keys");\n',
)


def without_lines(text: str) -> str:
    """The rules of mini-grids without AWAY."""
    for line in AWAY:
        assert text.count(line) == 1, line
        text = text.replace(line, "")
    return text


def load(source: PolicySource) -> PolicySet:
    """The shipped set, or the one without AWAY."""
    return shipped() if source.revision == shipped().revision else thinner()


@cache
def thinner() -> PolicySet:
    """The shipped policies without AWAY."""
    files = dict(read_directory(POLICIES).files)
    files[RULES] = without_lines(files[RULES].decode()).encode()
    return uncompared(files)


def addresses(app, method: str) -> Iterator[tuple[str, str]]:
    """Rule and an address of it, for each page of the console."""
    for rule in app.url_map.iter_rules():
        if method in rule.methods and not rule.rule.startswith(("/api/", "/.well-known/")):
            filled = re.sub(r"<any\((\w+)[^)]*\):\w+>", r"\1", rule.rule)
            yield rule.rule, re.sub(r"<(?:\w+:)?\w+>", "something", filled)


def shown(answer, *own: str) -> tuple[int, str]:
    """Status and page, without what differs from one answer to the next."""
    text = TOKENS.sub("", OWN.sub("", answer.text))
    for id in own:
        text = text.replace(id, "")
    return answer.status_code, text


def emails(world, tenant: str) -> set[str]:
    """The live accounts of a company."""
    return {one.email for one in people.list_accounts(world.database, tenant)}


def logins(app, email: str, *passwords: str) -> list[int]:
    """What the login answers to each password."""
    return [Browser(app).log_in(email, password).status_code for password in passwords]


def told(app: App, who: str, action: str, *resources: str, channel: str = "web"):
    """Of which resources an app is told yes."""
    return [one for one in resources if app.decides(who, action, one, channel)]


def answers(app: App, asked: list[tuple[str, str, str]]) -> list[bool]:
    """What an app is told of each (who, action, resource), in few batches."""
    parts = [asked[start : start + BATCH] for start in range(0, len(asked), BATCH)]
    return [yes for part in parts for yes in app.decides_all(part)]
