import json

import pytest

from authz.accounts import resets
from authz.storage import events, people, sessions
from authz.storage.events import SERVICE
from tests.administration.names import AMINA, GRACE, JUMA, NEWCOMER, OTIENO, ROOT, SALUM
from tests.cli.conftest import CONFIG

PASSWORD = "meter2026y"


@pytest.fixture
def secret(tmp_path):
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n", encoding="utf-8")
    return file


@pytest.fixture
def stored(database):
    return lambda who, tenant="pwani": people.find_account(database, tenant, who)


def last_of(database, tenant="pwani"):
    return events.entries(database, tenant, limit=10_000)[-1]


def test_a_list_shows_the_people_of_the_company_and_what_each_holds(acting):
    ran = acting(AMINA, "user", "list", "--output", "json")
    assert (ran.code, ran.err) == (0, "")
    said = json.loads(ran.out)
    assert said["schema"] == "authz.user/1"
    assert {one["tenant"] for one in said["users"]} == {"pwani"}
    salum = next(one for one in said["users"] if one["email"] == SALUM)
    assert salum["roles"] == [{"role": "user", "expires_at": None}]
    assert salum["bindings"] == {"cluster": ["mafia"]}
    assert "hash" not in ran.out


def test_a_list_is_narrowed_and_goes_on_where_it_ended(acting):
    first = acting(AMINA, "user", "list", "--role", "admin", "--limit", "1")
    head, row = first.out.splitlines()
    assert head.split()[:3] == ["E-MAIL", "NAME", "STATUS"]
    assert row.split()[0] == JUMA
    after = first.err.removeprefix("there are more: --after ").strip()
    rest = acting(AMINA, "user", "list", "--role", "admin", "--after", after)
    assert [line.split()[0] for line in rest.out.splitlines()[1:]] == [
        "second.admin@pwani.example"
    ]


def test_a_person_is_added_given_access_blocked_and_deleted(
    acting, secret, stored, database
):
    added = acting(
        *(AMINA, "user", "add", "new@pwani.example", "--name", "New One"),
        *("--password-file", secret),
    )
    assert (added.code, added.err) == (0, "")
    assert "roles      none" in added.out
    assert PASSWORD not in added.out
    assert last_of(database).actor_label == AMINA
    assert last_of(database).channel == "command_line"
    assert "at the machine" in last_of(database).address
    acting(
        *(AMINA, "user", "access", "new@pwani.example"),
        *("--role", "user=90d", "--bind", "cluster:mafia"),
    )
    held = stored("new@pwani.example")
    assert [one.role for one in held.roles] == ["user"]
    assert held.roles[0].expires_at is not None
    assert held.bindings == {"cluster": ("mafia",)}
    assert acting(AMINA, "user", "block", "new@pwani.example").code == 0
    assert stored("new@pwani.example").status == "blocked"
    assert acting(AMINA, "user", "unblock", "new@pwani.example").code == 0
    gone = acting(AMINA, "user", "delete", held.id, "--yes")
    assert gone.out == "new@pwani.example is deleted\n"
    assert stored(held.id).status == "deleted"


def test_what_is_not_named_of_an_access_stays(acting, stored):
    before = stored(SALUM)
    acting(AMINA, "user", "access", SALUM, "--bind", "cluster:pemba")
    assert stored(SALUM).roles == before.roles
    assert stored(SALUM).bindings == {"cluster": ("pemba",)}
    acting(AMINA, "user", "access", SALUM, "--no-role", "--unbind", "cluster")
    assert (stored(SALUM).roles, stored(SALUM).bindings) == ((), {})


def test_a_preview_tells_gains_and_losses_and_saves_nothing(acting, stored, database):
    before, count = stored(SALUM), len(events.entries(database, "pwani"))
    arguments = ("user", "access", SALUM, "--bind", "cluster:pemba", "--preview")
    ran = acting(AMINA, *arguments)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert (
        "    on customer: cust-3" in lines[: lines.index("    on customer: cust-1, cust-2")]
    )
    found = json.loads(acting(AMINA, *arguments, "--output", "json").out)
    gained = {id for one in found["gains"] for id in one["ids"]}
    lost = {id for one in found["loses"] for id in one["ids"]}
    assert "cust-3" in gained - lost
    assert "cust-1" in lost - gained
    assert stored(SALUM) == before
    assert len(events.entries(database, "pwani")) == count


ESCALATIONS = {
    "an admin edits an owner": (JUMA, "edit", AMINA, "--name", "Other"),
    "an admin makes an owner": (JUMA, "access", SALUM, "--role", "owner"),
    "an admin unmakes an owner": (JUMA, "access", AMINA, "--role", "user"),
    "an admin blocks an owner": (JUMA, "block", AMINA),
    "an admin deletes an owner": (JUMA, "delete", AMINA, "--yes"),
    "an admin makes an owner's link": (JUMA, "reset-link", AMINA),
    "an admin ends an owner's logins": (JUMA, "sessions", AMINA, "--end-all"),
    "the last owner leaves": (AMINA, "access", AMINA, "--role", "admin"),
    "the last owner goes": (AMINA, "delete", AMINA, "--yes"),
    "a field worker lists": (SALUM, "list"),
    "somebody without access looks": (NEWCOMER, "show", AMINA),
}


@pytest.mark.parametrize("arguments", ESCALATIONS.values(), ids=ESCALATIONS.keys())
def test_r31_r39_r40_the_command_line_does_nothing_that_the_console_refuses(
    acting, stored, database, arguments
):
    who, *rest = arguments
    everyone = people.list_accounts(database, "pwani", deleted=True)
    ran = acting(who, "user", *rest)
    assert (ran.code, ran.out) == (10, "")
    assert ran.err.startswith("error: You ")
    assert people.list_accounts(database, "pwani", deleted=True) == everyone
    assert last_of(database).result == "refused"
    assert last_of(database).actor_label == who


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("lst",), "no such command `lst`; did you mean `list`?"),
        (("show", "nobody@pwani.example"), "no user `nobody@pwani.example`"),
        (("show", OTIENO), f"no user `{OTIENO}`"),
        (
            ("access", SALUM, "--role", "onwer"),
            "unknown role `onwer`, did you mean `owner`?",
        ),
        (
            ("access", SALUM, "--role", "user=yesterday"),
            "`--role` is hours, days or a time with its zone",
        ),
        (("access", SALUM, "--role", "user", "--no-role"), "`--role` and `--no-role` exc"),
        (("access", SALUM, "--bind", "mafia"), "--bind is written type:id, not `mafia`"),
        (("access", SALUM, "--bind", "cluster:x"), "there is no cluster `x`"),
        (("access", SALUM, "--unbind", "clutser"), "unknown kind `clutser`, did you"),
        (("list", "--role", "\udcff"), "--role holds bytes that are no text"),
        (("edit", SALUM, "--name", " "), "`--name` is empty: leave it out to keep"),
        (("add", "new@pwani.example", "--name", "N"), "there is no terminal to ask on"),
        (("add", SALUM, "--name", "N", "--password-file", "/dev/null"), "`/dev/null` must"),
        (("delete", SALUM), "there is no terminal to ask on: give `--yes`"),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_one_line_and_changes_nothing(
    acting, database, arguments, message
):
    before = people.list_accounts(database, "pwani", deleted=True)
    ran = acting(AMINA, "user", *arguments)
    assert ran.err.splitlines()[-1].removeprefix("error: ").startswith(message)
    assert (ran.code, ran.out) == (2, "")
    assert people.list_accounts(database, "pwani", deleted=True) == before


def test_a_password_is_changed_from_a_file_and_is_no_argument(
    acting, secret, database, stored
):
    saved = acting(AMINA, "user", "edit", GRACE, "--password-file", secret)
    assert saved.code == 0
    assert last_of(database).action == "user.password_set"
    assert PASSWORD not in repr(events.entries(database, "pwani", limit=10_000))
    refused = acting(AMINA, "user", "edit", GRACE, "--password", PASSWORD)
    assert refused.code == 2


def test_sessions_are_listed_and_ended_without_their_secret(acting, database, stored):
    account = stored(GRACE)
    one = sessions.create(database, "pwani", account.id, actor=SERVICE, channel="web")
    listed = acting(AMINA, "user", "sessions", GRACE)
    assert one.handle in listed.out
    assert one.id not in listed.out
    assert acting(AMINA, "user", "sessions", GRACE, "--end", one.handle).code == 0
    assert sessions.list_live(database, "pwani", account.id) == []
    ended = acting(AMINA, "user", "sessions", GRACE, "--end-all")
    assert ended.out == "0 sessions were ended\n"


def test_a_reset_link_leads_to_the_console_and_works_once(acting, database):
    ran = acting(AMINA, "user", "reset-link", GRACE)
    url, _, token = ran.out.strip().rpartition("/")
    assert url == "http://127.0.0.1:8081/reset"
    assert resets.is_good(database, token)
    assert last_of(database).action == "reset.login_requested"
    assert token not in repr(events.entries(database, "pwani", limit=10_000))
    acting(AMINA, "user", "block", GRACE)
    blocked = acting(AMINA, "user", "reset-link", GRACE)
    assert blocked.err == "error: the account is blocked: a link would not work\n"


def test_it_is_done_for_whom_the_configuration_names(authz, folder, monkeypatch):
    monkeypatch.setenv("AUTHZ_COMMANDS__PERSON", ROOT)
    at = ("-c", CONFIG, "--data", folder)
    assert "tenant     gasmeter-uz" in authz("user", "show", ROOT, *at).out
    other = authz("user", "show", AMINA, *at, "--as", AMINA)
    assert "tenant     pwani" in other.out


@pytest.mark.parametrize(
    ("who", "message"),
    [
        ((), "name for whom it is done: `--as E-MAIL`, or `commands.person` in the"),
        (("--as", "ghost@pwani.example"), "no account `ghost@pwani.example` to act for"),
        (("--as", "ghost"), "the e-mail must have one `@`"),
        (("--as", ""), "the e-mail is missing"),
    ],
    ids=["nobody", "a ghost", "no e-mail", "an empty one"],
)
def test_somebody_is_named(authz, folder, who, message):
    ran = authz("user", "list", "-c", CONFIG, "--data", folder, *who)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {message}")


def test_r14_behind_protected_pages_the_command_line_is_refused(acting):
    ran = acting(OTIENO, "user", "list")
    assert (ran.code, ran.out) == (10, "")
