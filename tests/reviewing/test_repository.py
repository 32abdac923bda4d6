"""A policy repository uses every command: without a database, a config.yaml, a console."""

import json
import re
import shlex
import subprocess
import sys

import pytest

from authz import yamlfile
from authz.cli.command import authz as group
from tests.docs.pages import ROOT
from tests.reviewing import small

AUTHZ = (sys.executable, "-c", "from authz.cli import main; main()")
PERSON = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
HOOKS = yamlfile.parse((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
WORKFLOW = (ROOT / "docs" / "deploy" / "policy-review.yml").read_text("utf-8")


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """A repository whose last commit is the small set, with an edit that allows more."""
    folder = tmp_path_factory.mktemp("rules")
    small.write(folder / "policies")
    for command in (
        ("init", "--quiet"),
        ("add", "--all"),
        (*PERSON, "commit", "--quiet", "--message", "first"),
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)
    small.write(folder / "policies", {"papers.polar": small.MORE})
    return folder


def ran(repository, *arguments):
    return subprocess.run(
        [*AUTHZ, *arguments],
        cwd=repository,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("lint", "no findings"),
        ("fmt --check policies/papers.polar", ""),
        ("test --coverage", "7 passed, 0 failed"),
        ("prove", "blocked-do-nothing"),
        ("diff HEAD --no-people", "looser"),
    ],
    ids=str,
)
def test_every_verb_works_in_a_policy_repository(repository, command, said):
    done = ran(repository, *command.split())
    assert (done.returncode, said in done.stdout) == (0, True), done.stdout + done.stderr


def test_the_workflow_for_ci_reviews_a_change_and_leaves_its_reports(repository):
    (step,) = re.findall(r"run: >-\n((?: {10}.*\n)+)", WORKFLOW)
    words = shlex.split(step.replace("$BASE", "HEAD"))
    assert words.pop(0) == "authz"
    done = ran(repository, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "more-access: user on paper, allowed now in cases" in done.stdout
    log = json.loads((repository / "review.sarif").read_text("utf-8"))
    assert log["runs"][0]["results"][0]["ruleId"] == "more-access"
    assert (repository / "review.xml").read_text("utf-8").startswith("<?xml")
    comment = (repository / "review.md").read_text("utf-8")
    assert comment.startswith("## Policy review: passed\n")


def test_the_workflow_is_yaml_and_names_the_files_that_it_shows():
    workflow = yamlfile.parse(WORKFLOW)
    steps = workflow["jobs"]["review"]["steps"]
    written = re.findall(r"--\w+ (review\.\w+)", steps[3]["run"])
    assert written == ["review.sarif", "review.xml", "review.md"]
    assert "review.md" in steps[4]["run"]
    assert steps[5]["with"] == {"sarif_file": "review.sarif"}


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_of_pre_commit_is_a_command_of_ours_for_rule_files(hook):
    program, verb = hook["entry"].split()
    assert (program, hook["language"]) == ("authz", "python")
    assert verb in group.commands
    assert re.search(hook["files"], "policies/papers.polar")
    assert hook.get("pass_filenames", True) is (verb == "fmt")


def test_nothing_but_reports_and_the_record_is_left_in_the_repository(repository):
    done = subprocess.run(
        ["git", "status", "--porcelain"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    left = {line[3:] for line in done.stdout.splitlines()}
    assert "policies/papers.polar" in left
    assert (
        left - {"policies/papers.polar", "var/", "review.md", "review.sarif", "review.xml"}
        == set()
    )
