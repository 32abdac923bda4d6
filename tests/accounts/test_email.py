import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.accounts.email import identity
from authz.errors import InvalidChange

SAME = [
    ("Ann@X.com", "ann@x.com"),
    ("ann@X.COM", "ann@x.com"),
    ("  ann@x.com ", "ann@x.com"),
    ("ＡＮＮ@x.com", "ann@x.com"),
    ("ann＠x.com", "ann@x.com"),
    ("ann@x。com", "ann@x.com"),
    ("\u212aate@x.com", "kate@x.com"),
    ("stra\u00dfe@x.com", "strasse@x.com"),
    ("Émile@x.com", "émile@x.com"),
    ("E\u0301mile@x.com", "émile@x.com"),
    ("ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
    ("ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"),
    ("иван@пример.рф", "иван@xn--e1afmkfd.xn--p1ai"),
    ("иван@example.org", "иван@example.org"),
    ("田中さん@example.jp", "田中さん@example.jp"),
    ("first.last+tag@sub.x-y.example", "first.last+tag@sub.x-y.example"),
    ("service_tech@domain.com", "service_tech@domain.com"),
]


@pytest.mark.parametrize(("text", "key"), SAME)
def test_spellings_of_one_address_have_one_identity(text, key):
    assert identity(text) == key


REFUSED = {
    "nothing": "",
    "spaces": "   ",
    "no at sign": "ann.x.com",
    "two at signs": "ann@x@y.com",
    "no local part": "@x.com",
    "no domain": "ann@",
    "a domain of one label": "ann@localhost",
    "a trailing dot": "ann@x.com.",
    "an empty label": "ann@x..com",
    "a leading dot": ".ann@x.com",
    "a dot before the at sign": "ann.@x.com",
    "two dots": "a..nn@x.com",
    "a space inside": "an n@x.com",
    "a no-break space": "an\u00a0n@x.com",
    "a tab": "\tann@x.com",
    "a newline": "ann@x.com\n",
    "a NUL": "an\x00n@x.com",
    "a zero-width space": "an\u200bn@x.com",
    "a zero-width joiner": "an\u200dn@x.com",
    "a soft hyphen": "an\u00adn@x.com",
    "a right-to-left mark": "ann\u200f@x.com",
    "a byte order mark": "\ufeffann@x.com",
    "a filler that is a letter": "ann\u3164@x.com",
    "a variation selector": "ann\ufe0f@x.com",
    "half of a surrogate pair": "ann\ud800@x.com",
    "an unassigned character": "ann\u0378@x.com",
    "a private character": "ann\ue000@x.com",
    "a Cyrillic a among Latin letters": "\u0430nn@x.com",
    "a Greek letter among Latin ones": "ann\u03bf@x.com",
    "a Cyrillic letter in a Latin label": "ann@p\u0430ypal.com",
    "the same in its ASCII form": "ann@xn--pypal-4ve.com",
    "a quote": '"ann"@x.com',
    "a bracket": "ann<b@x.com",
    "a comma": "ann,bob@x.com",
    "an address as a domain": "ann@[192.0.2.1]",
    "a hyphen at the end of a label": "ann@x-.com",
    "an underscore in the domain": "ann@x_y.com",
    "255 characters": "a" * 60 + "@" + ".".join(["b" * 60] * 3) + ".example.org",
    "a local part of 65 bytes": "a" * 65 + "@x.com",
    "a label of 64 characters": "ann@" + "b" * 64 + ".com",
    "a megabyte": "a" * 1_000_000,
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_what_a_reader_cannot_trust_is_no_address(text):
    with pytest.raises(InvalidChange) as refused:
        identity(text)
    assert refused.value.field == "email"


def test_the_longest_address_is_accepted():
    text = "a" * 60 + "@" + ".".join(["b" * 60] * 3) + ".example.or"
    assert len(text) == 254
    assert identity(text) == text


@given(
    st.text(min_size=1, max_size=20),
    st.sampled_from(["x.com", "bücher.example", "пример.рф"]),
)
def test_an_identity_is_its_own_identity(local, domain):
    try:
        key = identity(f"{local}@{domain}")
    except InvalidChange:
        return
    assert identity(key) == key
    assert key == unicodedata.normalize("NFKC", key)
