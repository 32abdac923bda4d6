"""A policy set is read, vetted by a child process, and immutable from then on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import authz
from authz.engine.gate import child
from authz.engine.gate.child import Limits
from authz.engine.gate.vet import digest
from authz.engine.policyset import load
from authz.engine.source import read_directory
from authz.errors import PolicyError
from tests.unit.engine.sets import INTERPRETED, OWNER, SCHEMA, entry, loaded, write

ID = "papers.owner-reads"


def test_a_loaded_set_evaluates_and_knows_its_policies(tmp_path):
    policies = loaded(tmp_path, OWNER, ID)
    assert list(policies.policies) == [ID]
    policy = policies.policies[ID]
    assert (policy.file, policy.line, policy.entry.title) == ("papers.polar", 1, "t")
    subject = policies.record("user", {"id": "ann"})
    paper = policies.record("paper", {"id": "p1", "owner": "ann"})
    context = policies.context({})
    assert policies.evaluate(subject, "paper:read", paper, context).permits == {ID}
    assert policies.evaluate(subject, "paper:edit", paper, context).permits == frozenset()


def test_the_revision_is_of_the_content_and_of_where_it_stands(tmp_path):
    first = read_directory(write(tmp_path / "a", OWNER, ID))
    assert first.revision == read_directory(write(tmp_path / "b", OWNER, ID)).revision
    assert (
        first.revision != read_directory(write(tmp_path / "c", OWNER + "\n", ID)).revision
    )
    assert digest({"a": b"bc"}) != digest({"ab": b"c"})


def test_tests_and_invariants_are_no_part_of_the_set(tmp_path):
    directory = write(tmp_path, OWNER, ID)
    (directory / "papers_test.yaml").write_text("anything")
    (directory / "invariants.yaml").write_text("anything")
    (directory / "README.md").write_text("anything")
    (directory / ".papers.polar.swp").write_text("anything")
    assert set(read_directory(directory).files) == {
        "papers.polar",
        "papers.yaml",
        "schema.yaml",
    }


def test_invariants_under_another_name_are_not_passed_over(tmp_path):
    directory = write(tmp_path, OWNER, ID)
    (directory / "more-invariants.yaml").write_text("version: 1\ninvariants: {}\n")
    with pytest.raises(PolicyError, match=r"more-invariants\.yaml:2: .*`invariants`"):
        load(read_directory(directory))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda d: (d / "papers.polar").unlink(), "no policy file"),
        (lambda d: (d / "papers.yaml").unlink(), "has no entry in papers.yaml"),
        (lambda d: (d / "schema.yaml").unlink(), "no schema.yaml"),
        (
            lambda d: (d / "papers.yaml").write_text(entry(ID, "a.b")),
            "no policy has this id",
        ),
        (lambda d: (d / "papers.yaml").write_text("version: 1\n"), "policies: must be"),
        (
            lambda d: (d / "papers.yaml").write_text(entry(ID).replace("en:", "fr:")),
            "`en` is missing",
        ),
        (
            lambda d: (d / "papers.yaml").write_text(entry(ID).replace("why", "wy")),
            "did you mean `why`",
        ),
        (lambda d: (d / "papers.polar").write_text("# nothing\n"), "holds no policy"),
        (lambda d: (d / "papers.polar").write_text("\n\npermit(;"), "papers.polar:3"),
        (lambda d: os.mkfifo(d / "pipe.polar"), "pipe.polar: is no regular file"),
        (lambda d: (d / "folder.polar").mkdir(), "folder.polar: is no regular file"),
        (lambda d: (d / "hr.Polar").write_text(OWNER), "hr.Polar: rules stand in"),
        (
            lambda d: (d / "more").mkdir() or (d / "more" / "hr.polar").write_text(OWNER),
            "more: rules stand in",
        ),
        (lambda d: (d / "gone.polar").symlink_to(d / "none"), "gone.polar: cannot be read"),
    ],
)
def test_a_directory_that_is_not_in_order_is_refused(tmp_path, spoil, message):
    directory = write(tmp_path, OWNER, ID)
    spoil(directory)
    with pytest.raises(PolicyError, match=message):
        load(read_directory(directory))


def test_a_missing_directory_is_refused(tmp_path):
    with pytest.raises(PolicyError, match="cannot read the policy directory"):
        read_directory(tmp_path / "none")


def test_a_policy_that_errs_is_named_and_the_others_still_count(tmp_path):
    rules = OWNER + (
        'permit("papers.by-grade", _s: User, "paper:read", paper: Paper, _context) if\n'
        "  paper.grade < 3;\n"
    )
    policies = loaded(tmp_path, rules, ID, "papers.by-grade", limits=INTERPRETED)
    subject = policies.record("user", {"id": "ann"})
    paper = policies.record("paper", {"id": "p1", "owner": "ann"})
    found = policies.evaluate(subject, "paper:read", paper, policies.context({}))
    assert found.permits == {ID}
    assert [(e.policy_id, e.message) for e in found.permit_errors] == [
        ("papers.by-grade", "an ordered comparison with nil or with a record")
    ]


@pytest.mark.parametrize("turned", [False, True])
def test_an_error_in_one_way_to_hold_counts_in_every_order(tmp_path, turned):
    ways = ["  subject.level = 3", '  subject.level > "x"']
    if turned:
        ways.reverse()
    rules = OWNER.replace("subject.id;", "subject.id and\n  tall(subject);") + "".join(
        f"tall(subject) if\n{way};\n" for way in ways
    )
    policies = loaded(tmp_path, rules, ID, limits=INTERPRETED)
    subject = policies.record("user", {"id": "ann", "level": 3})
    paper = policies.record("paper", {"id": "p1", "owner": "ann"})
    found = policies.evaluate(subject, "paper:read", paper, policies.context({}))
    assert (found.permits, [e.policy_id for e in found.permit_errors]) == (
        frozenset(),
        [ID],
    )


def test_a_child_that_uses_up_its_time_names_the_file(tmp_path):
    chain = "x = 1" + " and x = 1" * 700
    rules = "".join(f"web_only{i}(x) if {chain};\n" for i in range(8))
    directory = write(tmp_path, OWNER, ID)
    for i in range(16):
        (directory / f"slow{i:02}.polar").write_text(rules)
    with pytest.raises(PolicyError, match=r"slow\d\d.polar: checking this text used up"):
        load(read_directory(directory), Limits(cpu_seconds=1))


def test_the_child_answers_for_exactly_the_bytes_that_were_read(tmp_path, monkeypatch):
    source = read_directory(write(tmp_path, OWNER, ID))
    monkeypatch.setattr(child, "digest", lambda files: "0" * 64)
    with pytest.raises(PolicyError, match="not the text that was read"):
        load(source)


@pytest.mark.parametrize(
    ("step", "error"),
    [
        ("open('canary', 'w').write('x' * 99999)", "OSError"),
        ("bytearray(1 << 30)", "MemoryError"),
    ],
)
def test_the_child_cannot_fill_disk_or_memory(tmp_path, step, error):
    code = f"from authz.engine.gate.vet import set_limits; set_limits(5, 256)\n{step}"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(authz.__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert error in done.stderr
    assert all(file.stat().st_size == 0 for file in tmp_path.iterdir())


def test_a_schema_alone_is_not_a_policy_set(tmp_path):
    (tmp_path / "schema.yaml").write_text(SCHEMA)
    with pytest.raises(PolicyError, match="no policy file"):
        read_directory(tmp_path)


def test_what_cannot_be_looked_into_is_an_error_that_names_it(tmp_path, monkeypatch):
    """As a directory whose names may be read and nothing else of it."""
    directory = write(tmp_path / "a", OWNER, ID)
    (directory / "README.md").touch()

    def refused(_path, _pattern):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rglob", refused)
    with pytest.raises(PolicyError, match=r"README\.md: cannot be read: Permission denied"):
        read_directory(directory)
