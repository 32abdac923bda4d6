"""Are the ports free, or does our server answer there, and is it ready?"""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from authz.assurance.doctor.finding import Finding, failure, ok, warning
from authz.errors import ConfigError, Unavailable
from authz.settings import ServerSection

PATIENCE_SECONDS = 3
ANSWER_BYTES = 64 * 1024
#: Address that a server listens on -> the one by which it is reached.
REACHED = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - not bound


def service(settings: ServerSection) -> Iterator[Finding]:
    """Who listens where this server would."""
    listen = settings.decisions.listen
    host, port = settings.decisions.host, settings.decisions.port
    try:
        said = _readiness(REACHED.get(host, host), port, settings.allowed_hosts[0])
    except ConnectionRefusedError:
        yield ok("port", f"{listen} is free: no server runs there")
        return
    except (OSError, ValueError, RecursionError, http.client.HTTPException):
        taken = ConfigError(f"another program listens on {listen}, or one that hangs")
        yield failure("port", taken, "stop it, or set `server.decisions.listen`")
        return
    status, reason = said["status"], said.get("reason", "")
    if status == "ready":
        yield ok("port", f"a server on {listen} is ready")
    elif status == "degraded":
        yield warning("port", f"a server on {listen} is degraded: {reason}", "mend that")
    else:
        idle = Unavailable(f"a server on {listen} makes no decisions: {reason}")
        yield failure("port", idle, "mend that")


def console(settings: ServerSection) -> Iterator[Finding]:
    """Who listens where the console would."""
    found = settings.console
    listen, url = found.listen, "`server.console.url`"
    if not found.enabled:
        yield ok("console", "it is not served")
        return
    if found.is_in_the_clear:
        clear = ConfigError(f"{listen} is no address of this machine alone, without TLS")
        yield failure("console", clear, f"name the https address of a proxy in {url}")
        return
    try:
        is_ours = _is_console(REACHED.get(found.host, found.host), found.port, settings)
    except ConnectionRefusedError:
        yield ok("console", f"{listen} is free: no console runs there")
        return
    except (OSError, http.client.HTTPException):
        is_ours = False
    if is_ours:
        yield ok("console", f"a console on {listen} answers")
    else:
        taken = ConfigError(f"another program listens on {listen}, or one that hangs")
        yield failure("console", taken, "stop it, or set `server.console.listen`")


def _is_console(host: str, port: int, settings: ServerSection) -> bool:
    """Whether the login page of one is there. Raises: as `_readiness`."""
    with closing(http.client.HTTPConnection(host, port, timeout=PATIENCE_SECONDS)) as asked:
        asked.request("GET", "/login", headers={"Host": settings.allowed_hosts[0]})
        answer = asked.getresponse()
        return answer.status == http.client.OK and "X-Request-ID" in answer.headers


def _readiness(host: str, port: int, name: str) -> dict[str, Any]:
    """What /readyz says. Raises: ConnectionRefusedError where nobody listens; OSError,
    HTTPException or ValueError where somebody else does.
    """
    with closing(http.client.HTTPConnection(host, port, timeout=PATIENCE_SECONDS)) as asked:
        asked.request("GET", "/readyz", headers={"Host": name})
        said = json.loads(asked.getresponse().read(ANSWER_BYTES))
    if not isinstance(said, dict) or not isinstance(said.get("status"), str):
        raise ValueError("it is none of ours")
    return said
