"""The process of the console: started, replaced, told to read again, and stopped."""

import http.client
import os
import signal
import socket
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from tests.console.served import load
from webapp.console import process

pytestmark = pytest.mark.socket
PATIENCE_SECONDS = 30


def ask(port, path="/", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def pid(port):
    return int(ask(port).split()[0])


def until(condition):
    ends = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.05)


@pytest.fixture
def console(tmp_path):
    """The keeper of a running process, and the port where it answers."""
    listening = socket.create_server(("127.0.0.1", 0))
    with process.running(partial(load, tmp_path), listening) as keeper:
        yield keeper, listening.getsockname()[1]


def test_one_that_dies_is_replaced(console):
    _keeper, port = console
    first = pid(port)
    assert first != os.getpid()
    os.kill(first, signal.SIGKILL)
    assert pid(port) != first


def test_it_reads_the_policies_again_when_it_is_told_to(console, tmp_path):
    keeper, port = console
    before = pid(port)
    keeper.hang_up()
    until((tmp_path / "reloaded").exists)
    assert pid(port) == before


def test_what_was_asked_before_the_stop_is_answered(tmp_path):
    listening = socket.create_server(("127.0.0.1", 0))
    port, answers = listening.getsockname()[1], []
    with process.running(partial(load, tmp_path), listening):
        asking = threading.Thread(target=lambda: answers.append(ask(port, "/slow")))
        asking.start()
        until((tmp_path / "begun").exists)
    asking.join()
    assert answers[0].endswith("127.0.0.1")
    with pytest.raises(OSError, match="refused"):
        ask(port)


def test_it_ends_with_its_parent(tmp_path):
    listening = socket.create_server(("127.0.0.1", 0))
    port, parent = listening.getsockname()[1], os.fork()
    if parent == 0:
        process.Keeper(partial(load, tmp_path), listening).start()
        time.sleep(PATIENCE_SECONDS)
        os._exit(0)
    listening.close()
    child = pid(port)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    until(lambda: not Path(f"/proc/{child}").exists())


def test_without_a_proxy_nobody_says_where_a_request_comes_from(console):
    _keeper, port = console
    assert ask(port, **{"X-Forwarded-For": "203.0.113.9"}).endswith("127.0.0.1")
