"""Sentences that can be said in another language."""

import copy
import gettext
import pickle

import pytest

from authz.errors import InvalidChange
from authz.said import each, message, said, told
from authz.terms import term


class French(gettext.NullTranslations):
    TEXTS = {
        "`{name}` is missing": "«\xa0{name}\xa0» manque",
        "a cluster": "un cluster",
        "needs {what}": "il faut {what}",
        "{one} and {other}": "{one} et {other}",
        "supply_company": "société de fourniture",
        "{{}}": "accolades",
    }

    def gettext(self, message):
        return self.TEXTS.get(message, message)


@pytest.mark.parametrize(
    ("text", "english", "french"),
    [
        (said("a cluster"), "a cluster", "un cluster"),
        (
            said("`{name}` is missing", name="x{0}"),
            "`x{0}` is missing",
            "«\xa0x{0}\xa0» manque",
        ),
        (
            said("needs {what}", what=said("a cluster")),
            "needs a cluster",
            "il faut un cluster",
        ),
        (said("needs {what}", what=3), "needs 3", "il faut 3"),
        (said("nobody wrote {it}", it="`a`"), "nobody wrote `a`", "nobody wrote `a`"),
        (said("100 {per cent"), "100 {per cent", "100 {per cent"),
        ("a cluster", "a cluster", "a cluster"),
    ],
    ids=["plain", "value", "nested", "number", "untranslated", "braces", "not said"],
)
def test_a_sentence_is_told_in_another_language_with_its_values(text, english, french):
    assert text == english
    assert told(text, French()) == french
    assert told(text, gettext.NullTranslations()) == english


def test_an_error_keeps_the_sentence_that_it_was_raised_with():
    error = InvalidChange(said("`{name}` is missing", name="e-mail"), field="email")
    assert str(error) == "`e-mail` is missing"
    assert told(error.args[0], French()) == "«\xa0e-mail\xa0» manque"


@pytest.mark.parametrize(
    "copied",
    [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))],
    ids=["copied", "sent"],
)
def test_a_copy_of_a_sentence_is_told_like_the_sentence(copied):
    found = copied(said("needs {what}", what=said("a cluster")))
    assert found == "needs a cluster"
    assert told(found, French()) == "il faut un cluster"


def test_the_message_of_an_error_is_raised_again_as_it_was_put_together():
    first = InvalidChange(said("`{name}` is missing", name="e-mail"), field="email")
    again = InvalidChange(message(first), field="company_email")
    assert told(message(again), French()) == "«\xa0e-mail\xa0» manque"
    assert message(ValueError("it is bad")) == "it is bad"
    assert message(ValueError()) == ""
    assert type(str(again)) is str


@pytest.mark.parametrize(
    ("parts", "english", "french"),
    [
        (["a"], "a", "a"),
        (["a", "b"], "a and b", "a et b"),
        (["a", said("a cluster"), "c"], "a and a cluster and c", "a et un cluster et c"),
    ],
    ids=["one", "two", "three"],
)
def test_several_are_told_together(parts, english, french):
    assert each(parts) == english
    assert told(each(parts), French()) == french


def test_a_name_of_the_code_is_told_and_an_unknown_one_stays():
    assert term("supply_company") == "supply_company"
    assert told(term("supply_company"), French()) == "société de fourniture"
    assert told(term("galaxy"), French()) == "galaxy"
