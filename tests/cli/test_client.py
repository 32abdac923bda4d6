import json
import time
from functools import partial

import pytest

from authz.accounts import keys
from authz.storage import clients
from authz.storage.events import SERVICE, entries
from tests.administration.names import AMINA, SALUM
from tests.cli.conftest import CONFIG


@pytest.fixture
def client(authz, folder):
    def client(command, *arguments):
        return authz("client", command, "-c", CONFIG, "--data", folder, *arguments)

    return client


@pytest.fixture
def create(client):
    return partial(client, "create")


@pytest.fixture
def shop(create):
    """The key of a client `shop` of `pwani`."""
    ran = create(
        *("shop", "--tenant", "pwani", "--channel", "android", "--expires", "90d"),
        *("--scope", "decision:search", "--scope", "decision:check"),
    )
    return keys.parse(f"Bearer {ran.out.strip()}")


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
        (("--scope", "decision:check"), "name for whom it is done by `--as`, or"),
        (
            ("--tenant", "pwani", "--scope", "decision:check", "--expires", "soon"),
            "`--expires` is hours, days or a time with its zone, as `12h`, `90d` or"
            " `2027-01-31T12:00Z`, not `soon`",
        ),
        (
            ("--tenant", "pwani", "--scope", "decision:check", "--expires", "2999-01-01"),
            "`--expires` is hours, days or a time with its zone",
        ),
        (
            (
                *("--tenant", "pwani", "--scope", "decision:check"),
                *("--expires", "2020-01-01T00:00Z"),
            ),
            "`--expires` is in the past: `2020-01-01T00:00Z`",
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


def test_it_may_end_at_a_time(create, database):
    ran = create(
        *("shop", "--tenant", "ziwa", "--scope", "decision:check"),
        *("--expires", "2999-01-01T02:00+02:00", "--output", "json"),
    )
    made = json.loads(ran.out)
    assert made["expires_at"] == "2999-01-01T00:00:00Z"
    assert clients.find(database, made["id"]).expires_at == 32472144000


def test_json_holds_the_key_and_what_it_opens(create):
    ran = create(
        "shop", "--tenant", "ziwa", "--scope", "decision:check", "--output", "json"
    )
    made = json.loads(ran.out)
    key = keys.parse(f"Bearer {made.pop('key')}")
    assert made == {
        "schema": "authz.client/1",
        "id": key.id,
        "tenant": "ziwa",
        "name": "shop",
        "scopes": ["decision:check"],
        "channel": None,
        "expires_at": None,
        "revoked_at": None,
        "state": "live",
    }


def test_a_list_shows_what_each_client_may_and_no_secret(client, shop):
    ran = client("list", "--tenant", "pwani")
    assert ran.code == 0
    head, *rows = [line.split() for line in ran.out.splitlines()]
    assert head == ["NAME", "ID", "STATE", "EXPIRES", "CHANNEL", "SCOPES"]
    row = next(row for row in rows if row[0] == "shop")
    assert (row[1], row[2], row[4]) == (shop.id, "live", "android")
    assert row[5:] == ["decision:check", "decision:search"]
    assert shop.secret not in ran.out


def test_a_list_in_json_is_of_one_tenant(client, shop):
    listed = json.loads(client("list", "--tenant", "pwani", "--output", "json").out)
    assert shop.id in [found["id"] for found in listed["clients"]]
    assert {found["tenant"] for found in listed["clients"]} == {"pwani"}
    other = json.loads(client("list", "--tenant", "ziwa", "--output", "json").out)
    assert shop.id not in [found["id"] for found in other["clients"]]


@pytest.mark.parametrize("by", ["name", "id"])
def test_a_revoked_client_is_dead_and_listed_only_with_all(client, shop, database, by):
    named = "shop" if by == "name" else shop.id
    ran = client("revoke", named, "--tenant", "pwani")
    assert (ran.code, ran.out) == (0, f"the key {shop.id} of `shop` is revoked\n")
    assert clients.find(database, shop.id).revoked_at is not None
    assert entries(database, "pwani")[-1].action == "api_client.revoked"
    assert shop.id not in client("list", "--tenant", "pwani").out
    everyone = client("list", "--tenant", "pwani", "--all").out.splitlines()
    assert [row.split()[2] for row in everyone if shop.id in row] == ["revoked"]
    again = client("revoke", named, "--tenant", "pwani")
    assert (again.code, again.err) == (
        2,
        f"error: the tenant `pwani` has no client `{named}` that is not revoked\n",
    )


def test_a_rotated_client_has_a_new_key_and_the_rest_as_before(client, shop, database):
    before = clients.find(database, shop.id)
    ran = client("rotate", "shop", "--tenant", "pwani")
    key = keys.parse(f"Bearer {ran.out.strip()}")
    after = clients.find(database, key.id)
    assert key.id != shop.id
    assert keys.matches(key.secret, after.key_hash)
    assert clients.find(database, shop.id).revoked_at is not None
    assert (after.name, after.scopes, after.channel, after.expires_at) == (
        *(before.name, before.scopes),
        *(before.channel, before.expires_at),
    )
    assert [entry.action for entry in entries(database, "pwani")[-2:]] == [
        "api_client.revoked",
        "api_client.created",
    ]


def test_a_client_that_ended_is_rotated_with_a_new_end(client, create, database):
    made = clients.create(
        *(database, "pwani", "old", ["decision:check"]), actor=SERVICE, expires_at=1.0
    )[0]
    listed = client("list", "--tenant", "pwani").out.splitlines()
    assert [row.split()[2] for row in listed if made.id in row] == ["expired"]
    refused = client("rotate", "old", "--tenant", "pwani")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == (
        "error: the key of `old` ended 1970-01-01T00:00:01Z: give `--expires`\n"
    )
    assert clients.find(database, made.id).revoked_at is None
    renewed = client("rotate", "old", "--tenant", "pwani", "--expires", "1d")
    assert keys.parse(f"Bearer {renewed.out.strip()}") is not None


@pytest.mark.parametrize("command", ["revoke", "rotate"])
def test_a_client_of_another_tenant_is_not_found(client, shop, database, command):
    for named in ("shop", shop.id):
        ran = client(command, named, "--tenant", "ziwa")
        assert (ran.code, ran.out) == (2, "")
    assert clients.find(database, shop.id).revoked_at is None


@pytest.mark.parametrize("arguments", [("list",), ("revoke", "a"), ("rotate", "a")])
def test_an_unknown_tenant_is_named(client, arguments):
    ran = client(*arguments, "--tenant", "nowhere")
    assert (ran.code, ran.err) == (2, "error: unknown tenant `nowhere`\n")


def test_a_person_makes_a_key_where_the_policies_allow_it(client, acting, database):
    made = acting(
        *(AMINA, "client", "create", "till", "--scope", "decision:check"),
        *("--tenant", "pwani", "--output", "json"),
    )
    assert json.loads(made.out)["tenant"] == "pwani"
    last = entries(database, "pwani")[-1]
    assert (last.action, last.actor_label) == ("api_client.created", AMINA)
    assert last.channel == "command_line"
    listed = acting(AMINA, "client", "list", "--output", "json")
    assert "till" in [one["name"] for one in json.loads(listed.out)["clients"]]
    rotated = acting(AMINA, "client", "rotate", "till")
    key = keys.parse(f"Bearer {rotated.out.strip()}")
    assert acting(AMINA, "client", "revoke", "till").code == 0
    assert clients.find(database, key.id).revoked_at is not None


def test_a_person_makes_no_key_against_the_policies_or_elsewhere(acting, database):
    before = len(clients.list_clients(database, "pwani"))
    scope = ("--scope", "decision:check")
    refused = acting(SALUM, "client", "create", "till", *scope)
    assert (refused.code, refused.out) == (10, "")
    assert refused.err == "error: You do not have access to do this.\n"
    elsewhere = acting(AMINA, "client", "create", "till", *scope, "--tenant", "ziwa")
    assert elsewhere.err == f"error: `{AMINA}` is no person of the tenant `ziwa`\n"
    assert len(clients.list_clients(database, "pwani")) == before
