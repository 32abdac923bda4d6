import os
import subprocess
import sys
from multiprocessing.pool import ThreadPool

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from authz.accounts import keyfiles
from authz.errors import ConfigError, NotFound


@pytest.fixture
def path(tmp_path):
    return keyfiles.path_of(tmp_path / "gatehouse.db", keyfiles.PAGE_TOKENS)


def test_a_secret_is_made_once_for_its_owner_alone(path):
    made = keyfiles.secret(path)
    assert len(made) == 32
    assert keyfiles.secret(path) == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_two_secrets_differ(path):
    assert keyfiles.secret(path) != keyfiles.secret(path.with_name("other"))


def test_threads_that_start_together_agree_on_one_secret(path):
    with ThreadPool(8) as pool:
        made = pool.map(keyfiles.secret, [path] * 64)
    assert len(set(made)) == 1
    assert list(path.parent.iterdir()) == [path]


def test_processes_that_start_together_agree_on_one_secret(path):
    program = (
        "import sys, pathlib; from authz.accounts import keyfiles\n"
        "sys.stdin.readline()\n"
        "print(keyfiles.secret(pathlib.Path(sys.argv[1])).hex())"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    said = {process.communicate("go\n")[0] for process in started}
    assert said == {keyfiles.secret(path).hex() + "\n"}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o622, 0o777])
def test_a_secret_that_others_may_reach_is_refused(path, mode):
    keyfiles.secret(path)
    path.chmod(mode)
    with pytest.raises(ConfigError, match=r"page-tokens\.key.*chmod 600"):
        keyfiles.secret(path)


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 31, b"x" * 33, b"x" * 9000])
def test_a_secret_of_another_size_is_refused(path, content):
    keyfiles.secret(path)
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="does not hold 32 bytes"):
        keyfiles.secret(path)


def test_what_is_no_file_is_refused_and_never_waited_for(path):
    path.parent.mkdir()
    os.mkfifo(path, 0o600)
    with pytest.raises(ConfigError, match="is no regular file"):
        keyfiles.secret(path)
    path.unlink()
    path.mkdir(0o700)
    with pytest.raises(ConfigError, match="is no regular file"):
        keyfiles.secret(path)


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="key file"):
        keyfiles.secret(tmp_path / "file" / "keys" / "a")


def test_a_link_that_leads_nowhere_is_said(path):
    path.parent.mkdir()
    path.symlink_to("nothing")
    with pytest.raises(ConfigError, match="key file"):
        keyfiles.secret(path)


def test_a_signing_key_stays_the_same_and_others_can_verify_with_its_public_part(path):
    made = keyfiles.signing_key(path)
    assert keyfiles.signing_key(path).jwk == keyfiles.existing_signing_key(path).jwk
    assert keyfiles.signing_key(path).jwk == made.jwk
    token = made.signed({"iss": "me"}, typ="test+jwt")
    for public in (dict(made.jwk), made.pem):
        read = jwt.decode(token, ECKey.import_key(public), algorithms=["ES256"])
        assert read.claims == {"iss": "me"}
        assert read.header == {"alg": "ES256", "typ": "test+jwt", "kid": made.jwk["kid"]}


def test_the_public_part_holds_nothing_private(path):
    made = keyfiles.signing_key(path)
    assert set(made.jwk) == {"kty", "crv", "x", "y", "kid", "alg", "use"}
    assert made.pem.startswith("-----BEGIN PUBLIC KEY-----")
    assert "PRIVATE" in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no key",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        ECKey.generate_key("P-384").as_pem(private=True),
        ECKey.generate_key("P-256").as_pem(private=False),
        RSAKey.generate_key(2048).as_pem(private=True),
        OKPKey.generate_key("Ed25519").as_pem(private=True),
        ECKey.generate_key("P-256").as_pem(private=True, password="unknown"),
    ],
)
def test_a_file_without_a_signing_key_is_refused(path, content):
    keyfiles.signing_key(path)
    path.write_bytes(content)
    for read in (keyfiles.signing_key, keyfiles.existing_signing_key):
        with pytest.raises(ConfigError, match="restore it, or delete it"):
            read(path)


def test_who_only_looks_for_a_key_makes_none(path):
    with pytest.raises(NotFound, match="there is no key"):
        keyfiles.existing_signing_key(path)
    assert not path.parent.exists()
