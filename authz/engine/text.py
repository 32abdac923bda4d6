"""Policy text before any parser sees it: limits, and the split into statements.

A few thousand nested brackets crash oso's parser together with the process, and a long
chain costs it quadratic time. So size and nesting are checked here, by one pass over the
characters.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from authz.errors import PolicyCheckError, PolicySyntaxError

FILE_LIMIT_BYTES = 64 * 1024
SET_LIMIT_BYTES = 1024 * 1024
STATEMENT_LIMIT_CHARS = 8 * 1024
NESTING_MAX = 64

_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|#[^\n]*|[()\[\]{};]|[^"#()\[\]{};]+|"', re.S)
_NOT_CHAIN = re.compile(rf"(?:\bnot\s+){{{NESTING_MAX + 1},}}")
_UNUSUAL = re.compile(r"[^\x20-\x7e\n\t]")
_INVISIBLE = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs")
_OSO_NAMES = (
    "allow",
    "allow_field",
    "allow_query",
    "allow_request",
    "has_permission",
    "has_role",
)
_RULE = re.compile(r"([a-z_][A-Za-z0-9_]*)\s*\(")


@dataclass(frozen=True, slots=True)
class Statement:
    """One rule of a policy file."""

    file: str
    #: Line of its first character, from 1.
    line: int
    text: str
    #: The predicate that it defines.
    name: str


def check_files(files: Mapping[str, bytes]) -> dict[str, str]:
    """The decoded text of each file, within all limits.

    Raises: PolicySyntaxError naming the file.
    """
    total = 0
    texts = {}
    for file, content in files.items():
        total += len(content)
        if len(content) > FILE_LIMIT_BYTES:
            raise PolicySyntaxError(
                f"larger than the {FILE_LIMIT_BYTES} bytes of a policy file",
                file=file,
            )
        if total > SET_LIMIT_BYTES:
            raise PolicyCheckError(
                f"the policy set is larger than {SET_LIMIT_BYTES} bytes up to this file",
                file=file,
            )
        texts[file] = _decode(file, content)
    return texts


def _decode(file: str, content: bytes) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        raise PolicySyntaxError("not UTF-8 text", file=file, line=line) from exc
    text = text.replace("\r\n", "\n")
    if file.endswith(".polar"):
        _check_visible(file, text)
    return text


def _check_visible(file: str, text: str) -> None:
    """Refuse what a reviewer would not see: controls, odd spaces, changes of direction."""
    for found in _UNUSUAL.finditer(text):
        if unicodedata.category(found[0]) in _INVISIBLE:
            line = text.count("\n", 0, found.start()) + 1
            raise PolicySyntaxError(
                f"an invisible character U+{ord(found[0]):04X} in the text",
                file=file,
                line=line,
            )


def check_nesting(file: str, text: str) -> None:
    """Raises: PolicySyntaxError with the line where brackets or `not` nest too deep."""
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "([{":
            depth += 1
        elif token[0] in ")]}":
            depth -= 1
        if depth > NESTING_MAX:
            line = text.count("\n", 0, token.start()) + 1
            raise PolicySyntaxError(
                f"brackets nest deeper than {NESTING_MAX}", file=file, line=line
            )
    if chain := _NOT_CHAIN.search(text):
        line = text.count("\n", 0, chain.start()) + 1
        raise PolicySyntaxError(
            f"`not` nests deeper than {NESTING_MAX}", file=file, line=line
        )


def statements(file: str, text: str) -> Iterator[Statement]:
    """The rules of a file, in order.

    Raises: PolicySyntaxError for whatever is not a rule.
    """
    start: int | None = None
    bare = ""
    for token in _TOKEN.finditer(text):
        word = token[0]
        if word[0] == "#" or (start is None and not word.strip()):
            continue
        if start is None:
            start = token.start() + len(word) - len(word.lstrip())
        bare += '""' if word[0] == '"' else word
        if word == ";":
            yield _statement(file, text, start, token.end(), bare.strip())
            start, bare = None, ""
    if start is not None:
        line = text.count("\n", 0, start) + 1
        _refuse_other(file, line, bare.strip())
        raise PolicySyntaxError(
            "a rule ends with `;`, this one has none", file=file, line=line
        )


def _statement(file: str, text: str, start: int, end: int, bare: str) -> Statement:
    line = text.count("\n", 0, start) + 1
    if end - start > STATEMENT_LIMIT_CHARS:
        raise PolicySyntaxError(
            f"a rule of {end - start} characters, more than {STATEMENT_LIMIT_CHARS}",
            file=file,
            line=line,
        )
    _refuse_other(file, line, bare)
    head = _RULE.match(bare)
    if head and head[1] in _OSO_NAMES:
        raise PolicySyntaxError(
            f"`{head[1]}` is a name of oso's own; write `permit`", file=file, line=line
        )
    if not head:
        raise PolicySyntaxError(
            f"not a rule: `{' '.join(bare.split())[:40]}`", file=file, line=line
        )
    return Statement(file, line, text[start:end], head[1])


def _refuse_other(file: str, line: int, bare: str) -> None:
    for pattern, what in (
        (
            r"\?=",
            "an inline query runs while the policy loads; write a policy test instead",
        ),
        (r"(actor|resource)\s+\w+\s*\{", "resource blocks are not used here; write rules"),
        (r"type\s+\w+\s*\(", "rule types are not used here; the engine declares its own"),
    ):
        if re.match(pattern, bare):
            raise PolicySyntaxError(what, file=file, line=line)
