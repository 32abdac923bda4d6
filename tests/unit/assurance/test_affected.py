"""Which rows a change can touch."""

import shutil

import pytest

from authz.assurance.affected import affected, same_as_in
from authz.assurance.bench_load import uncompared
from authz.assurance.policy_tests import read_suites
from authz.engine.source import read_directory
from tests.attacks.world import BASE

SHARED = """\
version: 1
subjects:
  ann: {type: user, id: ann, name: ann, level: 3}
"""
PAPERS = """\
version: 1
suite: papers
fixtures: [shared/people.yaml]
resources:
  hers: {type: document, id: d1, owner: ann}
tests:
  - name: read
    check: {subject: ann, action: document:read, resource: hers}
    expect: allow
  - name: write
    check: {subject: ann, action: document:write, resource: hers}
    expect: deny
  - name: told
    check: {subject: ann, action: document:write, resource: hers}
    expect: deny
    message_for_user: "You do not*"
"""
OTHERS = (
    PAPERS.replace("papers", "others").replace("[shared/people.yaml]", "[]") + SHARED[11:]
)


@pytest.fixture
def folders(tmp_path):
    """The same set with its tests, twice: before a change, and after it."""
    before, after = tmp_path / "before", tmp_path / "after"
    for folder in (before, after):
        shutil.copytree(BASE, folder)
        (folder / "shared").mkdir()
        (folder / "shared" / "people.yaml").write_text(SHARED)
        (folder / "papers_test.yaml").write_text(PAPERS)
        (folder / "others_test.yaml").write_text(OTHERS)
    return before, after


def touched(folders):
    before, after = folders
    old, new = (uncompared(read_directory(folder).files) for folder in folders)
    suites = affected(read_suites(after, new.schema), new, old, same_as_in(after, before))
    return [(suite.name, row.name) for suite in suites for row in suite.rows]


def rows(*names, suites=("others", "papers")):
    return [(suite, name) for suite in suites for name in names]


def edit(file, old, new):
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_nothing_changed_touches_nothing(folders):
    assert touched(folders) == []


def test_text_that_says_the_same_on_other_lines_touches_nothing(folders):
    rules = folders[1] / "base.polar"
    rules.write_text("# More to read.\n\n" + rules.read_text())
    assert touched(folders) == []


def test_another_condition_touches_the_rows_of_its_kind_of_request(folders):
    edit(folders[1] / "base.polar", "= subject.name", "= subject.nickname")
    assert touched(folders) == rows("read")


def test_a_condition_of_every_request_touches_every_row(folders):
    edit(folders[1] / "base.polar", "subject.banned = true", "subject.banned = false")
    assert touched(folders) == rows("read", "write", "told")


def test_another_sentence_touches_the_rows_that_read_one(folders):
    edit(folders[1] / "base.yaml", "You are banned.", "You were banned.")
    assert touched(folders) == rows("told")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("default: unknown", "default: web"),
        ("nickname: {type: string}", "nickname: {type: integer}"),
        ("owner: {type: string, required: true}", "owner: {type: string, default: ann}"),
    ],
)
def test_another_schema_touches_the_rows_that_it_is_about(folders, old, new):
    edit(folders[1] / "schema.yaml", old, new)
    assert touched(folders) == rows("read", "write", "told")


def test_an_action_that_is_new_touches_its_rows(folders):
    edit(folders[0] / "schema.yaml", "[read, write]", "[read]")
    assert touched(folders) == rows("read", "write", "told")


def test_another_test_file_touches_its_own_rows(folders):
    edit(folders[1] / "papers_test.yaml", "name: read", "name: reads")
    assert touched(folders) == rows("reads", "write", "told", suites=("papers",))


def test_a_test_file_that_is_new_is_run(folders):
    (folders[0] / "papers_test.yaml").unlink()
    assert touched(folders) == rows("read", "write", "told", suites=("papers",))


def test_another_file_of_fixtures_touches_the_rows_of_all_who_share_it(folders):
    edit(folders[1] / "shared" / "people.yaml", "level: 3", "level: 4")
    assert touched(folders) == rows("read", "write", "told", suites=("papers",))


def test_a_file_outside_of_the_folder_counts_as_changed(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "a.yaml").write_text("")
    (tmp_path / "in" / "a.yaml").write_text("")
    same = same_as_in(tmp_path / "in", tmp_path / "in")
    assert same(tmp_path / "in" / "a.yaml")
    assert not same(tmp_path / "in" / ".." / "a.yaml")
    assert not same_as_in(tmp_path / "in", None)(tmp_path / "in" / "a.yaml")
