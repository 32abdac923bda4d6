import json
import re
import shlex
import stat
import subprocess
import time

import pytest

from tests.api.doors import START_SECONDS, free_port, question, socket_door
from tests.cli.demo import demo

pytestmark = pytest.mark.socket
ADMINS = {
    "pwani": "amina.owner@pwani.example",
    "ziwa": "owner@ziwa.example",
    "gasmeter-uz": "root@gasmeter.example",
    "system": "operator@gatehouse.example",
}


def described(folder):
    return json.loads((folder / "demo.json").read_text("utf-8"))


def status(port, key):
    """What the decision API says to a key."""
    asked = question("user:finance@pwani.example", "transaction:read", "tenant:pwani")
    headers = {
        "host": "127.0.0.1",
        "authorization": f"Bearer {key}",
        "content-type": "application/json",
    }
    body = json.dumps(asked).encode()
    return socket_door(port)("POST", "/access/v1/evaluation", headers, body).status


def login_page(port):
    """What the console shows, once it has started."""
    ends = time.monotonic() + START_SECONDS
    while True:
        try:
            return socket_door(port)("GET", "/login", {"host": "127.0.0.1"}, b"").body
        except OSError:
            assert time.monotonic() < ends
            time.sleep(0.1)


def test_the_demo_makes_all_it_needs_keeps_it_and_replaces_what_is_lost(tmp_path):
    port = free_port()
    with demo(tmp_path, port) as printed:
        first = described(tmp_path)
        said = printed.read_text("utf-8")
        curl = said[said.index("  curl") :].split("\n\n")[0]
        done = subprocess.run(
            shlex.split(curl.replace("\\\n", " ")), capture_output=True, check=True
        )
        assert json.loads(done.stdout)["decision"] is True
        assert b"Log in" in login_page(port + 1)
    assert first["base_url"] == f"http://127.0.0.1:{port}"
    assert first["base_url"] in said
    assert first["console_url"] == f"http://127.0.0.1:{port + 1}"
    assert first["console_url"] in said
    assert {
        slug: kept["admin"]["email"] for slug, kept in first["tenants"].items()
    } == ADMINS
    assert all(email in first["tenants"][slug]["users"] for slug, email in ADMINS.items())
    assert all(
        re.fullmatch(r"gh_[0-9a-f]{16}_[0-9a-f]{64}", kept["api_key"])
        for kept in first["tenants"].values()
    )
    for name in ("demo.json", "demo.db"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600

    other = free_port()
    with demo(tmp_path, other):
        moved = {
            "base_url": f"http://127.0.0.1:{other}",
            "console_url": f"http://127.0.0.1:{other + 1}",
        }
        assert described(tmp_path) == first | moved

    cut_off = (tmp_path / "demo.json").read_bytes()[:-99]
    (tmp_path / "demo.json").write_bytes(cut_off)
    with demo(tmp_path, port):
        second = described(tmp_path)
        old, new = (made["tenants"]["pwani"]["api_key"] for made in (first, second))
        assert (status(port, old), status(port, new)) == (401, 200)
    passwords = {
        kept["admin"]["password"]
        for made in (first, second)
        for kept in made["tenants"].values()
    }
    assert len(passwords) == 2
