from pathlib import Path

import pytest

from authz import config
from authz.config import Origin
from authz.errors import ConfigError
from authz.settings import Config

SHIPPED = Path(__file__).parents[2] / "config.yaml"


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "config.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refusal(path, environ=None, flags=None):
    with pytest.raises(ConfigError) as caught:
        config.load(path, environ or {}, flags or {})
    return str(caught.value)


def test_the_shipped_file_holds_every_key_with_its_default():
    root = SHIPPED.parent
    for origin, setting in zip(config.origins(SHIPPED, {}), config.settings(), strict=True):
        default = setting.default
        assert origin.origin.startswith(f"{SHIPPED}:"), f"`{setting.name}` is not in it"
        assert origin.value == (root / default if isinstance(default, Path) else default)


def test_every_key_of_the_shipped_file_has_its_sentence_beside_it():
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    for origin, setting in zip(config.origins(SHIPPED, {}), config.settings(), strict=True):
        line = lines[int(origin.origin.rpartition(":")[2]) - 1]
        assert line.endswith(f"# {setting.about}")


def test_without_a_file_the_defaults_hold():
    assert config.load(None, {}) == Config()


def test_an_empty_file_changes_nothing_but_the_place_of_paths(write):
    path = write("# nothing\n")
    assert config.load(path, {}).policy.dir == path.parent / "policies"
    assert config.load(path, {}).server == Config().server


def test_a_flag_beats_the_environment_beats_the_file_beats_the_default(write):
    path = write("server: {limits: {body_kib: 2, nesting: 3}, decisions: {workers: 4}}")
    environ = {
        "AUTHZ_SERVER__LIMITS__NESTING": "5",
        "AUTHZ_SERVER__DECISIONS__WORKERS": "6",
    }
    flags = {"server.decisions.workers": 7}
    found = {origin.name: origin for origin in config.origins(path, environ, flags)}
    names = ("engine.budget_ms", "server.limits.body_kib", "server.limits.nesting")
    assert [found[name] for name in (*names, "server.decisions.workers")] == [
        Origin("engine.budget_ms", 100, "default"),
        Origin("server.limits.body_kib", 2, f"{path}:1"),
        Origin("server.limits.nesting", 5, "AUTHZ_SERVER__LIMITS__NESTING"),
        Origin("server.decisions.workers", 7, "flag"),
    ]
    assert config.load(path, environ, flags).server.limits.nesting == 5


def test_relative_paths_start_at_the_file_and_those_of_flags_do_not(write):
    path = write("policy: {dir: rules}\nstore: {seed: /etc/facts.yaml}\n")
    loaded = config.load(path, {}, {"store.path": Path("here.db")})
    assert loaded.policy.dir == path.parent / "rules"
    assert loaded.store.seed == Path("/etc/facts.yaml")
    assert loaded.store.path == Path("here.db")


def test_the_environment_speaks_text_and_is_understood():
    loaded = config.load(
        None,
        {
            "AUTHZ_POLICY__WATCH": "false",
            "AUTHZ_STORE__SEED": "facts.yaml",
            "AUTHZ_SERVER__ALLOWED_HOSTS": "one.example, two.example",
            "AUTHZ_ENGINE__BUDGET_MS": "50",
            "AUTHZ_URL": "not a setting: it has no section",
            "PATH": "/usr/bin",
        },
    )
    assert loaded.policy.watch is False
    assert loaded.store.seed == Path("facts.yaml")
    assert loaded.server.allowed_hosts == ("one.example", "two.example")
    assert loaded.engine.budget_ms == 50


def test_an_empty_variable_unsets_an_optional_path():
    assert config.load(None, {"AUTHZ_STORE__SEED": ""}).store.seed is None


def test_the_listening_address_is_split():
    loaded = config.load(None, {"AUTHZ_SERVER__DECISIONS__LISTEN": "[::1]:9000"})
    assert (loaded.server.decisions.host, loaded.server.decisions.port) == ("::1", 9000)


def test_an_unknown_key_names_its_place_and_the_nearest_key(write):
    path = write("policy:\n  dir: policies\n  wach: true\n")
    assert refusal(path) == (
        f"{path}:3: unknown key `policy.wach`; did you mean `policy.watch`?"
    )


def test_an_unknown_section_names_the_nearest_one(write):
    path = write("sever: {}\n")
    assert refusal(path) == f"{path}:1: unknown key `sever`; did you mean `server`?"


def test_an_unknown_variable_is_an_error_too():
    assert refusal(None, {"AUTHZ_POLICY__DIRS": "x"}) == (
        "unknown variable `AUTHZ_POLICY__DIRS`; did you mean `AUTHZ_POLICY__DIR`?"
    )


def test_an_unknown_key_like_nothing_gets_no_suggestion(write):
    path = write("zzz: 1\n")
    assert refusal(path) == f"{path}:1: unknown key `zzz`"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("policy: {watch: 1}", "`policy.watch` must be `true` or `false`, not `1`"),
        ("policy: {watch: yes}", "`policy.watch` must be `true` or `false`, not `yes`"),
        ("policy: {dir: null}", "`policy.dir` must be a path, not `None`"),
        ('policy: {dir: ""}', "`policy.dir` must be a path, not ``"),
        ("store: {seed: [a]}", "`store.seed` must be a path or null, not `['a']`"),
        (
            "engine: {budget_ms: true}",
            "`engine.budget_ms` must be a whole number, not `True`",
        ),
        (
            'engine: {budget_ms: "5"}',
            "`engine.budget_ms` must be a whole number, not `5`",
        ),
        ("engine: {budget_ms: 0}", "`engine.budget_ms` must be from 1 to 30000, not `0`"),
        (
            "server: {allowed_hosts: localhost}",
            "`server.allowed_hosts` must be a list of texts, not `localhost`",
        ),
        (
            "server: {allowed_hosts: []}",
            "`server.allowed_hosts` must be a list of texts, not `[]`",
        ),
        (
            'server: {decisions: {listen: "localhost:8080"}}',
            "`server.decisions.listen` must be an IP address and a port, as"
            " `127.0.0.1:8080`, not `localhost:8080`",
        ),
        ("server: 8080", "`server` must be keys and values"),
        ("[a]", "`config.yaml` must be keys and values"),
        ("a: 1\na: 2", "the key `a` is there twice"),
    ],
)
def test_a_value_that_does_not_fit_says_what_would(write, text, message):
    path = write(text)
    line = 2 if "\n" in text else 1
    assert refusal(path) == f"{path}:{line}: {message}"


@pytest.mark.parametrize(
    "listen",
    [
        "8080",
        ":8080",
        "127.0.0.1:",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "127.0.0.1:b",
        "::1:80",
        "[::1:80",
        "[127.0.0.1]:80",
        "localhost:8080",
        "gatehouse.example:8080",
        "127.1:8080",
    ],
)
def test_the_listening_address_is_an_ip_address_and_a_port(listen):
    assert refusal(None, {"AUTHZ_SERVER__DECISIONS__LISTEN": listen}) == (
        "AUTHZ_SERVER__DECISIONS__LISTEN: `server.decisions.listen` must be an IP"
        f" address and a port, as `127.0.0.1:8080`, not `{listen}`"
    )


def test_a_flag_is_checked_as_well():
    assert refusal(None, {}, {"server.decisions.workers": 65}) == (
        "flag: `server.decisions.workers` must be from 0 to 64, not `65`"
    )


def test_a_file_that_cannot_be_read_is_an_error_that_names_it(tmp_path):
    missing, binary = tmp_path / "none.yaml", tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    assert refusal(missing) == f"cannot read `{missing}`: No such file or directory"
    assert refusal(binary) == f"cannot read `{binary}`: not UTF-8"


def test_a_choice_is_one_of_its_words(write):
    assert (
        config.load(write("engine: {interpreted: allow}"), {}).engine.interpreted == "allow"
    )
    said = refusal(write("engine: {interpreted: maybe}"))
    assert said.endswith("`engine.interpreted` must be `refuse` or `allow`, not `maybe`")
    said = refusal(write("engine: {interpreted: true}"))
    assert said.endswith("`engine.interpreted` must be `refuse` or `allow`, not `True`")


def test_a_share_is_a_number_from_none_to_all(write):
    def share(text, environ=None):
        path = write(f"engine: {{sample_reference: {text}}}")
        return config.load(path, environ or {}).engine.sample_reference

    assert [share("0"), share("0.25"), share("1")] == [0.0, 0.25, 1.0]
    assert share("0", {"AUTHZ_ENGINE__SAMPLE_REFERENCE": "0.5"}) == 0.5
    for wrong in ("1.5", "-0.1", "true", "many"):
        assert "`engine.sample_reference` must be" in refusal(
            write(f"engine: {{sample_reference: {wrong}}}")
        )
    said = refusal(None, {"AUTHZ_ENGINE__SAMPLE_REFERENCE": "nan"})
    assert said.endswith("`engine.sample_reference` must be a number, not `nan`")


@pytest.mark.parametrize(
    "server", ["smtp.example:587", "mail:25", "[::1]:25", "192.0.2.1:65535"]
)
def test_a_mail_server_is_a_name_and_a_port(server):
    assert config.load(None, {"AUTHZ_MAIL__SERVER": server}).mail.server == server


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("server", "smtp.example", "a name and a port, as `smtp.example:587`"),
        ("server", "smtp.example:0", "a name and a port, as `smtp.example:587`"),
        ("server", "smtp.example:65536", "a name and a port, as `smtp.example:587`"),
        ("server", "a b:25", "a name and a port, as `smtp.example:587`"),
        ("server", "https://a.example:25", "a name and a port, as `smtp.example:587`"),
        ("security", "ssl", "`starttls` or `tls` or `none`"),
        ("sender", "nobody", "an e-mail"),
        ("sender", "a@b.example, c@d.example", "an e-mail"),
        ("user", "two\nlines", "one line of plain text"),
    ],
)
def test_what_cannot_send_mail_is_refused(key, value, expected):
    variable = f"AUTHZ_MAIL__{key.upper()}"
    said = refusal(None, {variable: value})
    assert said == f"{variable}: `mail.{key}` must be {expected}, not `{value}`"
