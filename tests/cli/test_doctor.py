"""The doctor says what is wrong in one line each, with what to do, and keeps secrets."""

import json
import os
import shutil
import socket
import sqlite3
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from authz.decision_log import DecisionLog
from authz.decisions.last_good import LastGood
from authz.engine.source import read_directory
from authz.settings import DecisionLogSection
from authz.storage.database import migrate
from tests.api.doors import free_port
from tests.unit.engine.sets import OWNER, write

ID = "papers.owner-reads"
CHECKS = [
    "python",
    "libraries",
    "configuration",
    "policies",
    "last good",
    "database",
    "keys",
    "data folder",
    "decision log",
    "clock",
    "time zone",
    "connections",
    "port",
    "console",
]


@pytest.fixture(scope="session")
def record(tmp_path_factory):
    """What has passed, so that the same text need not be examined in every test."""
    return tmp_path_factory.mktemp("record") / "passed.json"


@pytest.fixture
def home(tmp_path, record):
    """An installation that is well."""
    write(tmp_path / "policies", OWNER, ID)
    (tmp_path / "var").mkdir(mode=0o700)
    migrate(tmp_path / "var" / "gatehouse.db")
    (tmp_path / "config.yaml").write_text(
        f"policy: {{record: {record}}}\n"
        f"server: {{decisions: {{listen: '127.0.0.1:{free_port()}'}}, "
        f"console: {{listen: '127.0.0.1:{free_port()}'}}}}\n"
        "decisions: {log: {keep_mib: 1}}\n"
    )
    return tmp_path


@pytest.fixture
def doctor(authz, home):
    """Exit code, and the findings by what was looked at: (level, message, advice)."""

    def doctor():
        ran = authz("doctor", "-c", home / "config.yaml", "--output", "json")
        said = json.loads(ran.out)
        assert (said["schema"], ran.err) == ("authz.doctor/1", "")
        found = {}
        for row in said["findings"]:
            assert list(row) == ["check", "level", "message", "advice"]
            assert "\n" not in row["message"] + row["advice"]
            assert (row["level"] == "ok") == (not row["advice"])
            level = found.get(row["check"], ("ok",))[0]
            if level == "ok":
                found[row["check"]] = (row["level"], row["message"], row["advice"])
        return ran.code, found

    return doctor


def settings(home, text):
    with (home / "config.yaml").open("a") as file:
        file.write(text)


def test_an_installation_that_is_well_has_only_good_lines(doctor):
    code, found = doctor()
    assert code == 0
    assert list(found) == CHECKS
    assert {check: level for check, (level, *_) in found.items()} == dict.fromkeys(
        CHECKS, "ok"
    )


def test_each_finding_is_one_line(authz, home):
    ran = authz("doctor", "-c", home / "config.yaml")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert [line[9:24].strip() for line in lines] == CHECKS
    assert lines[2] == "ok       configuration  it can be read"


def test_a_configuration_that_cannot_be_read_ends_it_with_3(doctor, home):
    (home / "config.yaml").write_text("polcy: {}\n")
    code, found = doctor()
    assert (code, list(found)) == (3, CHECKS[:3])
    assert found["configuration"][1].endswith(
        "config.yaml:1: unknown key `polcy`; did you mean `policy`?"
    )


# Policies


def test_policies_that_do_not_load_exit_with_3(doctor, home):
    write(home / "policies", "\n\npermit(;", ID)
    code, found = doctor()
    level, message, advice = found["policies"]
    assert (code, level) == (3, "error")
    assert message.startswith("papers.polar:3: ")
    assert advice == "mend the file; nothing starts beside it"


def test_what_the_linter_refuses_exits_with_5(doctor, home):
    write(home / "policies", OWNER.replace("paper.owner = ", "paper.owner == "), ID)
    code, found = doctor()
    assert (code, found["policies"][0]) == (5, "error")
    assert found["policies"][2].startswith("`authz lint` says more")


def test_beside_broken_policies_it_says_what_would_decide(doctor, home):
    kept = read_directory(home / "policies")
    LastGood(home / "var" / "last-good").keep(kept)
    assert doctor()[1]["last good"][:2] == (
        "ok",
        f"revision {kept.revision[:12]} would decide if the files were broken at a start",
    )
    write(home / "policies", "permit(;", ID)
    assert doctor()[1]["policies"][2] == (
        f"mend the file; revision {kept.revision[:12]} would decide after a restart"
    )


def test_a_last_good_set_that_was_changed_is_a_warning(doctor, home):
    LastGood(home / "var" / "last-good").keep(read_directory(home / "policies"))
    (home / "var" / "last-good" / "current" / "papers.polar").write_text("")
    code, found = doctor()
    assert (code, found["last good"][0]) == (0, "warning")
    assert "is not as it was kept" in found["last good"][1]


def test_policies_that_others_may_change_are_a_warning(doctor, home):
    (home / "policies").chmod(0o777)
    assert doctor()[1]["policies"] == (
        "warning",
        f"others than its owner may change `{home}/policies`, and so what is decided",
        f"`chmod go-w {home}/policies`",
    )


# Database


def test_without_a_database_it_exits_with_7(doctor, home):
    (home / "var" / "gatehouse.db").unlink()
    code, found = doctor()
    assert (code, found["database"]) == (
        7,
        (
            "error",
            f"there is no database `{home}/var/gatehouse.db`",
            "`authz serve` or `authz demo` makes one",
        ),
    )


def test_a_database_that_a_start_makes_is_well(doctor, home):
    (home / "var" / "gatehouse.db").unlink()
    settings(home, "store: {seed: facts.yaml}\n")
    code, found = doctor()
    assert (code, found["database"][0]) == (0, "ok")


def test_a_folder_that_cannot_be_looked_into_exits_with_7(doctor, home, monkeypatch):
    """As when it belongs to another user; tests may run as one who may look anywhere."""
    stat = Path.stat

    def refused(path, **named):
        if home / "var" in path.parents:
            raise PermissionError(13, "Permission denied")
        return stat(path, **named)

    settings(home, "store: {seed: facts.yaml}\n")
    monkeypatch.setattr(Path, "stat", refused)
    code, found = doctor()
    assert (code, found["data folder"][0]) == (7, "error")


def test_a_database_that_lacks_a_migration_exits_with_3(doctor, home):
    with sqlite3.connect(home / "var" / "gatehouse.db") as connection:
        connection.execute("DELETE FROM migratehistory")
    connection.close()
    code, found = doctor()
    assert (code, found["database"][0]) == (3, "error")
    assert "run `authz migrate`" in found["database"][1]


def test_a_row_that_refers_to_nothing_is_found(doctor, home):
    with sqlite3.connect(home / "var" / "gatehouse.db") as connection:
        connection.execute(
            "INSERT INTO role_assignment VALUES ('x', 'u_1', 'owner', NULL, 'u_1', 1)"
        )
    connection.close()
    code, found = doctor()
    assert code == 7
    assert "of `role_assignment` refers to no row of `account`" in found["database"][1]


def test_a_database_with_spoilt_pages_is_found(doctor, home):
    path = home / "var" / "gatehouse.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = os.urandom(len(content) - len(content) // 2)
    path.write_bytes(content)
    code, found = doctor()
    assert (code, found["database"][0]) == (7, "error")


def test_a_file_that_is_no_database_is_found(doctor, home):
    (home / "var" / "gatehouse.db").write_bytes(b"not a database at all" * 500)
    code, found = doctor()
    assert (code, found["database"][0]) == (7, "error")


# Folders


def test_folders_and_files_that_others_can_read_are_warnings(doctor, home):
    folder = home / "var" / "decisions"
    folder.mkdir(mode=0o755)
    (home / "var").chmod(0o750)
    code, found = doctor()
    assert code == 0
    assert found["decision log"] == (
        "warning",
        f"`{folder}` is open to others than its owner (755)",
        f"`chmod 700 {folder}`",
    )
    assert found["data folder"][2] == f"`chmod 700 {home}/var`"


def test_a_log_file_that_others_can_read_is_a_warning(doctor, home):
    folder = home / "var" / "decisions"
    log = DecisionLog(DecisionLogSection(folder), folder, lambda: 1.8e9)
    (file,) = folder.iterdir()
    file.chmod(0o644)
    assert doctor()[1]["decision log"][2] == f"`chmod 600 {file}`"
    log.close()


def test_a_key_that_others_can_read_exits_with_3_and_is_not_shown(authz, home):
    keys = home / "var" / "keys"
    keys.mkdir(mode=0o700)
    (keys / "page-tokens.key").write_text("hunter2")
    (keys / "page-tokens.key").chmod(0o644)
    (home / "var" / "demo.json").write_text('{"password": "hunter2"}')
    ran = authz("doctor", "-c", home / "config.yaml")
    assert ran.code == 3
    assert "`chmod 600 " in ran.out
    assert "hunter2" not in ran.out + ran.err


def test_a_log_that_cannot_be_written_exits_with_7(doctor, home):
    (home / "var" / "decisions").write_text("taken")
    code, found = doctor()
    assert (code, found["decision log"][0]) == (7, "error")
    assert "is no folder" in found["decision log"][1]


def test_a_log_that_may_fill_the_disk_is_a_warning(doctor, home):
    free_mib = shutil.disk_usage(home).free // 2**20
    text = (home / "config.yaml").read_text()
    (home / "config.yaml").write_text(
        text.replace("keep_mib: 1", f"keep_mib: {free_mib * 2}")
    )
    code, found = doctor()
    assert (code, found["decision log"][0]) == (0, "warning")
    assert "it may fill the disk" in found["decision log"][1]


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("{dir: null}", "decisions are not logged"),
        ("{dir: null, required: true}", "`decisions.log.required` needs a folder"),
        ("{mask: [subject..id]}", "is no path"),
    ],
)
def test_settings_of_the_log_are_looked_at(doctor, home, log, said):
    text = (home / "config.yaml").read_text().replace("{keep_mib: 1}", log)
    (home / "config.yaml").write_text(text)
    code, found = doctor()
    assert said in found["decision log"][1]
    assert (code, found["decision log"][0]) in ((0, "warning"), (3, "error"))


# The machine


def test_a_clock_that_is_behind_what_was_written_is_a_warning(doctor, home):
    ahead = 4_000_000_000
    os.utime(home / "policies" / "papers.polar", (ahead, ahead))
    code, found = doctor()
    assert (code, found["clock"][0]) == (0, "warning")
    assert "papers.polar` was written" in found["clock"][1]


def test_more_connections_than_files_are_a_warning(doctor, home):
    text = (home / "config.yaml").read_text()
    text = text.replace("server: {", "server: {limits: {connections: 65535}, ")
    (home / "config.yaml").write_text(text)
    code, found = doctor()
    limited = found["connections"][0] == "warning"
    assert code == 0
    assert ("raise the limit" in found["connections"][2]) == limited


# The port


def answering(home, body):
    """A program that says this to everybody at the configured port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments):
            pass

    text = (home / "config.yaml").read_text()
    port = int(text.partition("127.0.0.1:")[2].partition("'")[0])
    server = HTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever).start()
    return server


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"status": "ready"}', (0, "ok", "is ready")),
        (b'{"status": "degraded", "reason": "why"}', (0, "warning", "is degraded: why")),
        (b'{"status": "not_ready", "reason": "why"}', (7, "error", "no decisions: why")),
        (b"<html>hello</html>", (3, "error", "another program listens")),
        (b"[]", (3, "error", "another program listens")),
        (b"[" * 60_000, (3, "error", "another program listens")),
    ],
)
def test_who_answers_at_the_port_is_told(doctor, home, body, expected):
    server = answering(home, body)
    try:
        code, found = doctor()
    finally:
        server.shutdown()
        server.server_close()
    assert (code, found["port"][0]) == expected[:2]
    assert expected[2] in found["port"][1]


def test_a_program_that_says_nothing_is_another_program(doctor, home, monkeypatch):
    monkeypatch.setattr("authz.assurance.doctor.service.PATIENCE_SECONDS", 0.2)
    text = (home / "config.yaml").read_text()
    port = int(text.partition("127.0.0.1:")[2].partition("'")[0])
    with socket.create_server(("127.0.0.1", port)):
        code, found = doctor()
    assert (code, found["port"][0]) == (3, "error")


# The console


def console_port(home):
    return int((home / "config.yaml").read_text().rpartition("127.0.0.1:")[2].split("'")[0])


def test_another_program_in_place_of_the_console_is_told(doctor, home, monkeypatch):
    monkeypatch.setattr("authz.assurance.doctor.service.PATIENCE_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", console_port(home))):
        code, found = doctor()
    assert (code, found["console"][0]) == (3, "error")
    assert "another program listens" in found["console"][1]


def test_a_console_that_others_can_listen_in_to_is_told(doctor, home):
    path = home / "config.yaml"
    clear = path.read_text().replace(f"127.0.0.1:{console_port(home)}", "0.0.0.0:18081")
    path.write_text(clear)
    code, found = doctor()
    assert (code, found["console"][0]) == (3, "error")
    assert "without TLS" in found["console"][1]


def test_a_console_that_is_not_served_takes_no_port(doctor, home):
    path = home / "config.yaml"
    path.write_text(path.read_text().replace("console: {", "console: {enabled: false, "))
    code, found = doctor()
    assert (code, found["console"]) == (0, ("ok", "it is not served", ""))
