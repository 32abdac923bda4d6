import subprocess
import sys

import pytest

from authz.accounts import keyfiles
from authz.accounts.tokenkeys import CURRENT, PREVIOUS, TokenKeys


@pytest.fixture
def path(tmp_path):
    return tmp_path / "gatehouse.db"


def kids(keys):
    return [key["kid"] for key in keys.jwks()["keys"]]


def test_the_key_is_made_once_and_shared(path):
    assert TokenKeys(path).current().jwk == TokenKeys(path).current().jwk
    assert len(kids(TokenKeys(path))) == 1


def test_the_document_holds_public_parts_only(path):
    [key] = TokenKeys(path).jwks()["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "alg", "use"}


def test_it_is_not_the_key_of_anything_else(path):
    other = keyfiles.signing_key(keyfiles.path_of(path, keyfiles.METADATA))
    assert other.jwk["kid"] not in kids(TokenKeys(path))


def test_after_a_rotation_the_key_before_still_verifies(path):
    keys = TokenKeys(path)
    first = keys.current().jwk["kid"]
    keys.rotate()
    second = keys.current().jwk["kid"]
    assert kids(keys) == [second, first]
    keys.rotate()
    assert kids(keys) == [keys.current().jwk["kid"], second]
    assert keys.find(first) is None


def test_another_process_that_rotates_is_noticed(path):
    keys = TokenKeys(path)
    first = keys.current().jwk["kid"]
    TokenKeys(path).rotate()
    assert keys.current().jwk["kid"] != first
    assert keys.find(first) is not None


def test_the_files_are_for_their_owner_and_nothing_else_is_left(path):
    keys = TokenKeys(path)
    keys.rotate()
    keys.rotate()
    folder = path.parent / keyfiles.FOLDER
    assert {file.name for file in folder.iterdir()} == {CURRENT, PREVIOUS}
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def test_there_is_a_key_at_every_moment_of_many_rotations(path):
    TokenKeys(path).current()
    program = (
        "import sys, pathlib; from authz.accounts.tokenkeys import TokenKeys\n"
        "keys = TokenKeys(pathlib.Path(sys.argv[1]))\n"
        "for _ in range(40): keys.rotate()"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(path)]) as rotating:
        keys = TokenKeys(path)
        while rotating.poll() is None:
            assert keys.current().signed({"a": 1}, typ="t")
    assert rotating.returncode == 0
