"""Policy directories that are wrong as a whole, or hold things that are no policy files."""

import os
import socket
from pathlib import Path

import pytest

from authz.decisions.active import ActivePolicies
from authz.engine.gate.child import Limits
from authz.engine.policyset import load
from authz.engine.source import read_directory
from authz.errors import PolicyCheckError, PolicyError
from tests.attacks import world

ENTRY = "{title: T, why: W, owner: tests, sentence: {en: S}}"
PERMIT = 'permit("%s", _subject: User, "document:write", _document: Document, _context);\n'


@pytest.fixture
def directory(tmp_path) -> Path:
    """The base policies, in a directory of their own."""
    world.write(tmp_path / "policies", world.base_files())
    return tmp_path / "policies"


def _refused(directory: Path) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        load(read_directory(directory))
    assert "\n" not in str(caught.value)
    return caught.value


def _entries(*ids: str) -> str:
    return "version: 1\npolicies:\n" + "".join(f"  {one}: {ENTRY}\n" for one in ids)


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _directory(path: Path) -> None:
    path.mkdir()


def _dangling_link(path: Path) -> None:
    path.symlink_to("nowhere.polar")


def _link_to_itself(path: Path) -> None:
    path.symlink_to(path)


def _link_to_a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _link_to_a_directory(path: Path) -> None:
    path.symlink_to("/proc")


def _link_to_other_text(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


ODD_FILES = [
    _fifo,
    _directory,
    _dangling_link,
    _link_to_itself,
    _link_to_a_device,
    _link_to_a_directory,
    _link_to_other_text,
    _socket,
]


@pytest.mark.parametrize("make", ODD_FILES, ids=lambda make: make.__name__.strip("_"))
@pytest.mark.parametrize("name", ["odd.polar", "odd.yaml"])
def test_what_is_no_readable_policy_file_is_refused(directory, name, make):
    active = ActivePolicies(directory, load)
    make(directory / name)
    assert _refused(directory).file == name
    active.reload()
    health = active.health()
    assert not health.ok
    assert name in health.message
    assert world.answers_as_ever(active.current())


@pytest.mark.parametrize("make", ODD_FILES, ids=lambda make: make.__name__.strip("_"))
def test_health_is_good_again_once_the_odd_file_is_gone(directory, make):
    active = ActivePolicies(directory, load)
    odd = directory / "odd.polar"
    make(odd)
    active.reload()
    assert not active.health().ok
    if odd.is_dir() and not odd.is_symlink():
        odd.rmdir()
    else:
        odd.unlink()
    active.reload()
    assert active.health().ok


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser reads everything")
def test_a_file_that_may_not_be_read_is_refused(directory):
    (directory / "odd.polar").write_text("")
    (directory / "odd.polar").chmod(0)
    assert _refused(directory).file == "odd.polar"


def test_a_name_that_is_no_text_is_refused(directory):
    (directory / os.fsdecode(b"\xff.polar")).write_text("")
    _refused(directory)


def test_an_empty_directory_is_refused(tmp_path):
    assert "no policy file" in _refused(tmp_path).message


def test_a_directory_that_is_not_there_is_refused(tmp_path):
    assert "cannot read" in _refused(tmp_path / "nowhere").message


def test_a_file_in_place_of_a_directory_is_refused(tmp_path):
    (tmp_path / "policies").write_text("")
    assert "cannot read" in _refused(tmp_path / "policies").message


def test_a_set_without_a_policy_is_refused(directory):
    (directory / "base.polar").write_text('friend("ann", "bob");\n')
    (directory / "base.yaml").write_text("version: 1\npolicies: {}\n")
    assert isinstance(_refused(directory), PolicyError)


def test_a_set_whose_only_file_is_empty_is_refused(directory):
    (directory / "base.polar").write_text("")
    (directory / "base.yaml").write_text("version: 1\npolicies: {}\n")
    assert "no policy" in _refused(directory).message


def test_a_set_without_a_schema_is_refused(directory):
    (directory / "schema.yaml").unlink()
    assert "schema.yaml" in str(_refused(directory))


def test_a_policy_file_without_a_catalogue_is_refused(directory):
    (directory / "base.yaml").unlink()
    error = _refused(directory)
    assert (error.file, error.line, error.policy_id) == (
        "base.polar",
        3,
        "base.owner-reads",
    )


def test_a_policy_without_an_entry_is_refused(directory):
    (directory / "more.polar").write_text("\n" + PERMIT % "more.one" + PERMIT % "more.two")
    (directory / "more.yaml").write_text(_entries("more.one"))
    error = _refused(directory)
    assert (error.file, error.line, error.policy_id) == ("more.polar", 3, "more.two")


def test_an_entry_in_the_catalogue_of_another_file_does_not_count(directory):
    (directory / "more.polar").write_text(PERMIT % "more.one")
    (directory / "other.yaml").write_text(_entries("more.one"))
    assert _refused(directory).policy_id == "more.one"


def test_an_entry_without_a_policy_is_refused(directory):
    (directory / "more.yaml").write_text(_entries("more.one"))
    error = _refused(directory)
    assert (error.file, error.line, error.policy_id) == ("more.yaml", 3, "more.one")


def test_an_id_in_two_files_is_refused_and_both_places_are_named(directory):
    (directory / "more.polar").write_text("# more\n" + PERMIT % "base.owner-reads")
    (directory / "more.yaml").write_text(_entries("base.owner-reads"))
    error = _refused(directory)
    assert isinstance(error, PolicyCheckError)
    assert (error.file, error.line) == ("more.polar", 2)
    assert "base.polar:3" in error.message


def test_two_needs_of_one_action_in_two_files_are_refused(directory):
    (directory / "one.polar").write_text('needs_permission("document:read", "a");\n')
    (directory / "two.polar").write_text('\nneeds_permission("document:read", "b");\n')
    error = _refused(directory)
    assert (error.file, error.line) == ("two.polar", 2)
    assert "one.polar:1" in error.message


def test_a_set_of_two_mebibytes_is_refused(directory):
    line = 'friend("ann", "' + "x" * 80 + '");\n'
    for number in range(34):
        (directory / f"f{number}.polar").write_text(line * (62_000 // len(line)))
    assert "set is larger" in _refused(directory).message


def test_more_facts_than_can_be_checked_in_time_are_refused(directory):
    for number in range(12):
        (directory / f"f{number}.polar").write_text('friend("a", "b");\n' * 3_400)
    source, before = read_directory(directory), world.children()
    with pytest.raises(PolicyError) as caught:
        load(source, Limits(cpu_seconds=1))
    assert caught.value.file.startswith("f")
    assert world.children() == before


def test_rules_may_be_spread_over_many_files(directory):
    for number in range(100):
        (directory / f"f{number}.polar").write_text(PERMIT % f"many.policy-{number}")
        (directory / f"f{number}.yaml").write_text(_entries(f"many.policy-{number}"))
    assert len(load(read_directory(directory)).policies) == 102


@pytest.mark.parametrize("file", ["schema.yaml", "base.yaml"])
@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system ['touch CANARY']",
        "a: &x [1]\nb: *x",
        "a: 1\na: 2",
        "{" * 5_000,
        "[" * 20_000,
        "- " * 5_000,
        "a: " + "9" * 5_000,
        "a: \0",
        "\ufeffversion: 1\n---\nversion: 2\n",
        "version: 2",
        "[]",
        "",
        "version: 1\npolicies: 7\ntypes: 7",
        "version: 1\nextra: 1",
        "%YAML 9.9\n---\na: 1",
        "? [a, b]\n: 1",
        "version: 1\npolicies: {base.owner-reads: 7}\ntypes: {user: 7}",
    ],
)
def test_yaml_that_is_an_attack_is_refused(directory, tmp_path, file, text):
    canary = tmp_path / "canary"
    (directory / file).write_text(text.replace(world.CANARY, str(canary)))
    assert _refused(directory).file == file
    assert not canary.exists()


def test_hidden_files_and_other_files_are_no_policy(directory):
    (directory / ".hidden.polar").write_text("not polar")
    (directory / "notes.md").write_text("not polar")
    (directory / "base.polar~").write_text("not polar")
    (directory / "base_test.yaml").write_text("no: tests")
    assert world.answers_as_ever(load(read_directory(directory)))
