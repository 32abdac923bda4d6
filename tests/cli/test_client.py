import shutil
import time

import pytest

from authz.accounts import keys
from authz.storage import clients
from authz.storage.database import open_database
from authz.storage.events import entries
from tests.cli.conftest import CONFIG


@pytest.fixture
def folder(data, tmp_path):
    """A data folder that a test may change."""
    shutil.copy(data / "demo.db", tmp_path / "gatehouse.db")
    return tmp_path


@pytest.fixture
def create(authz, folder):
    def create(*arguments):
        return authz("client", "create", "-c", CONFIG, "--data", folder, *arguments)

    return create


@pytest.fixture
def database(folder):
    handle = open_database(folder / "gatehouse.db", time.time)
    yield handle
    handle.close()


def test_the_key_is_printed_once_and_works(create, database):
    ran = create(
        "shop", "--tenant", "pwani", "--scope", "decision:check", "--channel", "web"
    )
    assert ran.code == 0
    key = keys.parse(f"Bearer {ran.out.strip()}")
    client = clients.find(database, key.id)
    assert (client.tenant, client.name, client.channel) == ("pwani", "shop", "web")
    assert client.scopes == {"decision:check"}
    assert client.expires_at is None
    assert keys.matches(key.secret, client.key_hash)


def test_it_is_an_event_that_names_who_made_it(create, database):
    create("shop", "--tenant", "pwani", "--scope", "decision:check")
    last = entries(database, "pwani")[-1]
    assert (last.action, last.actor_kind) == ("api_client.created", "command_line")


def test_it_may_end_by_itself(create, database):
    ran = create("shop", "--tenant", "ziwa", "--scope", "decision:check", "--expires", "2d")
    client = clients.find(database, keys.parse(f"Bearer {ran.out.strip()}").id)
    assert client.expires_at == pytest.approx(time.time() + 2 * 86_400, abs=60)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--tenant", "nowhere", "--scope", "decision:check"), "unknown tenant `nowhere`"),
        (("--tenant", "pwani", "--scope", "all"), "invalid value for `--scope`"),
        (("--tenant", "pwani"), "missing option `--scope`"),
        (
            ("--tenant", "pwani", "--scope", "decision:check", "--expires", "soon"),
            "`--expires` is hours or days, as `12h` or `90d`, not `soon`",
        ),
    ],
)
def test_what_cannot_be_made_is_one_line_and_exit_2(create, arguments, message):
    ran = create("shop", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {message}")


def test_a_name_is_taken_once(create):
    scope = ("--tenant", "pwani", "--scope", "decision:check")
    assert create("shop", *scope).code == 0
    assert create("shop", *scope).err == "error: there is a client `shop` already\n"


def test_a_user_id_that_nobody_has_a_name_for_is_named_by_its_number(
    create, database, monkeypatch
):
    monkeypatch.setattr("os.getuid", lambda: 3_999_999_999)
    assert create("shop", "--tenant", "pwani", "--scope", "decision:check").code == 0
    last = entries(database, "pwani")[-1]
    assert (last.actor_id, last.actor_label) == (
        "uid 3999999999",
        "uid 3999999999 on the command line",
    )
