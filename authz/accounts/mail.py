"""Mail: by SMTP, or into a folder where no server is set.

Sending by SMTP happens in a thread of its own, so that nobody waits for a mail server, and
nobody learns from the time of an answer whether a mail was sent. What cannot be sent is
reported without its content: a mail may hold a link that opens an account.
"""

import logging
import os
import queue
import secrets
import smtplib
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Protocol

from authz.decisions.ports import Clock
from authz.errors import ConfigError, Unavailable
from authz.settings import MailSection

TIMEOUT_SECONDS = 20
WAITING_MAX = 1000
#: Between the tries to send a mail. Units: seconds.
PAUSES = (5.0, 60.0)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Mail:
    """What one person is sent."""

    to: str
    subject: str
    text: str

    def __repr__(self) -> str:
        return "Mail('***')"


class Mailer(Protocol):
    """What sends mails."""

    def send(self, mail: Mail) -> None:
        """See that it is sent, at once or soon."""
        ...

    def close(self) -> None:
        """Wait until what is under way has been tried."""
        ...


class Outbox:
    """Puts each mail into a file of its own, for its owner alone."""

    def __init__(self, folder: Path, sender: str, clock: Clock):
        self._folder = folder
        self._sender = sender
        self._clock = clock

    def send(self, mail: Mail) -> None:
        """Write the file. Raises: Unavailable."""
        content = message(mail, self._sender, self._clock()).as_bytes()
        name = f"{self._clock():.3f}-{secrets.token_hex(4)}.eml"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            with os.fdopen(os.open(self._folder / name, flags, 0o600), "wb") as file:
                file.write(content)
        except OSError as exc:
            raise Unavailable(f"cannot write a mail: {exc.strerror}") from exc

    def close(self) -> None:
        """Nothing: all mails are there."""


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server, and how to reach it."""

    host: str
    port: int
    #: `starttls`, `tls` or `none`.
    security: str
    user: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"Server({self.host!r}, {self.port})"

    def deliver(self, content: EmailMessage) -> None:
        """Send a mail. Raises: OSError, of which smtplib's errors are."""
        context = ssl.create_default_context()
        with self._connected(context) as client:
            if self.security == "starttls":
                client.starttls(context=context)
            if self.user is not None:
                client.login(self.user, self.password or "")
            client.send_message(content)

    def _connected(self, context: ssl.SSLContext) -> smtplib.SMTP:
        if self.security == "tls":
            return smtplib.SMTP_SSL(
                self.host, self.port, timeout=TIMEOUT_SECONDS, context=context
            )
        return smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)


class Smtp:
    """Sends mails through a server, one after the other."""

    def __init__(
        self,
        server: Server,
        sender: str,
        clock: Clock,
        *,
        pauses: Sequence[float] = PAUSES,
    ):
        self._server = server
        self._sender = sender
        self._clock = clock
        self._pauses = pauses
        self._waiting: queue.Queue[EmailMessage | None] = queue.Queue(WAITING_MAX)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def send(self, mail: Mail) -> None:
        """Send it soon. Raises: Unavailable when too many are waiting."""
        try:
            self._waiting.put_nowait(message(mail, self._sender, self._clock()))
        except queue.Full as exc:
            raise Unavailable("too many mails are waiting for the mail server") from exc
        # WHY so late: a thread does not outlive the fork of its process.
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="mail", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Try once more what is waiting, and stop."""
        self._stop.set()
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()

    def _work(self) -> None:
        while (content := self._waiting.get()) is not None:
            self._deliver(content)

    def _deliver(self, content: EmailMessage) -> None:
        for pause in (*self._pauses, None):
            try:
                self._server.deliver(content)
            except (OSError, ValueError) as exc:
                # WHY only the kind: the text may hold the address.
                _log.warning("a mail could not be sent: %s", type(exc).__name__)
                if pause is None or self._stop.wait(pause):
                    _log.error("a mail was given up")
                    return
            else:
                return


def message(mail: Mail, sender: str, now: float) -> EmailMessage:
    """The mail as it goes out. Source: RFC 5322; RFC 3834 for what is sent by itself."""
    found = EmailMessage()
    found["From"] = sender
    found["To"] = _deliverable(mail.to)
    found["Subject"] = mail.subject
    found["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
    found["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    found["Auto-Submitted"] = "auto-generated"
    found.set_content(mail.text)
    return found


def _deliverable(address: str) -> str:
    """The address with its domain as mail servers know it. Source: RFC 5891."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return address


def mailer(settings: MailSection, clock: Clock) -> Mailer:
    """What sends mails, as it is configured.

    Raises: ConfigError when the file with the password cannot be read.
    """
    if settings.server is None:
        return Outbox(settings.outbox, settings.sender, clock)
    host, _, port = settings.server.rpartition(":")
    password = None
    if settings.password_file is not None:
        try:
            password = settings.password_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as exc:
            raise ConfigError(
                f"cannot read `mail.password_file` `{settings.password_file}`"
            ) from exc
    server = Server(host.strip("[]"), int(port), settings.security, settings.user, password)
    return Smtp(server, settings.sender, clock)
