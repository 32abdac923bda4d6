"""`authz diff` on edits of the shipped set, over the sample tenants."""

import json
import shutil

import pytest

from tests.cli.conftest import CONFIG, ROOT
from tests.differing.sets import RULES, side
from tests.unit.assurance.test_revisions import commit, git

SCOPE = "  supplied_by_own(subject, unit) and\n  serviced_by_own(subject, unit);"
POLICIES = ROOT / "policies"


@pytest.fixture(scope="module")
def widened(tmp_path_factory):
    """The shipped set, whose Service Company Administrators need no organization."""
    folder = tmp_path_factory.mktemp("widened") / "policies"
    shutil.copytree(POLICIES, folder)
    rules = folder / "metering.polar"
    text = rules.read_text("utf-8")
    assert text.count(SCOPE) == 2
    rules.write_text(text.replace(SCOPE, "  supplied_by_own(subject, unit);", 1), "utf-8")
    return folder


@pytest.fixture
def diff(authz, data):
    return lambda *arguments: authz("diff", "-c", CONFIG, "--data", data, *arguments)


def write(folder, rules=RULES):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in side("", rules).source.files.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def papers(tmp_path):
    """A small set, and one in which everybody on any channel edits."""
    looser = RULES.replace('!= "web"', '= "android"')
    return write(tmp_path / "old"), write(tmp_path / "new", looser)


def test_what_service_company_administrators_lose_is_listed(diff, widened):
    ran = diff(widened, POLICIES, "--output", "json", "--fail-on", "gain")
    assert ran.code == 0
    shown = json.loads(ran.out)
    assert shown["schema"] == "authz.diff/1"
    assert shown["counts"] == {
        "equal": 255,
        "stricter": 3,
        "looser": 0,
        "both": 0,
        "undecided": 0,
    }
    groups = {one["action"]: one for one in shown["people"]["groups"]}
    assert sorted(groups) == [
        "metering_unit:read",
        "metering_unit:readings",
        "metering_unit:update_service_fields",
    ]
    read = groups["metering_unit:read"]
    assert (read["change"], read["tenant"], read["when"]) == ("loss", "gasmeter-uz", "")
    assert (read["people"], read["resources"], read["pairs"]) == (3, 5, 8)
    names = {one["name"] for one in read["people_shown"]}
    assert names == {"Service Tech", "No Options", "Other Service"}
    (policy,) = read["policies"]
    assert (policy["id"], policy["of"]) == (
        "metering.service-company-reaches-its-units",
        "old",
    )
    assert groups["metering_unit:update_service_fields"]["when"] == 'channel is "web"'


def test_people_read_it_in_lines(diff, widened):
    ran = diff(widened, POLICIES, "--show", "1")
    assert "  of 258 kinds of request 3 stricter; the rest is equal\n" in ran.out
    assert "  ▼ loss in gasmeter-uz: metering_unit:read, metering_unit:readings" in ran.out
    assert "3 people (" in ran.out
    assert ", 2 more)" in ran.out
    assert "\x1b" not in ran.out


def test_a_review_gets_markdown(diff, papers):
    ran = diff(*papers, "--output", "markdown")
    assert ran.out.startswith(f"## Policies: `{papers[0]}` → `{papers[1]}`\n")
    assert "\nOf 2 kinds of request 1 looser; the rest is equal.\n" in ran.out


def test_a_gain_fails_where_it_is_asked_to_and_a_loss_only_with_any(diff, papers):
    old, new = papers
    assert diff(old, new, "--no-people").code == 0
    assert diff(old, new, "--no-people", "--fail-on", "gain").code == 5
    assert diff(new, old, "--no-people", "--fail-on", "gain").code == 0
    assert diff(new, old, "--no-people", "--fail-on", "any").code == 5


def test_a_git_revision_stands_for_the_directory_as_it_was(diff, papers, tmp_path):
    old, new = papers
    git(tmp_path, "init", "--quiet", str(old))
    commit(old, "one")
    for file in new.iterdir():
        shutil.copy(file, old / file.name)
    ran = diff("HEAD", old, "--no-people", "--output", "json")
    shown = json.loads(ran.out)
    assert (ran.code, shown["old"]["name"]) == (0, "HEAD")
    assert shown["counts"]["looser"] == 1
    assert shown["people"] is None


def test_what_cannot_be_decided_exits_with_6(diff, papers):
    old, new = papers
    schema = new / "schema.yaml"
    text = schema.read_text("utf-8")
    schema.write_text(
        text.replace("grade: {type: integer", "grade: {type: string"), "utf-8"
    )
    ran = diff(old, new, "--no-people")
    assert ran.code == 6
    assert "not decided: `resource.grade` was integer, and is string" in ran.out


def test_without_a_database_people_are_left_out_and_that_is_said(authz, papers, tmp_path):
    ran = authz(
        "diff", "-c", CONFIG, "--data", tmp_path / "none", *papers, "--output", "json"
    )
    assert ran.code == 0
    assert "there is no database" in ran.err
    assert ran.err.endswith("people are left out\n")
    assert json.loads(ran.out)["people"] is None


def test_what_is_neither_directory_nor_revision_is_usage(diff, papers):
    ran = diff("no-such-revision", papers[0])
    assert ran.code == 2
    assert ran.err.startswith("error: ")


def test_a_set_that_does_not_load_exits_with_3_and_names_which(diff, papers):
    old, new = papers
    (old / "papers.polar").write_text("permit(", "utf-8")
    ran = diff(old, new)
    assert ran.code == 3
    assert ran.err.startswith(f"error: `{old}` does not load: papers.polar:1:")


def test_a_database_that_cannot_be_read_exits_with_7(authz, papers, tmp_path):
    (tmp_path / "gatehouse.db").write_bytes(b"no database at all, but long enough" * 100)
    ran = authz("diff", "-c", CONFIG, "--data", tmp_path, *papers)
    assert ran.code == 7


def test_the_help_names_every_exit_code(authz):
    ran = authz("diff", "--help")
    for code in ("Exits with 5", "with 6", "with 2", "with 3", "with 7"):
        assert code in " ".join(ran.out.split())
