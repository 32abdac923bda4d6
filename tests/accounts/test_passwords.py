import threading

import pytest

from authz.accounts import passwords
from authz.accounts.passwords import Hasher
from authz.errors import InvalidChange

EMAIL = "ann99smith@example.org"


@pytest.fixture(scope="module")
def hasher():
    return Hasher(rounds=1, memory_kib=8, lanes=1)


@pytest.mark.parametrize(
    "password",
    [
        "meter2025x",
        "abcdefg1",
        "1bcdefgh",
        "пароль42",
        "ünïcödé7",
        "correct horse 1",
        "x1" * 512,
    ],
)
def test_a_password_that_keeps_the_rules_is_accepted(password):
    passwords.check(password, EMAIL)


REFUSED = {
    "nothing": "",
    "seven characters": "abcdef1",
    "letters only": "onlyletters",
    "digits only": "1234567890",
    "spaces only": " " * 10,
    "1025 bytes": "x1" * 512 + "x",
    "1025 bytes in fewer characters": "ü1" * 342,
    "a common one": "password1",
    "a common one in capitals": "QWERTY123",
    "a common one in full width": "ｐａｓｓｗｏｒｄ１",
    "the own e-mail": EMAIL,
    "the own e-mail in capitals": EMAIL.upper(),
    "its first part": "ann99smith",
    "half of a surrogate pair": "abcdefg1\ud800",
}


@pytest.mark.parametrize("password", REFUSED.values(), ids=REFUSED.keys())
def test_a_password_that_breaks_a_rule_is_refused(password):
    with pytest.raises(InvalidChange) as refused:
        passwords.check(password, EMAIL)
    assert refused.value.field == "password"


def test_the_common_ones_would_otherwise_do():
    for password in passwords.COMMON:
        assert len(password) >= 8
        assert any(c.isalpha() for c in password)
        assert any(c.isdigit() for c in password)
        assert password == password.casefold()


def test_a_hash_is_argon2id_and_never_twice_the_same(hasher):
    one, two = hasher.hash("meter2025x"), hasher.hash("meter2025x")
    assert one.startswith("$argon2id$")
    assert one != two
    assert hasher.verify(one, "meter2025x")
    assert hasher.verify(two, "meter2025x")


@pytest.mark.parametrize(
    "other", ["", "meter2025X", "meter2025x ", "x" * 2_000_000, "\ud800", "meter2025x\x00"]
)
def test_another_password_does_not_verify(hasher, other):
    assert not hasher.verify(hasher.hash("meter2025x"), other)


def test_long_passwords_are_not_cut(hasher):
    stored = hasher.hash("x1" * 511 + "a")
    assert hasher.verify(stored, "x1" * 511 + "a")
    assert not hasher.verify(stored, "x1" * 511 + "b")


def test_it_does_not_matter_how_a_letter_was_composed(hasher):
    assert hasher.verify(hasher.hash("Zu\u0308rich 2025"), "Z\u00fcrich 2025")


@pytest.mark.parametrize("stored", [None, "", "plain text", "$argon2id$broken"])
def test_without_a_hash_nothing_verifies(hasher, stored):
    assert not hasher.verify(stored, "meter2025x")


def test_only_so_many_hashes_are_computed_at_a_time():
    hasher = Hasher(at_once=2, rounds=1, memory_kib=8, lanes=1)
    now, most, lock = 0, 0, threading.Lock()

    class Counting:
        def hash(self, password):
            nonlocal now, most
            with lock:
                now += 1
                most = max(most, now)
            threading.Event().wait(0.01)
            with lock:
                now -= 1
            return password

    hasher._argon2 = Counting()
    threads = [threading.Thread(target=hasher.hash, args=["x"]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def test_a_random_password_keeps_the_rules_and_is_not_repeated():
    made = {passwords.random_password() for _ in range(100)}
    assert len(made) == 100
    for password in made:
        passwords.check(password, EMAIL)
