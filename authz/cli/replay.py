"""`authz replay`: what would have been decided otherwise by a candidate policy set?"""

import json
import math
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from authz.assurance.replaying import Replay, replay
from authz.assurance.replaying.report import DENY_TO_ALLOW
from authz.assurance.replaying.text import in_words, markdown
from authz.assurance.revisions import at_revision
from authz.cli.exits import Exit
from authz.cli.progress import progress
from authz.cli.question import plain
from authz.cli.setup import Setup, existing, load_policies, opened, takes_setup
from authz.cli.times import past
from authz.composition import policy_loader
from authz.decision_log.files import files
from authz.decision_log.line import Line
from authz.decision_log.reading import Damage, read
from authz.decisions.last_good import LastGood
from authz.engine.policyset import PolicySet
from authz.errors import NotFound, PolicyError, RequestError, Unavailable
from authz.settings import Config
from authz.storage.database import Database

FORMS = ("human", "json", "markdown")
FAIL_ON = ("deny-to-allow", "any")
#: Damaged lines that are shown one by one.
SHOWN_MAX = 20


@dataclass(slots=True)
class _Log:
    """The files that are read, and what cannot be read of them."""

    files: Sequence[Path]
    tenant: str | None
    #: Epoch seconds.
    since: float
    until: float
    damaged: int = 0
    done_bytes: int = 0

    def size_bytes(self) -> int:
        """Of all files. Raises: Unavailable."""
        try:
            return sum(path.stat().st_size for path in self.files)
        except OSError as exc:
            raise Unavailable(f"cannot read `{exc.filename}`: {exc.strerror}") from exc

    def lines(self) -> Iterator[Line]:
        """Those of the time and the tenant that are wanted. Raises: Unavailable."""
        for line in read(self.files, self._tell, tenant=self.tenant, progress=self._count):
            if self.since <= line.time.timestamp() < self.until:
                yield line

    def _count(self, size_bytes: int) -> None:
        self.done_bytes += size_bytes

    def _tell(self, damage: Damage) -> None:
        self.damaged += 1
        if self.damaged <= SHOWN_MAX:
            click.echo(f"warning: {damage}", err=True)


@click.command(epilog="Example: authz replay --candidate ../edited/policies --since 24h")
@click.argument("logs", metavar="[LOG]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--candidate",
    metavar="DIR|REV",
    help="The policies to try; without it the configured ones.",
)
@click.option(
    "--base", metavar="DIR|REV", help="Those in force; without it the configured ones."
)
@click.option("--since", help="Only what was decided since, as 24h, 7d or a time.")
@click.option("--until", help="Only what was decided before.")
@click.option("--tenant", help="Only of this company.")
@click.option("--limit", type=click.IntRange(1), help="So many decisions, the oldest.")
@click.option("--fail-on", type=click.Choice(FAIL_ON), help="Exit with 5 on such a flip.")
@click.option("--strict", is_flag=True, help="Exit with 6 where some are not replayed.")
@click.option("--output", type=click.Choice(FORMS), default="human", show_default=True)
@takes_setup
def replay_(
    setup: Setup,
    logs: tuple[Path, ...],
    *,
    candidate: str | None,
    base: str | None,
    since: str | None,
    until: str | None,
    tenant: str | None,
    limit: int | None,
    fail_on: str | None,
    strict: bool,
    output: str,
) -> int:
    """Ask recorded decisions again, of a candidate policy set.

    LOG is a file or a folder of the decision log; without it the configured folder. The
    facts are those of the configured database. Exits with 0, with 3 where a policy set does
    not load, with 5 on a flip that --fail-on names, with 6 where --strict is given and
    something could not be replayed, with 7 where the log or the database cannot be read.
    """
    settings = setup.config()
    log = _log(settings, logs, tenant, since, until)
    with _database(settings) as database:
        old = _loaded(settings, base)
        new = old if candidate == base else _loaded(settings, candidate)
        found = _replayed(settings, log, new, old, database, limit)
    click.echo(_shown(found, output), nl=output != "markdown")
    return _exit(found, fail_on, is_strict=strict)


def _log(
    settings: Config,
    logs: Sequence[Path],
    tenant: str | None,
    since: str | None,
    until: str | None,
) -> _Log:
    """The log that is named. Raises: RequestError, Unavailable."""
    now = time.time()
    return _Log(
        _files(logs, settings),
        None if tenant is None else plain(tenant, "--tenant"),
        -math.inf if since is None else past(since, now, "--since"),
        math.inf if until is None else past(until, now, "--until"),
    )


def _replayed(
    settings: Config,
    log: _Log,
    new: PolicySet,
    old: PolicySet,
    database: Database,
    limit: int | None,
) -> Replay:
    total, others = log.size_bytes(), _kept(settings, (old, new))
    with progress("decisions replayed") as advance:
        found = replay(
            log.lines(),
            new,
            old,
            database,
            others=others,
            limit=limit,
            progress=lambda _decisions: advance(log.done_bytes, total),
        )
    found.damaged_lines = log.damaged
    if log.damaged > SHOWN_MAX:
        click.echo(f"warning: {log.damaged:,} lines cannot be read in all", err=True)
    return found


def _files(logs: Sequence[Path], settings: Config) -> list[Path]:
    """The files of all that was named. Raises: RequestError, Unavailable."""
    folder = settings.decisions.log.dir
    if not logs and folder is None:
        raise RequestError("there is no `decisions.log.dir`: name a LOG")
    named = logs or (folder,)
    found: list[Path] = []
    for path in named:
        if path is None or not path.is_dir():
            found += [path] if path else []
            continue
        try:
            found += [one.path for one in files(path)]
        except OSError as exc:
            raise Unavailable(f"cannot read `{path}`: {exc.strerror}") from exc
    return list(dict.fromkeys(found))


def _loaded(settings: Config, named: str | None) -> PolicySet:
    """The vetted set of a directory or a git revision. Raises: PolicyError."""
    if named is None:
        return load_policies(settings)
    with at_revision(named, settings.policy.dir) as directory:
        return load_policies(settings, directory)


def _kept(settings: Config, loaded: Iterable[PolicySet]) -> list[PolicySet]:
    """The last good set, where it is another one that may have made what is recorded."""
    source = LastGood(settings.policy.last_good).read()
    if source is None or source.revision in [one.revision for one in loaded]:
        return []
    try:
        return [policy_loader(settings)(source)]
    except PolicyError as exc:
        click.echo(f"warning: the last good policies cannot be used: {exc}", err=True)
        return []


@contextmanager
def _database(settings: Config) -> Iterator[Database]:
    """The configured database. Raises: Unavailable where there is none."""
    try:
        path = existing(settings.store.path)
    except NotFound as exc:
        raise Unavailable(str(exc)) from exc
    with opened(path) as database:
        yield database


def _shown(found: Replay, output: str) -> str:
    if output == "json":
        return json.dumps(found.document(), ensure_ascii=False, indent=2)
    return markdown(found) if output == "markdown" else in_words(found)


def _exit(found: Replay, fail_on: str | None, *, is_strict: bool) -> Exit:
    wanted = DENY_TO_ALLOW if fail_on == FAIL_ON[0] else None
    if fail_on and found.flipped(wanted):
        return Exit.GATE_FAILED
    if is_strict and (found.replayed < found.decisions or found.damaged_lines):
        return Exit.INDETERMINATE
    return Exit.OK
