import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import CONFIG
from tests.replaying.recorded import Recorded, recorded
from tests.replaying.small import NEVER, files, policies

OWNER, CLERK = "amina.owner@pwani.example", "finance@pwani.example"


def put(folder: Path, **edit) -> Path:
    """The small set in a folder."""
    folder.mkdir(parents=True)
    for name, content in files(**edit).items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def at(tmp_path_factory):
    with recorded(tmp_path_factory.mktemp("replayed"), policies(), people=0) as at:
        ask(at, OWNER, "page:open", "tenant", "pwani")
        ask(at, CLERK, "customer:update", "customer", "cust-1")
        ask(at, "owner@ziwa.example", "page:open", "tenant", "ziwa", "ziwa")
        yield at


def ask(at: Recorded, who, action, type, id, tenant="pwani"):
    about = {"type": type, "id": id, "properties": {"cluster": "mafia"}}
    body = {
        "subject": {"type": "user", "id": who},
        "action": {"name": action},
        "resource": about,
    }
    reply = at.doors[tenant][0].send(json.dumps(body).encode())
    assert reply.status == 200, reply.body


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    """In force; a wider one; a narrower one; in a repository with one revision each."""
    folder = tmp_path_factory.mktemp("sets")
    wider = 'subject: User, "customer:update", _c: Customer, _context) if\n'
    wider += '  "financial-manager" in subject.roles'
    put(folder / "repository" / "policies")
    git(folder / "repository", "init", "-q")
    git(folder / "repository", "add", ".")
    git(folder / "repository", "commit", "-qm", "one")
    put(folder / "wider", owner_updates=wider)
    put(folder / "narrower", more=NEVER)
    return folder


def git(folder, *arguments):
    who = ("-c", "user.name=x", "-c", "user.email=x@x.example")
    subprocess.run(["git", "-C", folder, *who, *arguments], check=True)


@pytest.fixture
def replay(authz, at, sets, monkeypatch):
    in_force = sets / "repository" / "policies"
    monkeypatch.setenv("AUTHZ_POLICY__DIR", str(in_force))
    monkeypatch.setenv("AUTHZ_POLICY__RECORD", str(sets / "passed.json"))

    def replay(*arguments, data=at.folder):
        return authz("replay", "-c", CONFIG, "--data", data, *arguments)

    return replay


def test_the_policies_in_force_flip_nothing(replay):
    ran = replay("--fail-on", "any", "--strict")
    assert ran.code == 0
    assert ran.out.splitlines()[1:] == [
        "replayable: 100.0 % (3)",
        "",
        "deny to allow: 0",
        "",
        "allow to deny: 0",
    ]


def test_flips_are_told_with_an_example(replay, sets):
    ran = replay("--candidate", sets / "wider", "--tenant", "pwani")
    told = ran.out.splitlines()
    assert (ran.code, told[3]) == (0, "deny to allow: 1")
    assert told[4] == "  1  customer:update by financial-manager: t.owner-updates"
    assert told[5].startswith("     as user:u_")
    assert " on customer:cust-1 of pwani, " in told[5]


def test_json_is_the_document(replay, sets):
    ran = replay("--candidate", sets / "wider", "--output", "json")
    shown = json.loads(ran.out)
    assert shown["schema"] == "authz.replay/1"
    assert (shown["decisions"], shown["replayed"], shown["damaged_lines"]) == (3, 3, 0)
    assert shown["policy_revision"] != shown["base_revision"]
    assert [one["change"] for one in shown["flips"]] == ["deny_to_allow"]


def test_markdown_is_for_the_comment_of_a_review(replay, sets):
    ran = replay("--candidate", sets / "narrower", "--output", "markdown")
    assert ran.out.startswith("## Replay of recorded decisions\n\n3 recorded decisions, ")
    assert "### Allow to deny: 2\n\n| count | action | roles |" in ran.out
    assert "| 2 | `page:open` | `owner` | `t.never` |" in ran.out
    assert ran.out.endswith("|\n")


def test_a_git_revision_can_be_the_candidate(replay, sets):
    ran = replay("--candidate", "HEAD", "--base", sets / "narrower", "--output", "json")
    shown = json.loads(ran.out)
    assert (ran.code, shown["replayed"], shown["flips"]) == (0, 3, [])
    assert shown["base_revision"] != shown["policy_revision"]


def test_a_flip_that_must_not_be_exits_with_5(replay, sets):
    wider, narrower = ("--candidate", sets / "wider"), ("--candidate", sets / "narrower")
    assert replay(*wider, "--fail-on", "deny-to-allow").code == 5
    assert replay(*wider, "--fail-on", "any").code == 5
    assert replay(*narrower, "--fail-on", "deny-to-allow").code == 0
    assert replay(*narrower, "--fail-on", "any").code == 5


def test_what_is_not_replayed_exits_with_6_where_that_is_asked_for(replay, at, tmp_path):
    log = tmp_path / "log.jsonl"
    lines = [file.read_bytes() for file in sorted(at.log.iterdir())]
    strange = policies().revision
    log.write_bytes(b"".join(lines).replace(strange.encode(), b"0" * 64, 1))
    text = log.read_text().replace('"data_revision":', '"data_revision":9', 1)
    log.write_text(text)
    ran = replay(log, "--strict")
    assert ran.code == 6
    assert ran.out.splitlines()[-1] == ("  1  it was made by policies that are not at hand")
    assert replay(log).code == 0


def test_a_damaged_line_is_told_and_counted(replay, at, tmp_path):
    log = tmp_path / "log.jsonl"
    lines = b"".join(file.read_bytes() for file in at.log.iterdir())
    log.write_bytes(b"odd\n" * 25 + lines[:-30])
    ran = replay(log, "--strict")
    assert ran.code == 6
    assert ran.out.splitlines()[2] == "26 lines of the log cannot be read"
    assert ran.err.count("warning: ") == 21
    assert f"{log}:1: it is no line of the log" in ran.err


def test_only_the_time_that_is_wanted_is_replayed(replay, at):
    def count(*arguments):
        return json.loads(replay("--output", "json", *arguments).out)["decisions"]

    times = [line.time for line in at.lines()]
    assert count("--since", "24h") == 3
    assert count("--since", times[1].isoformat()) == 2
    assert count("--until", times[1].isoformat()) == 1
    assert count("--until", "24h") == 0
    assert count("--limit", "2") == 2
    assert count(at.log, next(at.log.iterdir())) == 3


def test_an_empty_log_says_so(replay, tmp_path):
    ran = replay(tmp_path, "--fail-on", "any", "--strict")
    assert (ran.code, ran.out.splitlines()[0]) == (0, "no decision is recorded")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--since", "soon"), "`--since` is hours, days or a time with its zone, as"),
        (("--candidate", "nowhere"), "there is no directory and no git revision `nowhere`"),
        (("--tenant", "\udcff"), "--tenant holds bytes that are no text"),
        (("--fail-on", "odd"), "invalid value for `--fail-on`"),
    ],
)
def test_what_cannot_be_asked_exits_with_2(replay, arguments, message):
    ran = replay(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {message}")


def test_no_log_at_all_exits_with_2(replay, monkeypatch, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.read_text("utf-8").replace("dir: var/decisions", "dir: null"))
    ran = replay("-c", config)
    assert (ran.code, ran.err) == (
        2,
        "error: there is no `decisions.log.dir`: name a LOG\n",
    )


def test_policies_that_do_not_load_exit_with_3(replay, tmp_path):
    put(tmp_path / "odd", owner_updates="odd")
    ran = replay("--candidate", tmp_path / "odd")
    assert ran.code == 3
    assert ran.err.startswith("error: papers.polar:1: ")


def test_a_log_or_a_database_that_cannot_be_read_exits_with_7(replay, at, tmp_path):
    ran = replay(tmp_path / "none.jsonl")
    assert ran.code == 7
    assert ran.err.startswith("error: cannot read `")
    shutil.copytree(at.log, tmp_path / "decisions")
    ran = replay(data=tmp_path)
    assert (ran.code, ran.out) == (7, "")
    assert ran.err.startswith("error: there is no database `")


def test_the_last_good_policies_are_at_hand(replay, at, sets, monkeypatch, tmp_path):
    monkeypatch.setenv("AUTHZ_POLICY__DIR", str(sets / "narrower"))
    log = tmp_path / "log.jsonl"
    lines = b"".join(file.read_bytes() for file in at.log.iterdir())
    log.write_text(lines.decode().replace('"data_revision":', '"data_revision":9'))
    assert replay(log, "--strict").code == 6
    kept = at.folder / "last-good" / policies().revision
    shutil.copytree(sets / "repository" / "policies", kept)
    (kept.parent / "current").symlink_to(kept.name)
    assert replay(log, "--strict").code == 0
    shutil.rmtree(kept.parent)
