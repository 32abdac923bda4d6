"""The files of a directory at a git revision, and what is refused of it."""

import subprocess
from pathlib import Path

import pytest

from authz.assurance.document import FILE_LIMIT_BYTES
from authz.assurance.revisions import at_revision
from authz.errors import NotFound, RequestError

PERSON = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-C", str(folder), *PERSON, *arguments], check=True, capture_output=True
    )


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)


@pytest.fixture
def repository(tmp_path):
    """Two commits: `a.polar` says 1, then 2; the tag `first` names the first."""
    folder = tmp_path / "repository"
    (folder / "policies" / "fixtures").mkdir(parents=True)
    git(tmp_path, "init", "--quiet", str(folder))
    (folder / "policies" / "a.polar").write_text("# 1\n")
    (folder / "policies" / "fixtures" / "people.yaml").write_text("version: 1\n")
    (folder / "policies" / "notes.txt").write_text("not of the set\n")
    (folder / "README.md").write_text("outside\n")
    commit(folder, "one")
    git(folder, "tag", "first")
    (folder / "policies" / "a.polar").write_text("# 2\n")
    (folder / "policies" / "b_test.yaml").write_text("version: 1\n")
    commit(folder, "two")
    return folder


def read(spec, directory):
    with at_revision(spec, directory) as found:
        return {
            path.relative_to(found).as_posix(): path.read_text("utf-8")
            for path in found.rglob("*")
            if path.is_file()
        }


FIRST = {"a.polar": "# 1\n", "fixtures/people.yaml": "version: 1\n"}


def test_a_directory_is_itself(repository):
    with at_revision(str(repository / "policies"), repository) as found:
        assert found == repository / "policies"


@pytest.mark.parametrize("spec", ["first", "HEAD~1", "first:policies", "first:policies/"])
def test_a_revision_is_the_directory_as_it_was(repository, spec):
    assert read(spec, repository / "policies") == FIRST


def test_the_files_are_gone_afterwards_and_the_tree_is_untouched(repository):
    (repository / "policies" / "a.polar").write_text("# not committed\n")
    with at_revision("HEAD", repository / "policies") as found:
        assert (found / "a.polar").read_text() == "# 2\n"
        assert found.stat().st_mode & 0o077 == 0
    assert not found.exists()
    assert (repository / "policies" / "a.polar").read_text() == "# not committed\n"


def test_the_variables_of_a_git_hook_are_not_believed(repository, tmp_path, monkeypatch):
    git(tmp_path, "init", "--quiet", "other")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    assert read("first", repository / "policies") == FIRST


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("nope", "there is no directory and no git revision `nope`"),
        ("HEAD:nope", "there is no directory `nope` in the git revision `HEAD`"),
        ("HEAD:README.md", "there is no directory `README.md` in the git revision"),
        ("HEAD:policies/fixtures/none", "there is no directory"),
    ],
)
def test_what_is_not_there_is_named(repository, spec, said):
    with pytest.raises(NotFound, match=said):
        read(spec, repository / "policies")


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("--all", "neither a directory nor a git revision"),
        (":a.polar", "neither a directory nor a git revision"),
        ("HEAD:policies/../policies", "no path from the root"),
    ],
)
def test_what_no_revision_may_be_called_is_refused(repository, spec, said):
    with pytest.raises(RequestError, match=said):
        read(spec, repository / "policies")


def test_a_revision_that_lacks_the_directory_says_so(repository):
    (repository / "more").mkdir()
    with pytest.raises(NotFound, match="no directory `more` in the git revision `first`"):
        read("first", repository / "more")


def test_a_directory_in_no_repository_says_so(tmp_path):
    with pytest.raises(RequestError, match="is in no git repository"):
        read("HEAD", tmp_path)


def test_a_directory_that_is_not_there_says_so(tmp_path):
    with pytest.raises(RequestError, match="there is no directory"):
        read("HEAD", tmp_path / "none")


def test_without_git_it_says_what_to_do(repository, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RequestError, match="git is not installed here: name a directory"):
        read("HEAD", repository / "policies")


def test_a_symbolic_link_is_refused(repository):
    (repository / "policies" / "c.polar").symlink_to("a.polar")
    commit(repository, "three")
    with pytest.raises(RequestError, match=r"`c.polar` in .* is a symbolic link"):
        read("HEAD", repository / "policies")


def test_a_submodule_is_refused(repository):
    head = "0123456789012345678901234567890123456789"
    git(
        repository,
        *("update-index", "--add", "--cacheinfo", f"160000,{head},policies/inner"),
    )
    git(repository, "commit", "--quiet", "--message", "three")
    with pytest.raises(RequestError, match=r"`inner` in .* is a submodule"):
        read("HEAD", repository / "policies")


@pytest.mark.parametrize("name", ["sch\u00f6n.polar", "a\tb.yaml", "a\\b.yaml"])
def test_an_unusual_name_is_refused(repository, name):
    (repository / "policies" / name).write_text("")
    commit(repository, "three")
    with pytest.raises(RequestError, match="unusual name"):
        read("HEAD", repository / "policies")


def test_a_large_file_is_refused(repository):
    (repository / "policies" / "c.yaml").write_bytes(b"#" * (FILE_LIMIT_BYTES + 1))
    commit(repository, "three")
    with pytest.raises(RequestError, match=r"`c.yaml` in .* is larger than"):
        read("HEAD", repository / "policies")


def test_a_directory_of_other_files_is_not_taken_for_policies(repository):
    (repository / "docs").mkdir()
    (repository / "docs" / "a.md").write_text("")
    commit(repository, "three")
    with pytest.raises(NotFound, match="there is no policy file in `HEAD:docs`"):
        read("HEAD:docs", repository)
