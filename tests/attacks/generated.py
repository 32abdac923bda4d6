"""Attacks too large or too odd to be kept as files: name, text, line, what is said.

The line is 0 where the text is refused as a whole, before anything of it is parsed.
"""

from collections.abc import Iterator

_HEAD = """\
permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != subject.name and
  """

Attack = tuple[str, bytes, int, str]


def attacks() -> Iterator[Attack]:
    """Every generated attack."""
    yield from _nested()
    yield from _long()
    yield from _not_text()


def _rule(condition: str) -> bytes:
    return f"{_HEAD}{condition};\n".encode()


def _nested() -> Iterator[Attack]:
    deep = "* deeper than 64"
    yield "ten-thousand-lists", _rule("x = " + "[" * 10_000 + "]" * 10_000), 3, deep
    yield "lists-without-an-end", b"f(" + b"[" * 30_000, 1, deep
    yield "ten-thousand-brackets", _rule("(" * 10_000 + "1 = 1" + ")" * 10_000), 3, deep
    yield (
        "ten-thousand-dictionaries",
        _rule("x = " + "{a: " * 10_000 + "}" * 10_000),
        3,
        deep,
    )
    yield "ten-thousand-nots", _rule("not " * 10_000 + "1 = 2"), 3, deep
    yield "nots-on-lines", _rule("not\n" * 70 + "1 = 2"), 3, deep
    yield "nots-with-comments", _rule("not # no\n" * 2_000 + "1 = 2"), 0, "*"
    yield "nots-with-brackets", _rule("not (" * 70 + "1 = 2" + ")" * 70), 3, deep
    yield "four-thousand-dots", _rule("subject" + ".a" * 4_000 + " = 1"), 0, "*"
    yield "four-thousand-sums", _rule("subject.level = 1" + "+1" * 4_000), 0, "*"
    yield "four-thousand-minuses", _rule("subject.level = " + "-" * 4_000 + "1"), 0, "*"


def _long() -> Iterator[Attack]:
    chain = " and ".join(["subject.level > 0"] * 22_000)
    yield (
        "450-kb-and-chain",
        _rule(chain[:450_000] + " and 1 = 1"),
        0,
        "larger than the 65536*",
    )
    chain = " and ".join(["subject.level > 0"] * 2_500)
    yield "60-kb-and-chain", _rule(chain), 1, "a rule of * characters*"
    chain = " or ".join(["subject.level > 0"] * 2_500)
    yield "60-kb-or-chain", _rule(chain), 1, "a rule of * characters*"
    yield "65-kb-line", b"# " + b"x" * 65_535 + b"\n", 0, "larger than the 65536*"
    yield "long-name", b"f" * 60_000 + b"(1);", 1, "a rule of * characters*"
    yield "long-string", b'f("' + b"x" * 60_000 + b'");', 1, "a rule of * characters*"
    yield "many-digits", _rule("subject.level = " + "9" * 8_000), 3, "*integer overflow*"


def _not_text() -> Iterator[Attack]:
    good = _rule("1 = 1")
    yield "nul", good.replace(b"1 = 1", b"1 = 1\0"), 3, "an invisible character U+0000*"
    yield "nul-in-a-comment", b"# a\n# \0\n" + good, 2, "an invisible character U+0000*"
    yield "backspaces", b"# a\x08\x08\n" + good, 1, "an invisible character U+0008*"
    yield (
        "terminal-escape",
        b"#\n#\n# \x1b[2J\n" + good,
        3,
        "an invisible character U+001B*",
    )
    yield "vertical-tab", b"\x0b" + good, 1, "an invisible character U+000B*"
    yield "line-separator", "# a\u2028".encode() + good, 1, "an invisible character U+2028*"
    yield "next-line", "# a\u0085".encode() + good, 1, "an invisible character U+0085*"
    yield "right-to-left", "# a\u202e".encode() + good, 1, "an invisible character U+202E*"
    yield "zero-width", "# a\u200b".encode() + good, 1, "an invisible character U+200B*"
    yield "no-break-space", good.replace(b" if", " if\u00a0".encode()), 1, "*U+00A0*"
    yield "return-ends-the-comment", b"# \r" + good, 1, "an invisible character U+000D*"
    yield "surrogate", b"# a\n# \xed\xa0\x80\n" + good, 2, "not UTF-8*"
    yield "overlong", b"# \xc0\xaf\n" + good, 1, "not UTF-8*"
    yield "latin-1", "# é\n".encode("latin-1") + good, 1, "not UTF-8*"
    yield "utf-16", good.decode().encode("utf-16"), 1, "not UTF-8*"
    yield "byte-order-mark", b"\xef\xbb\xbf" + good, 1, "*"
    yield "unterminated-string", good.replace(b"1 = 1", b'"a = 1'), 3, "*"
    yield "string-over-lines", good.replace(b"1 = 1", b'"a\nb" = 1'), 3, "*"
    yield "binary", bytes(range(256)), 2, "not UTF-8*"
