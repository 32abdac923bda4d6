"""docs/json-api.md says what is, and both applications answer side by side."""

import re

from tests.administration.conftest import ROOT
from tests.console.conftest import HOST, console_of
from tests.json_api.conftest import api_of
from webapp.console.app import create_app as create_console
from webapp.json_api.app import beside, create_app
from webapp.json_api.errors import INTERNAL, STATUSES
from webapp.json_api.gate import REQUEST_ID_MAX

PAGE = (ROOT / "docs" / "json-api.md").read_text("utf-8")


def test_every_error_is_in_the_table():
    rows = re.findall(r"^\| (\d{3}) \| (.+?) \|", PAGE, re.MULTILINE)
    said = {
        (int(status), code)
        for status, codes in rows
        for code in re.findall(r"`(\w+)`", codes)
    }
    assert said == {*STATUSES.values(), INTERNAL}


def test_the_figures_are_those_of_the_code():
    assert f"up to {REQUEST_ID_MAX} characters" in PAGE


def test_the_api_stands_beside_the_console(world):
    front = create_console(console_of(world))
    front.wsgi_app = beside(front.wsgi_app, create_app(api_of(world)))
    client = front.test_client()

    def kind(path):
        return client.get(path, base_url=f"http://{HOST}").mimetype

    for path in ("/api/v1/profile", "/api", "/api/v2/x", "/.well-known/jwks.json"):
        assert kind(path) == "application/json", path
    for path in ("/login", "/apis", "/nothing"):
        assert kind(path) == "text/html", path
