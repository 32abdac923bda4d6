"""How the service writes what happens to it: one line for each event, on stderr.

A line is a JSON object, except on a terminal, where a person reads plain lines. Either way
no text of a caller can forge a line or steer a terminal, and what looks like a secret is
left out, should one ever be on its way there. Source: CWE-117, CWE-150, CWE-532.
"""

import json
import logging
import re
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

HIDDEN = "***"
#: Characters of one field; what comes after them is left out.
FIELD_MAX = 16_384
#: Lines of one kind that are written in a second.
MOST_A_SECOND = 10
#: Kinds that are told apart at a time.
KINDS_MAX = 1_000
OURS = ("authz", "webapp")
#: What looks like a secret -> what is written in its place. WHY each needs only one pass
#: over the text: a caller may be behind it.
_SECRETS = (
    (re.compile(r"(gh_[0-9a-f]{1,16})_[0-9a-f]+", re.I), rf"\1_{HIDDEN}"),
    (
        re.compile(
            r"-----BEGIN [^-\n]{1,64}-----.*?(?:-----END [^-\n]{1,64}-----|\Z)", re.S
        ),
        HIDDEN,
    ),
    (re.compile(r"(bearer|basic)(\s+)[^\s'\",;]+", re.I), rf"\1\2{HIDDEN}"),
    (
        re.compile(r"(?<![\w-])(?=[\w-]++\.[\w-]++\.)([\w-]*?)eyJ[\w-]+\.[\w-]+\.[\w-]*"),
        rf"\1{HIDDEN}",
    ),
    (
        re.compile(
            r"\b(\w{0,32}(?:password|passwd|secret|token|api_key|authorization|cookie))"
            r"(['\"]?\s{0,3}[=:]\s{0,3})"
            r"(?:b?\"(?:[^\"\\]|\\.)*\\?(?:\"|\Z)|b?'(?:[^'\\]|\\.)*\\?(?:'|\Z)"
            r"|(?!(?:bearer|basic)\s)[^\s,;&}\"']+)",
            re.I | re.S,
        ),
        rf"\1\2{HIDDEN}",
    ),
)
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def configure(stream: TextIO | None = None) -> None:
    """Write every log line of this process to the stream, stderr by default: ours, and the
    warnings of libraries.

    Warnings of Python and exceptions that nobody caught are lines too. It may be called
    again: the last call holds.
    """
    target = sys.stderr if stream is None else stream
    handler = _Handler(target)
    handler.setFormatter(PlainLines() if target.isatty() else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for ours in OURS:
        logging.getLogger(ours).setLevel(logging.INFO)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def without_secrets(text: str) -> str:
    """The text without what looks like a secret."""
    for secret, shown in _SECRETS:
        text = secret.sub(shown, text)
    return text


class JsonLines(logging.Formatter):
    """A JSON object: `time`, `level`, `logger`, `message`; `request_id` where a request is
    behind it; `exception`, the whole trace as one text, where there is one; `left_out`, how
    many lines of this kind were not written before it, where there were too many.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        fields: dict[str, str | int] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _shown(record.getMessage()),
        }
        if isinstance(request_id := getattr(record, "request_id", None), str):
            fields["request_id"] = _shown(request_id)
        if trace := _trace(self, record):
            fields["exception"] = trace
        if left_out := getattr(record, "left_out", 0):
            fields["left_out"] = left_out
        return json.dumps(fields)


class PlainLines(logging.Formatter):
    """For a terminal: time, level, message; an exception below it, indented."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        line = f"{_time(record)} {record.levelname:7} {record.name}: "
        line += _printable(_shown(record.getMessage()))
        if isinstance(request_id := getattr(record, "request_id", None), str):
            line += f" (request {_printable(_shown(request_id))})"
        if left_out := getattr(record, "left_out", 0):
            line += f" ({left_out} like this were left out)"
        trace = _trace(self, record).splitlines()
        return "\n".join([line, *(f"    {_printable(part)}" for part in trace)])


class _Handler(logging.StreamHandler[TextIO]):
    """Writes a few lines of a kind in each second, and says how many it left out.

    WHY: while something is broken, each of thousands of requests a second would be a line.
    """

    def __init__(self, stream: TextIO):
        super().__init__(stream)
        #: Kind of line -> second of the last one, and how many there were in it.
        self._counts: dict[tuple[str, str], tuple[int, int]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Writes the line, or counts it."""
        kind, second = (record.name, str(record.msg)), int(record.created)
        last, count = self._counts.get(kind, (second, 0))
        if last != second:
            record.left_out = max(0, count - MOST_A_SECOND)
            count = 0
        if len(self._counts) >= KINDS_MAX:
            self._counts.clear()
        self._counts[kind] = (second, count + 1)
        if count < MOST_A_SECOND:
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Nothing: Python's own report shows the arguments, secrets included."""


def _time(record: logging.LogRecord) -> str:
    """ISO 8601 in UTC, with milliseconds."""
    made = datetime.fromtimestamp(record.created, UTC)
    return made.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _shown(text: str) -> str:
    found = without_secrets(text)
    return found if len(found) <= FIELD_MAX else found[:FIELD_MAX] + "..."


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    """Not kept in the record, where another handler would find it with its secrets."""
    if not record.exc_info:
        return ""
    return _shown(formatter.formatException(record.exc_info))


def _printable(text: str) -> str:
    return _CONTROL.sub(lambda found: repr(found.group())[1:-1], text)


def _uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger(__name__).critical(
        "an exception that nobody caught", exc_info=(kind, error, trace)
    )


def _uncaught_in_thread(found: threading.ExceptHookArgs) -> None:
    if found.exc_value is not None:
        _uncaught(found.exc_type, found.exc_value, found.exc_traceback)
