"""What holds of the layout of every text."""

from authz.assurance.formatting.document import formatted
from authz.assurance.formatting.tokens import tokens
from authz.engine import clauses
from authz.engine.text import statements


def laid_out(text):
    return formatted("x.polar", text.encode())


def meaning(text):
    found = map(clauses.read, statements("x.polar", text))
    return [(clause.name, clause.parameters, clause.body) for clause in found]


def comments(text):
    return [line.text for line in tokens(text) if line.is_comment]


def check(text):
    """Its layout is its own layout, says the same and keeps every comment."""
    result = laid_out(text)
    plain = text.replace("\r\n", "\n")
    assert laid_out(result) == result
    assert meaning(result) == meaning(plain)
    assert comments(result) == comments(plain)
    lines = result.split("\n")
    assert not any(line != line.rstrip() for line in lines)
    assert "\n\n\n" not in result
    assert not result.startswith("\n")
    assert result == "" or (result.endswith("\n") and not result.endswith("\n\n"))


def check_one_layout(text):
    """Without its comments it has one layout, however its lines were broken."""
    words = [token.text for token in tokens(text.replace("\r\n", "\n"))]
    words = [word for word in words if not word.startswith("#")]
    a_line_each = " ".join(words).replace(" ; ", ";\n")
    assert laid_out("\n".join(words)) == laid_out(a_line_each)
