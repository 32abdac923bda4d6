import json

import pytest
from joserfc.jwk import ECKey

from authz.accounts import keyfiles
from authz.accounts.tokenkeys import TokenKeys
from authz.cli.exits import Exit
from tests.cli.conftest import CONFIG


@pytest.fixture
def show(authz, tmp_path):
    def show(*arguments):
        shared = ("--config", CONFIG, "--data", tmp_path)
        return authz("key", "show", *shared, *arguments)

    return show


@pytest.fixture
def made(tmp_path):
    """The key that a server made."""
    return keyfiles.signing_key(keyfiles.path_of(tmp_path / "a.db", keyfiles.METADATA))


def test_the_public_key_is_shown_as_jwk_and_pem(show, made):
    ran = show("metadata")
    assert (ran.code, ran.err) == (Exit.OK, "")
    jwk, pem = ran.out.split("\n-----BEGIN", 1)
    assert json.loads(jwk) == made.jwk
    assert f"-----BEGIN{pem}" == made.pem


def test_either_form_can_be_had_alone(show, made):
    assert json.loads(show("metadata", "--output", "json").out) == made.jwk
    public = ECKey.import_key(show("metadata", "--output", "pem").out)
    assert not public.is_private
    assert public.thumbprint() == made.jwk["kid"]


def test_no_private_part_is_ever_shown(show, made):
    for output in ("human", "json", "pem"):
        ran = show("metadata", "--output", output)
        assert "PRIVATE" not in ran.out
        assert '"d"' not in ran.out


def test_where_there_is_no_key_none_is_made(show, tmp_path):
    ran = show("metadata")
    assert (ran.code, ran.out) == (Exit.USAGE, "")
    assert "metadata-es256.pem` yet" in ran.err
    assert not (tmp_path / "keys").exists()


def test_a_key_that_others_may_read_is_not_shown(show, made, tmp_path):
    (tmp_path / "keys" / keyfiles.METADATA).chmod(0o644)
    ran = show("metadata")
    assert (ran.code, ran.out) == (Exit.DOES_NOT_LOAD, "")
    assert "chmod 600" in ran.err


def test_the_key_of_tokens_is_changed_under_a_running_service(authz, show, tmp_path):
    keys = TokenKeys(tmp_path / "a.db")
    before = keys.current().jwk
    assert json.loads(show("tokens", "--output", "json").out) == before
    ran = authz("key", "rotate", "--config", CONFIG, "--data", tmp_path, "tokens")
    assert (ran.code, ran.err) == (Exit.OK, "")
    after = keys.current().jwk
    assert ran.out == f"the key of tokens is {after['kid']}\n"
    assert keys.jwks() == {"keys": [after, before]}


def test_where_no_token_was_signed_there_is_nothing_to_change(authz, tmp_path):
    ran = authz("key", "rotate", "--config", CONFIG, "--data", tmp_path, "tokens")
    assert (ran.code, ran.out) == (Exit.USAGE, "")
    assert not (tmp_path / "keys").exists()
