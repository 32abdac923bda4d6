"""The policy directory of a server, and the process that makes a check beside it, which
lives its own life.

It gets the configuration of this process, whole, on its standard input: it has its own
database handle, and goes on when nobody looks at it any more.
"""

import json
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

import authz
from authz.administration.policy_site import Site
from authz.composition import policy_gate
from authz.config import settings
from authz.decisions.active import ActivePolicies
from authz.settings import Config

#: The module that is run; see there for what it reads.
MODULE = "authz.cli.policy_process"


def site_of(config: Config, policies: ActivePolicies) -> Site:
    """The configured directory, as this process decides by it."""
    return Site(
        directory=config.policy.dir,
        gate=policy_gate(config),
        current=policies.current,
        health=policies.health,
        reload=policies.reload,
        start=partial(start, config),
    )


def start(config: Config, number: int) -> None:
    """A process that makes the check of that number. Raises: OSError."""
    asked = json.dumps({"check": number, "flags": flags_of(config)}).encode()
    process = subprocess.Popen(  # noqa: S603 - an argument list, no shell
        [sys.executable, "-m", MODULE],
        # WHY: the package is found from there, installed or not.
        cwd=Path(authz.__file__).parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdin is not None
    try:
        with process.stdin as to:
            to.write(asked)
    finally:
        # WHY: until somebody asks how it ended, the system takes it for alive.
        threading.Thread(target=process.wait, name="check", daemon=True).start()


def flags_of(config: Config) -> dict[str, object]:
    """Every value of a configuration by its dotted name, as flags say it."""
    return {one.name: _plain(_value(config, one.name)) for one in settings()}


def _value(config: Config, name: str) -> Any:
    found: Any = config
    for part in name.split("."):
        found = getattr(found, part)
    return found


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value.absolute())
    return list(value) if isinstance(value, tuple) else value
