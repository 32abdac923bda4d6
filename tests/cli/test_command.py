import click
import pytest

from authz.cli.command import authz as group
from authz.cli.exits import Exit, exit_of
from authz.errors import (
    ConfigError,
    Conflict,
    Forbidden,
    NotFound,
    PolicySyntaxError,
    Unavailable,
)
from tests.cli.conftest import CONFIG


def commands(command=group, path=("authz",)):
    yield path, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from commands(inner, (*path, name))


@pytest.mark.parametrize(("path", "command"), [*commands()], ids=str)
def test_every_command_has_help_with_an_example(authz, path, command):
    ran = authz(*path[1:], "--help")
    assert ran.code == 0
    assert ran.out.startswith(f"Usage: {' '.join(path)} ")
    if not isinstance(command, click.Group):
        assert "Example: authz " in ran.out


def test_the_version_is_told(authz):
    assert authz("--version").out == "authz, version 0.1.0\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("chekc",), "no such command `chekc`; did you mean `check`?\n"),
        (("serve", "--prot", "1"), "no such option `--prot`; did you mean `--port`?\n"),
        (("check", "user:a"), "missing argument `ACTION`; see `authz check --help`"),
        (("serve", "--port", "70000"), "invalid value for `--port`: 70000 is not in"),
        (("check", "a", "b", "c", "--channel", "fax"), "invalid value for `--channel`"),
    ],
)
def test_a_usage_error_is_one_line_and_exit_2(authz, arguments, message):
    ran = authz(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {message}")
    assert ran.err.count("\n") == 1


def test_an_unknown_key_stops_every_command_with_exit_3(authz, tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("polcy: {}\n")
    ran = authz("--config", path, "test")
    assert ran.code == 3
    assert ran.err == f"error: {path}:1: unknown key `polcy`; did you mean `policy`?\n"


def test_flags_may_stand_before_or_after_the_command(authz, tmp_path):
    before = authz("-c", CONFIG, "--data", tmp_path, "config", "show")
    after = authz("config", "show", "-c", CONFIG, "--data", tmp_path)
    assert before == after
    assert f"{tmp_path}/gatehouse.db" in after.out


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("x"), Exit.DOES_NOT_LOAD),
        (PolicySyntaxError("x"), Exit.DOES_NOT_LOAD),
        (Unavailable("x"), Exit.UNREACHABLE),
        (NotFound("x"), Exit.USAGE),
        (Conflict("x"), Exit.USAGE),
        (Forbidden("x"), Exit.DENY),
    ],
)
def test_each_kind_of_error_has_its_exit_code(error, code):
    assert exit_of(error) is code


def test_what_nobody_foresaw_is_one_line_with_its_place_and_exit_1(authz, tmp_path):
    ran = authz("config", "show", "-c", f"{tmp_path}/\0")
    assert ran.code == 1
    assert ran.err.startswith("error: internal error: ValueError: ")
    assert ran.err.count("\n") == 1
