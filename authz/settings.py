"""Every key of the configuration, with its type, its default and what it is.

The defaults stand here and nowhere else. `authz.config` reads the values.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


def _setting(
    default: Any,
    about: str,
    *,
    least: int = 0,
    most: int = 0,
    choices: tuple[str, ...] = (),
    form: str = "address",
) -> Any:
    metadata = {"about": about, "least": least, "most": most}
    metadata |= {"choices": choices, "form": form}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class PolicySection:
    """Which rules are in force."""

    dir: Path = _setting(Path("policies"), "directory of the policy set")
    watch: bool = _setting(True, "reload when a file of the policy set changes")
    record: Path = _setting(
        Path("var/passed.json"), "what has passed the checks, so that it need not again"
    )
    proofs: Path = _setting(
        Path("var/proofs.json"), "what has been proved, so that it need not again"
    )
    last_good: Path = _setting(
        Path("var/last-good"), "the last set in force, for a start beside a broken one"
    )
    unproved: str = _setting(
        "refuse",
        "sets with an invariant that is neither proved nor broken",
        choices=("refuse", "allow"),
    )


@dataclass(frozen=True, slots=True)
class StoreSection:
    """Where the facts are."""

    path: Path = _setting(Path("var/gatehouse.db"), "the SQLite database file")
    seed: Path | None = _setting(None, "facts for a new database, which gets a demo.json")


@dataclass(frozen=True, slots=True)
class DecisionsSection:
    """The decision API."""

    listen: str = _setting("127.0.0.1:8080", "address and port")
    workers: int = _setting(0, "worker processes; 0: one a core", most=64)

    @property
    def host(self) -> str:
        """The address part of `listen`, without brackets."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port part of `listen`."""
        return int(self.listen.rpartition(":")[2])


#: Addresses that only this machine reaches.
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class ConsoleSection:
    """The pages on which people log in and administer."""

    enabled: bool = _setting(True, "whether it is served")
    listen: str = _setting("127.0.0.1:8081", "address and port")
    url: str | None = _setting(
        None, "https URL behind a proxy that ends TLS; null: plain HTTP", form="url"
    )
    registration: bool = _setting(False, "whether companies register themselves")

    @property
    def is_in_the_clear(self) -> bool:
        """Whether passwords would pass where others can listen in."""
        return self.url is None and self.host not in LOOPBACK

    @property
    def host(self) -> str:
        """The address part of `listen`, without brackets."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port part of `listen`."""
        return int(self.listen.rpartition(":")[2])


@dataclass(frozen=True, slots=True)
class MetricsSection:
    """What Prometheus reads."""

    listen: str | None = _setting(None, "address and port; null: no metrics")


@dataclass(frozen=True, slots=True)
class MetadataSection:
    """How the service describes itself (AuthZEN 1.0, section 9)."""

    identifier: str | None = _setting(
        None, "https URL of this service; null: no metadata", form="url"
    )
    max_age_seconds: int = _setting(3600, "how long others may keep it", most=86_400)


@dataclass(frozen=True, slots=True)
class LimitsSection:
    """How large and how slow a request may be."""

    body_kib: int = _setting(256, "request body in KiB; 413 above", least=1, most=65536)
    nesting: int = _setting(16, "depth of nested JSON; 400 above", least=2, most=64)
    batch_items: int = _setting(
        1000, "evaluations in one request; 400 above", least=1, most=10_000
    )
    header_seconds: int = _setting(10, "for all headers to come", least=1, most=600)
    body_seconds: int = _setting(10, "for the whole body to come", least=1, most=600)
    idle_seconds: int = _setting(75, "between two requests", least=1, most=3600)
    connections: int = _setting(1000, "at a time, for each worker", least=1, most=65_535)
    drain_seconds: int = _setting(
        0, "not ready, and still answering, before a stop", most=600
    )


@dataclass(frozen=True, slots=True)
class ServerSection:
    """What listens, and to whom it answers."""

    decisions: DecisionsSection = field(default_factory=DecisionsSection)
    console: ConsoleSection = field(default_factory=ConsoleSection)
    allowed_hosts: tuple[str, ...] = _setting(
        ("127.0.0.1", "localhost", "[::1]"),
        "names, without port, that a Host header may say",
    )
    limits: LimitsSection = field(default_factory=LimitsSection)
    metadata: MetadataSection = field(default_factory=MetadataSection)
    metrics: MetricsSection = field(default_factory=MetricsSection)


@dataclass(frozen=True, slots=True)
class DecisionLogSection:
    """What was decided, one JSON line for each request."""

    dir: Path | None = _setting(Path("var/decisions"), "folder of its files; null: none")
    required: bool = _setting(False, "no decision that cannot be logged")
    rotate_mib: int = _setting(64, "a new file at that size", least=1, most=65_536)
    rotate_hours: int = _setting(24, "a new file at that age", least=1, most=8_760)
    keep_days: int = _setting(30, "older files are deleted; 0: never", most=36_500)
    keep_mib: int = _setting(
        4096, "the oldest files are deleted above; 0: never", most=1_000_000_000
    )
    mask: tuple[str, ...] = _setting(
        (), "paths that are left out, as subject.properties.name"
    )


@dataclass(frozen=True, slots=True)
class RecordsSection:
    """What is kept of decisions."""

    log: DecisionLogSection = field(default_factory=DecisionLogSection)


@dataclass(frozen=True, slots=True)
class EngineSection:
    """What a policy may cost."""

    budget_ms: int = _setting(100, "time for one evaluation", least=1, most=30_000)
    vet_cpu_seconds: int = _setting(
        10, "processor time to read and check a set", least=1, most=600
    )
    vet_memory_mib: int = _setting(512, "memory to load a set", least=128, most=65536)
    unfold_seconds: int = _setting(
        10, "processor time to make conditions of it", least=1, most=600
    )
    compare_seconds: int = _setting(
        60, "processor time to compare them with it", least=1, most=3600
    )
    prove_seconds: int = _setting(30, "time to prove all invariants", least=1, most=3600)
    interpreted: str = _setting(
        "refuse", "policies that no conditions say exactly", choices=("refuse", "allow")
    )
    sample_reference: float = _setting(
        0.001, "share of decisions that are made both ways", most=1
    )


@dataclass(frozen=True, slots=True)
class MailSection:
    """How mails to people are sent."""

    server: str | None = _setting(
        None, "mail server as name:port; null: mails are files in `outbox`", form="host"
    )
    security: str = _setting(
        "starttls", "how the server is spoken to", choices=("starttls", "tls", "none")
    )
    user: str | None = _setting(None, "name to log in to the server with", form="text")
    password_file: Path | None = _setting(None, "file with the password for it")
    sender: str = _setting("gatehouse@localhost", "e-mail it comes from", form="email")
    outbox: Path = _setting(Path("var/outbox"), "folder of mails without a server")


@dataclass(frozen=True, slots=True)
class CommandsSection:
    """The commands that administer."""

    person: str | None = _setting(
        None, "e-mail of whom they act for without `--as`", form="email"
    )


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration."""

    policy: PolicySection = field(default_factory=PolicySection)
    store: StoreSection = field(default_factory=StoreSection)
    server: ServerSection = field(default_factory=ServerSection)
    decisions: RecordsSection = field(default_factory=RecordsSection)
    engine: EngineSection = field(default_factory=EngineSection)
    mail: MailSection = field(default_factory=MailSection)
    commands: CommandsSection = field(default_factory=CommandsSection)
