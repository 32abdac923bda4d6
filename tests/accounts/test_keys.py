from collections.abc import Callable

import pytest

from authz.accounts.keys import SCOPES, Key, digest, matches, new_key, parse


def test_a_new_key_reads_back_from_its_header():
    key = new_key()
    assert parse(f"Bearer {key.text}") == key
    assert parse(f"bearer  {key.text}") == key


def test_a_secret_has_256_bits_and_no_two_keys_are_alike():
    keys = [new_key() for _ in range(100)]
    assert all(len(bytes.fromhex(key.secret)) == 32 for key in keys)
    assert len({key.id for key in keys}) == len({key.secret for key in keys}) == 100


#: What is wrong -> the header, with the text of a good key.
NO_KEYS: dict[str, Callable[[str], str]] = {
    "nothing": lambda _key: "",
    "a scheme alone": lambda _key: "Bearer",
    "a scheme and a space": lambda _key: "Bearer ",
    "another scheme": lambda key: f"Basic {key}",
    "no scheme": lambda key: key,
    "a prefix alone": lambda _key: "Bearer gh_",
    "parts too short": lambda _key: "Bearer gh_0_0",
    "a digit more": lambda key: f"Bearer {key}0",
    "a space more": lambda key: f"Bearer {key} ",
    "a line's end": lambda key: f"Bearer {key}\n",
    "capital letters": lambda key: f"Bearer {key.upper()}",
    "another prefix": lambda key: f"Bearer xx{key[2:]}",
    "many prefixes": lambda _key: "Bearer " + "gh_" * 100_000,
    "an Arabic digit": lambda key: "Bearer gh_\u0661" + key[4:],
}


@pytest.mark.parametrize("wrong", NO_KEYS)
def test_what_is_no_key_of_ours_is_none(wrong):
    assert parse(NO_KEYS[wrong](new_key().text)) is None


def test_only_the_secret_itself_matches_its_digest():
    key = new_key()
    stored = digest(key.secret)
    assert matches(key.secret, stored)
    assert not matches(new_key().secret, stored)
    assert not matches(stored, stored)
    assert not matches("", stored)


def test_a_key_does_not_show_its_secret_when_it_is_printed():
    assert repr(Key("ab", "canary")) == "Key(id='ab', secret='***')"


def test_the_scopes_are_these_seven():
    assert SCOPES == (
        "decision:check",
        "decision:batch",
        "decision:search",
        "decision:explain",
        "facts:write",
        "channel:assert",
        "session:assert",
    )
