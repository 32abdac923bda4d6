import io
import json
import logging
import subprocess
import sys
import threading
import time

import pytest

from authz import logs

KEY = f"gh_{'0a' * 8}_{'5f' * 32}"
PEM = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _as_before(monkeypatch):
    """What `configure` sets for the whole process is set back."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs.OURS}
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    yield
    logging.captureWarnings(False)
    root.handlers[:], level = before
    root.setLevel(level)
    for name, of_ours in levels.items():
        logging.getLogger(name).setLevel(of_ours)


@pytest.fixture
def stream():
    return io.StringIO()


@pytest.fixture
def log(stream):
    logs.configure(stream)
    return logging.getLogger("authz.test")


def line(stream):
    (only,) = stream.getvalue().splitlines()
    return json.loads(only)


def test_a_line_is_an_object_that_says_when_where_and_what(log, stream):
    log.warning("reload of %s failed", "policies")
    found = line(stream)
    assert found.pop("time").endswith("Z")
    assert found == {
        "level": "warning",
        "logger": "authz.test",
        "message": "reload of policies failed",
    }


def test_a_request_is_named_by_its_id(log, stream):
    log.error("failed", extra={"request_id": "r-1"})
    assert line(stream)["request_id"] == "r-1"


def test_an_exception_is_one_text_in_the_same_line(log, stream):
    try:
        raise ValueError("of this kind")
    except ValueError:
        log.exception("failed")
    trace = line(stream)["exception"]
    assert trace.startswith("Traceback")
    assert trace.endswith("ValueError: of this kind")


@pytest.mark.parametrize(
    "text", ["a\nb", "a\r\nb", "\x1b[2J", "\x9b31m", "a\u2028b", "\u202e"]
)
def test_no_text_forges_a_line_or_steers_a_terminal(log, stream, text):
    log.error("said %s", text, extra={"request_id": text})
    written = stream.getvalue()
    assert written.count("\n") == 1
    assert written.rstrip("\n").isascii()
    assert written.rstrip("\n").isprintable()
    assert line(stream)["message"] == f"said {text}"


@pytest.mark.parametrize("text", ["a\nb", "\x1b[2J", "\x9b31m", "a\u2028b", "\u202e"])
def test_a_terminal_gets_plain_lines_that_cannot_steer_it(text):
    terminal = Terminal()
    logs.configure(terminal)
    logging.getLogger("authz.test").error("said %s", text, extra={"request_id": text})
    (only,) = terminal.getvalue().splitlines()
    assert " ERROR   authz.test: said " in only
    assert only.isprintable()


def test_on_a_terminal_a_trace_stands_indented_below_its_line():
    terminal = Terminal()
    logs.configure(terminal)
    try:
        raise ValueError("first\n2026-01-01 ERROR forged")
    except ValueError:
        logging.getLogger("authz.test").exception("failed")
    first, *more = terminal.getvalue().splitlines()
    assert "failed" in first
    assert all(part.startswith("    ") for part in more)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"the key {KEY} is bad", "5f5f"),
        (KEY.upper(), "5F5F"),
        (KEY[:40], "5f5f"),
        ("Authorization: Bearer abc.def", "abc.def"),
        ("{'authorization': 'Basic dXNlcjpwYXNz'}", "dXNl"),
        (f"bad key: {PEM}", "MIGH"),
        (PEM[:50], "MIGH"),
        ("password=meter2025x", "meter"),
        ("Password : meter2025x", "meter"),
        ('{"password": "meter\\"2025x"}', "2025x"),
        ("demo_password: 'meter 2025x'", "2025x"),
        ("Cookie: session=1a2b3c", "1a2b3c"),
        ("a token eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbg here", "c2lnbg"),
        (repr(f"a\n{KEY}"), "5f5f"),
        ('password="meter\\\n2025x', "2025x"),
        ('password="meter2025x\\', "2025x"),
        ("token=basic2025x", "2025x"),
        ("{'secret': b'meter2025x'}", "2025x"),
        (repr("\nBearer meter2025x"), "2025x"),
        (repr("\neyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbg"), "c2lnbg"),
    ],
)
def test_what_looks_like_a_secret_is_left_out(log, stream, text, secret):
    try:
        raise ValueError(text)
    except ValueError as exc:
        log.exception("said %s", exc, extra={"request_id": text})
    assert secret not in stream.getvalue()
    assert logs.HIDDEN in line(stream)["message"]


def test_the_id_of_a_key_stays_so_that_it_can_be_found(log, stream):
    log.error("the key %s is bad", KEY)
    assert line(stream)["message"] == f"the key gh_{'0a' * 8}_*** is bad"


@pytest.mark.parametrize(
    "text",
    ["the page token is wrong", "no password was given", "user:bearer", "a -----BEGIN"],
)
def test_other_text_stays_as_it_is(text):
    assert logs.without_secrets(text) == text


@pytest.mark.parametrize(
    "part", ["eyJ-", "eyJ.", "gh_", "bearer ", 'token="', "-----BEGIN x"]
)
def test_no_text_takes_long_to_look_through(part):
    """A request id is such a text, and a worker does nothing else meanwhile."""
    started = time.process_time()
    logs.without_secrets(part * (64 * 1024 // len(part)))
    # WHY so long: a slow machine passes too, and what grows with the square does not.
    assert time.process_time() - started < 5


def test_a_text_without_end_is_cut_off(log, stream):
    log.error("x" * 100_000)
    assert line(stream)["message"] == "x" * logs.FIELD_MAX + "..."


def test_what_cannot_be_written_shows_nothing():
    program = (
        "import logging, sys; from authz import logs; logs.configure();"
        f"logging.error('%d', '{KEY}'); sys.stderr.close(); logging.error('{KEY}')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (ran.stdout, ran.stderr) == ("", "")


def test_a_flood_of_lines_of_a_kind_is_counted_instead_of_written(stream):
    logs.configure(stream)
    (handler,) = logging.getLogger().handlers

    def say(second, message, *arguments):
        record = logging.LogRecord("a.b", logging.ERROR, "", 1, message, arguments, None)
        record.created = second + 0.5
        handler.handle(record)

    for number in range(100):
        say(1, "request %d: no decision", number)
    say(1, "another kind")
    say(2, "request %d: no decision", 100)
    say(3, "request %d: no decision", 101)
    found = [json.loads(text) for text in stream.getvalue().splitlines()]
    assert [one["message"] for one in found] == [
        *(f"request {number}: no decision" for number in range(logs.MOST_A_SECOND)),
        "another kind",
        "request 100: no decision",
        "request 101: no decision",
    ]
    left_out = [one.get("left_out") for one in found[-3:]]
    assert left_out == [None, 100 - logs.MOST_A_SECOND, None]


def test_libraries_say_only_what_is_wrong(stream):
    logs.configure(stream)
    logging.getLogger("watchfiles.main").info("1 change detected")
    logging.getLogger("authz.test").info("loaded")
    assert line(stream)["message"] == "loaded"


def test_an_exception_in_a_thread_is_a_line_too(log, stream):
    def fail():
        raise ValueError(KEY)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert line(stream)["exception"].endswith("ValueError: gh_0a0a0a0a0a0a0a0a_***")


def test_an_exception_that_ends_the_process_is_a_line_too():
    program = f"from authz import logs; logs.configure(); raise ValueError('{KEY}')"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    (only,) = ran.stderr.splitlines()
    assert json.loads(only)["level"] == "critical"
    assert "5f5f" not in only


def test_a_warning_of_python_is_a_line_too():
    program = (
        "import warnings; from authz import logs; logs.configure(); warnings.warn('old')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    (only,) = ran.stderr.splitlines()
    assert "UserWarning: old" in json.loads(only)["message"]
