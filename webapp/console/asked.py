"""What a form or an address says: read by name, each once, and nothing else.

WHY by name: a field that a page does not ask for, as `tenant` or `id`, changes nothing.
"""

from collections.abc import Iterable, Mapping

from flask import abort, request
from flask_babel import gettext as _

from authz.errors import InvalidChange, RequestError
from authz.said import message
from webapp.console.catalogues import in_reader_language

#: Digits of a number that a database still holds.
DIGITS_MAX = 18


class Form:
    """What was typed, kept to be shown again, and what is wrong with it."""

    def __init__(
        self, values: Mapping[str, str] | None = None, *, error: InvalidChange | None = None
    ):
        self.values = dict(values or {})
        #: Name of a field -> what is wrong with it; under the empty name what is wrong with
        #: the whole.
        self.errors = {} if error is None else {error.field: sentence(error)}

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def error(self, name: str) -> str:
        """What is wrong with a field; empty when nothing is."""
        return self.errors.get(name, "")

    def refused(self, error: Exception, field: str = "") -> "Form":
        """The same form with what is wrong with it, and without what was secret."""
        name = getattr(error, "field", "") or field
        kept = {n: v for n, v in self.values.items() if "password" not in n and n != "code"}
        made = Form(kept)
        made.errors = {name: sentence(error)}
        return made


def posted(*names: str) -> Form:
    """The named fields of the form that was sent; those that are missing are empty."""
    return Form({name: _one(request.form.getlist(name)) for name in names})


def queried(*names: str) -> Form:
    """The named parts of the address, as a search has them."""
    return Form({name: _one(request.args.getlist(name)) for name in names})


def number(form: Form, name: str) -> int | None:
    """A whole number; None for nothing. Raises: RequestError."""
    text = form[name]
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX):
        raise RequestError(f"`{name}` is no number", where=name)
    return int(text)


def chosen(name: str) -> tuple[str, ...]:
    """All values of a field that may have several, each once, in order."""
    return tuple(dict.fromkeys(value for value in request.form.getlist(name) if value))


def check_same_twice(form: Form) -> None:
    """Nothing, if a new password was typed twice alike. Raises: InvalidChange."""
    if form["password"] != form["password_again"]:
        raise InvalidChange(_("it is not the same twice"), field="password_again")


def sentence(error: Exception) -> str:
    """An error as people read it, in their language."""
    return as_sentence(message(error))


def as_sentence(said: str) -> str:
    """What the program said of something, as `said` makes it, in the reader's language."""
    text = in_reader_language(said).replace("`", "").rstrip(".")
    end = "" if text.endswith("?") else "."
    return f"{text[:1].upper()}{text[1:]}{end}" if text else ""


def _one(values: Iterable[str]) -> str:
    """WHY not the first of several: another program may go by the last."""
    found = list(values)
    if len(found) > 1:
        abort(400)
    return found[0] if found else ""
