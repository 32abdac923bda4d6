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
_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|#[^\n]*', re.S)
_OSO_NAMES = (
    "allow",
    "allow_field",
    "allow_query",
    "allow_request",
    "has_permission",
    "has_role",
)
#: Statements of Polar that are no rules: pattern, rule of the linter, what is said.
_NO_RULES = (
    (
        r"\?=",
        "inline-query",
        "an inline query runs while the policy loads; write a policy test instead",
    ),
    (
        r"(actor|resource)\s+\w+\s*\{",
        "resource-block",
        "resource blocks are not used here; write rules",
    ),
    (
        r"type\s+\w+\s*\(",
        "rule-type",
        "rule types are not used here; the engine declares its own",
    ),
)
#: WHY here: with nothing before the dot, oso's parser ends the process.
_COMPUTED = re.compile(r"\.\s*\(")
_RULE = re.compile(r"([a-z_][A-Za-z0-9_]*)\s*\(")


@dataclass(frozen=True, slots=True)
class Part:
    """What stands up to the next `;` of a file, whether it is a rule or not."""

    file: str
    #: Line of its first character, from 1.
    line: int
    text: str
    #: The same without comments, and with empty strings.
    bare: str


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
                f"brackets nest deeper than {NESTING_MAX}",
                file=file,
                line=line,
                rule="nesting",
            )
    if chain := _NOT_CHAIN.search(text):
        line = text.count("\n", 0, chain.start()) + 1
        raise PolicySyntaxError(
            f"`not` nests deeper than {NESTING_MAX}", file=file, line=line, rule="nesting"
        )


def code(text: str) -> str:
    """The text with blanks instead of strings and comments, line by line as it was."""
    return _STRING_OR_COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def parts(file: str, text: str) -> Iterator[Part]:
    """Everything in a file but comments, cut after each `;`. Order: as in the file."""
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
            yield _part(file, text, slice(start, token.end()), bare)
            start, bare = None, ""
    if start is not None:
        yield _part(file, text, slice(start, None), bare)


def _part(file: str, text: str, at: slice, bare: str) -> Part:
    return Part(file, text.count("\n", 0, at.start) + 1, text[at], bare.strip())


def statements(file: str, text: str) -> Iterator[Statement]:
    """The rules of a file, in order.

    Raises: PolicySyntaxError for whatever is not a rule.
    """
    return map(statement, parts(file, text))


def statement(part: Part) -> Statement:
    """The rule that this is. Raises: PolicySyntaxError when it is none."""
    if part.bare.endswith(";") and len(part.text) > STATEMENT_LIMIT_CHARS:
        said = f"a rule of {len(part.text)} characters, more than {STATEMENT_LIMIT_CHARS}"
        raise _refused(part, said, "too-long")
    for pattern, rule, what in _NO_RULES:
        if re.match(pattern, part.bare):
            raise _refused(part, what, rule)
    if not part.bare.endswith(";"):
        raise _refused(part, "a rule ends with `;`, this one has none", "syntax")
    head = _RULE.match(part.bare)
    if head and head[1] in _OSO_NAMES:
        said = f"`{head[1]}` is a name of oso's own; write `permit`"
        raise _refused(part, said, "oso-name")
    if not head:
        raise _refused(part, f"not a rule: `{' '.join(part.bare.split())[:40]}`", "syntax")
    if computed := _COMPUTED.search(code(part.text)):
        said = "the name of an attribute is written out, not computed"
        line = part.line + part.text.count("\n", 0, computed.start())
        raise _refused(part, said, "computed-attribute", line)
    return Statement(part.file, part.line, part.text, head[1])


def _refused(part: Part, message: str, rule: str, line: int = 0) -> PolicySyntaxError:
    return PolicySyntaxError(message, file=part.file, line=line or part.line, rule=rule)
