"""`authz doctor`: will a server run here, and what should be otherwise?"""

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from authz import __version__
from authz.assurance.doctor import folders, machine
from authz.assurance.doctor.finding import Finding, failure, ok
from authz.assurance.doctor.policies import policies
from authz.assurance.doctor.service import console, service
from authz.cli.exits import Exit, exit_of
from authz.cli.progress import stages
from authz.cli.setup import DEMO_DATABASE, Setup, takes_setup
from authz.composition import policy_loader
from authz.engine.gate.child import Progress
from authz.errors import AuthzError, ConfigError, NotFound, PolicyError
from authz.settings import Config
from authz.storage import health


@click.command(epilog="Example: authz doctor --output json")
@click.option("--output", type=click.Choice(["human", "json"]), default="human")
@takes_setup
def doctor(setup: Setup, *, output: str) -> int:
    """Look at configuration, policies, database, folders, clock, port and libraries.

    One line each: ok, warning or error, with what to do. Exits with the code of the first
    error: 3 where something does not load, 5 where the linter finds something, 7 where
    something cannot be reached; warnings exit with 0.
    """
    with stages("looking") as advance:
        found = list(_findings(setup, advance))
    click.echo(_as_json(found) if output == "json" else _in_words(found))
    errors = [finding.error for finding in found if finding.error is not None]
    return _exit(errors[0]) if errors else Exit.OK


def _findings(setup: Setup, progress: Progress) -> Iterator[Finding]:
    yield from machine.versions(__version__, health.VERSION)
    try:
        config = setup.config()
    except ConfigError as exc:
        yield failure("configuration", exc, "nothing else was looked at")
        return
    yield ok("configuration", "it can be read")
    yield from policies(config.policy, policy_loader(config, progress))
    yield from folders.trusted(config)
    database = _database(config)
    yield _facts(config, database)
    yield from folders.data(config)
    yield from folders.decision_log(config.decisions.log)
    written = [database, *config.policy.dir.glob("*")]
    yield from machine.clock(time.time(), written)
    yield from machine.limits(config)
    yield from service(config.server)
    yield from console(config.server)


def _database(config: Config) -> Path:
    """The configured database, or the demo's where there is only that one."""
    path = config.store.path
    beside = path.with_name(DEMO_DATABASE)
    return path if folders.is_there(path) or not folders.is_there(beside) else beside


def _facts(config: Config, path: Path) -> Finding:
    if not folders.is_there(path):
        if config.store.seed is not None:
            return ok("database", f"a start makes `{path}` from `{config.store.seed}`")
        error = NotFound(f"there is no database `{path}`")
        return failure("database", error, "`authz serve` or `authz demo` makes one")
    try:
        return ok("database", health.check(path, time.time))
    except AuthzError as exc:
        return failure("database", exc, "restore a copy, where it does not say what to do")


def _exit(error: AuthzError) -> Exit:
    if isinstance(error, PolicyError) and error.rule:
        return Exit.GATE_FAILED
    return Exit.UNREACHABLE if isinstance(error, NotFound) else exit_of(error)


def _in_words(findings: Sequence[Finding]) -> str:
    wide = max(len(finding.check) for finding in findings)
    return "\n".join(
        f"{finding.level:7}  {finding.check:{wide}}  {finding.message}"
        + (f"; {finding.advice}" if finding.advice else "")
        for finding in findings
    )


def _as_json(findings: Sequence[Finding]) -> str:
    rows = [
        {
            "check": finding.check,
            "level": finding.level,
            "message": finding.message,
            "advice": finding.advice,
        }
        for finding in findings
    ]
    return json.dumps(
        {"schema": "authz.doctor/1", "findings": rows}, ensure_ascii=False, indent=2
    )
