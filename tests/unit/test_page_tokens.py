import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.accounts import keyfiles
from authz.errors import RequestError
from webapp.decision_api.page_tokens import PageTokens, Window, query_of

KEY = b"k" * 32
TOKENS = PageTokens(KEY)
BODY = {"subject": {"type": "user", "id": "a"}, "action": {"name": "read"}}
QUERY = query_of("pwani", "search_subject", BODY)
ODD = ["", "a", "a:b|c/d\ne", "é\u200b", "\0", "x" * 2000, "\N{PILE OF POO}"]

windows = st.builds(Window, st.text(), st.integers(0, 1000))


@given(windows)
def test_a_token_gives_back_what_it_was_made_of(window: Window):
    assert TOKENS.window(QUERY, TOKENS.text(QUERY, window)) == window


@pytest.mark.parametrize("after", ODD)
def test_a_token_may_hold_any_id(after: str):
    text = TOKENS.text(QUERY, Window(after, 7))
    assert TOKENS.window(QUERY, text) == Window(after, 7)
    assert set(text) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )


def refused(text: str, query: bytes = QUERY, tokens: PageTokens = TOKENS) -> bool:
    with pytest.raises(RequestError) as caught:
        tokens.window(query, text)
    return caught.value.where == "page.token"


@pytest.mark.parametrize("after", ODD[:5])
def test_a_token_with_any_bit_changed_is_refused(after: str):
    text = TOKENS.text(QUERY, Window(after, 7))
    content = base64.urlsafe_b64decode(text + "==")
    for place in range(len(content) * 8):
        changed = bytearray(content)
        changed[place // 8] ^= 1 << place % 8
        assert refused(base64.urlsafe_b64encode(changed).rstrip(b"=").decode())


@given(st.data())
def test_a_token_with_any_character_changed_added_or_removed_is_refused(data):
    text = TOKENS.text(QUERY, data.draw(windows))
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters().filter(lambda c: c != text[place]))
    assert refused(text[:place] + other + text[place + 1 :])
    assert refused(text[:place] + other + text[place:])
    assert refused(text[:place] + text[place + 1 :])


@given(st.text())
def test_any_text_that_is_no_token_is_refused(text: str):
    assert refused(text)


@pytest.mark.parametrize("ending", ["=", "==", "\n", " ", "A", "%3D"])
def test_a_token_is_written_in_one_way_only(ending: str):
    text = TOKENS.text(QUERY, Window("record-1", 7))
    assert refused(text + ending)
    assert refused(ending + text)


def test_a_token_goes_with_its_query_alone():
    text = TOKENS.text(QUERY, Window("a", 7))
    others = [
        query_of("other", "search_subject", BODY),
        query_of("pwani", "search_resource", BODY),
        query_of("pwani", "search_subject", BODY | {"context": {}}),
        query_of("pwani", "search_subject", BODY | {"action": {"name": "write"}}),
        query_of("pwanisearch_subject", "", BODY),
    ]
    assert all(refused(text, other) for other in others)
    assert len({QUERY, *others}) == len(others) + 1


def test_values_that_python_takes_for_equal_are_other_queries():
    sent = [1, "1", True, 1.0, None, [1], {"1": 1}]
    queries = {query_of("t", "e", {"context": {"a": value}}) for value in sent}
    assert len(queries) == len(sent)


def test_the_page_and_the_order_of_members_make_no_other_query():
    backwards = dict(reversed(BODY.items()))
    assert query_of("pwani", "search_subject", backwards | {"page": {"limit": 2}}) == QUERY


def test_another_key_refuses_the_token():
    text = TOKENS.text(QUERY, Window("a", 7))
    assert refused(text, tokens=PageTokens(b"l" * 32))


def test_a_token_outlives_a_restart_and_not_its_key(tmp_path):
    path = keyfiles.path_of(tmp_path / "gatehouse.db", keyfiles.PAGE_TOKENS)
    text = PageTokens(keyfiles.secret(path)).text(QUERY, Window("a", 7))
    assert PageTokens(keyfiles.secret(path)).window(QUERY, text) == Window("a", 7)
    path.unlink()
    assert refused(text, tokens=PageTokens(keyfiles.secret(path)))
