"""The decision API under granian: worker processes on one port, each with its own store.

Nothing is opened before a worker exists: what it needs reaches it as the arguments of its
loader.
"""

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from authz.errors import ConfigError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

#: WHY more than one: a body is read by a thread, and one slow sender must not stop the
#: others.
BLOCKING_THREADS = 32
HEADERS_LIMIT_BYTES = 64 * 1024
HEADERS_TIMEOUT_MS = 10_000
STOP_TIMEOUT_SECONDS = 5


def run(
    load_application: Callable[[], "WSGIApplication"], *, host: str, port: int, workers: int
) -> None:
    """Serves until it is told to stop; `load_application` is called once in each worker.

    Raises: SystemExit when workers keep failing.
    """
    server = Granian(
        "gatehouse decisions",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=BLOCKING_THREADS,
        websockets=False,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADERS_TIMEOUT_MS, max_buffer_size=HEADERS_LIMIT_BYTES
        ),
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_TIMEOUT_SECONDS,
        # WHY: it warns of the number of threads, which is meant.
        log_level=LogLevels.error,
    )
    server.serve(target_loader=load_application, wrap_loader=False)


def check_free(host: str, port: int) -> None:
    """Raises: ConfigError when the port cannot be taken."""
    # WHY: the workers share their port; a second server would silently take half of it.
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as exc:
        reason = (exc.strerror or str(exc)).lower()
        raise ConfigError(f"cannot listen on `{host}:{port}`: {reason}") from exc
