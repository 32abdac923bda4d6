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


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic " + new_key().text,
        new_key().text,
        "Bearer gh_",
        "Bearer gh_0_0",
        f"Bearer {new_key().text}0",
        f"Bearer {new_key().text} ",
        f"Bearer {new_key().text}\n",
        f"Bearer {new_key().text.upper()}",
        f"Bearer xx{new_key().text[2:]}",
        "Bearer " + "gh_" * 100_000,
        "Bearer gh_\u0661" + new_key().text[4:],
    ],
)
def test_what_is_no_key_of_ours_is_none(header):
    assert parse(header) is None


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
