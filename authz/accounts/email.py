"""When two e-mail addresses are the same person, and which addresses nobody may have.

The identity of an address is computed here, never by a database, because databases disagree
about capitals. It is NFKC and casefold of the whole, with the domain in its ASCII form.
What a reader cannot see, or cannot tell from another address, is refused: control and
invisible characters, and letters of several scripts in one part.
"""

import re
import unicodedata

from authz.errors import InvalidChange
from authz.said import said

LENGTH_MAX = 254
LOCAL_BYTES_MAX = 64
#: ASCII signs of a local part, besides letters and digits. Source: RFC 5322, `atext` and
#: the dot.
SIGNS = frozenset("!#$%&'*+-/=?^_`{|}~.")
#: Scripts that one language writes together.
TOGETHER = (
    frozenset({"CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"CJK", "HANGUL"}),
    frozenset({"CJK", "BOPOMOFO"}),
)
#: Characters without a look of their own that Unicode files among letters and marks.
#: Source: Unicode `Default_Ignorable_Code_Point`, without the category Cf, which is refused
#: as a whole.
INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
#: IDNA takes it for a dot, and NFKC leaves it. Source: RFC 3490, section 3.1.
IDEOGRAPHIC_DOT = "\u3002"
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def identity(text: str) -> str:
    """The form in which an address is compared and kept unique.

    Raises: InvalidChange with the field `email` for what cannot be an address here.
    """
    text = text.strip(" ")
    if not text:
        raise _invalid(said("the e-mail is missing"))
    if len(text) > LENGTH_MAX:
        raise _invalid(said("the e-mail is longer than {most} characters", most=LENGTH_MAX))
    if INVISIBLE.search(text) or any(unicodedata.category(c)[0] in "CZ" for c in text):
        raise _invalid(said("the e-mail holds a space or a character that cannot be seen"))
    local, at, domain = _folded(text).rpartition("@")
    if not at or "@" in local:
        raise _invalid(said("the e-mail must have one `@`"))
    key = f"{_local(local)}@{_domain(domain)}"
    if len(key) > LENGTH_MAX:
        raise _invalid(said("the e-mail is longer than {most} characters", most=LENGTH_MAX))
    return key


def _folded(text: str) -> str:
    """NFKC_Casefold. Source: Unicode 3.13, rule R5; the second round makes it stable."""
    once = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", once).casefold()


def _local(local: str) -> str:
    if not local or len(local.encode()) > LOCAL_BYTES_MAX:
        raise _invalid(
            said(
                "the part before the `@` must have 1 to {most} bytes", most=LOCAL_BYTES_MAX
            )
        )
    if local[0] == "." or local[-1] == "." or ".." in local:
        raise _invalid(said("a dot in the e-mail must stand between other characters"))
    for char in local:
        if char not in SIGNS and unicodedata.category(char)[0] not in "LMN":
            raise _invalid(said("the e-mail cannot hold `{char}`", char=char))
    _check_scripts(local)
    return local


def _domain(domain: str) -> str:
    labels = domain.replace(IDEOGRAPHIC_DOT, ".").split(".")
    if len(labels) < 2:
        raise _invalid(
            said("the part behind the `@` must be a domain, as in `example.org`")
        )
    return ".".join(_label(label) for label in labels)


def _label(label: str) -> str:
    try:
        ascii_form = label.encode("idna").decode().lower()
        shown = ascii_form.encode().decode("idna")
    except UnicodeError as exc:
        raise _invalid(said("the part behind the `@` is not a domain")) from exc
    if not LABEL.fullmatch(ascii_form):
        raise _invalid(said("the part behind the `@` is not a domain"))
    _check_scripts(shown)
    return ascii_form


def _check_scripts(part: str) -> None:
    scripts = {
        re.split("[ -]", unicodedata.name(char, "?"))[0]
        for char in part
        if not char.isascii() and unicodedata.category(char)[0] != "M"
    }
    if any(char.isascii() and char.isalpha() for char in part):
        scripts.add("LATIN")
    if len(scripts) > 1 and not any(scripts <= known for known in TOGETHER):
        raise _invalid(said("the e-mail mixes letters of different scripts"))


def _invalid(message: str) -> InvalidChange:
    return InvalidChange(message, field="email")
