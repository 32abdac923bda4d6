"""What passed once is not compared again, and only what can be checked is believed."""

import json
from dataclasses import replace

import pytest

from authz.decisions.active import ActivePolicies
from authz.engine.gate import child, passed
from authz.engine.gate.accepted import accepted
from authz.engine.gate.child import Limits, examined
from authz.engine.policyset import load
from authz.engine.schema_file import parse_schema
from authz.engine.source import read_directory
from authz.errors import PolicyCheckError, PolicyError
from tests.unit.engine.sets import OWNER, SCHEMA, write

ID = "papers.owner-reads"
LEVEL = (
    'permit("papers.level-edits", subject: User, "paper:edit", _p: Paper, _context) if\n'
    "  subject.level != nil and subject.level > 3;\n"
)
BOTH = (OWNER + LEVEL, ID, "papers.level-edits")
#: Four choices among eight roles in each of many policies: 4,096 ways each.
MANY = "".join(
    f'permit("papers.many-{i}", subject: User, "paper:edit", _paper: Paper, _context) if\n'
    + " and ".join(
        "(" + " or ".join(f'"r{i}{j}{k}" in subject.roles' for k in range(8)) + ")"
        for j in range(4)
    )
    + ";\n"
    for i in range(12)
)


@pytest.fixture
def source(tmp_path):
    return read_directory(write(tmp_path / "policies", *BOTH))


@pytest.fixture
def record(tmp_path):
    return tmp_path / "passed.json"


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    source = read_directory(write(tmp_path_factory.mktemp("set"), *BOTH))
    return examined(source.files, Limits())


def take(source, record, limits=None, **more):
    return accepted(
        source.files, source.revision, limits or Limits(), record=record, **more
    )


def test_a_set_that_passed_is_not_looked_at_again(source, record, monkeypatch):
    first = take(source, record)
    assert first.compared > 0
    monkeypatch.setattr(child, "_started", None)
    again = take(source, record)
    schema = parse_schema(SCHEMA)
    assert again.unfolded(schema) == first.unfolded(schema)
    assert (again.heads, again.passed, again.compared) == (first.heads, first.passed, 0)


def test_only_what_changed_is_compared_again(tmp_path, source, record):
    first = take(source, record)
    other = read_directory(
        write(tmp_path / "policies", BOTH[0].replace("> 3", "> 4"), *BOTH[1:])
    )
    second = take(other, record)
    assert 0 < second.compared < first.compared
    assert set(first.passed) & set(second.passed)
    assert take(source, record).compared == 0


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: "[" * 100_000,
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("GREATER", "LESS"),
        lambda text: json.dumps({"sum": "", "sets": "{}"}),
        lambda text: json.dumps([1]),
        lambda text: json.dumps({"sum": json.loads(text)["sum"], "sets": 3}),
        lambda text: "\udcff",
    ],
)
def test_a_record_that_is_not_as_it_was_written_is_ignored(source, record, spoil):
    first = take(source, record)
    whole = record.read_bytes()
    record.write_text(spoil(whole.decode()), errors="surrogateescape")
    assert take(source, record) == first
    assert record.read_bytes() == whole


def test_a_record_of_another_program_is_ignored(source, record, monkeypatch):
    first = take(source, record)
    monkeypatch.setattr(passed, "program", lambda: "another")
    assert take(source, record).compared == first.compared


def test_a_record_that_cannot_be_read_or_written_changes_nothing(tmp_path, source):
    (tmp_path / "file").write_text("")
    assert take(source, tmp_path / "file" / "passed.json").compared > 0
    (tmp_path / "folder").mkdir()
    assert take(source, tmp_path / "folder").compared > 0
    assert list((tmp_path / "folder").iterdir()) == []
    assert (tmp_path / "file").read_text() == ""


def test_the_folder_of_the_record_is_made_and_is_private(tmp_path, source):
    record = tmp_path / "new" / "passed.json"
    first = take(source, record)
    assert sorted(p.name for p in record.parent.iterdir()) == [
        ".passed.json.lock",
        "passed.json",
    ]
    assert record.parent.stat().st_mode & 0o077 == 0
    assert take(source, record).heads == first.heads


def test_the_record_is_private_and_keeps_the_newest_sets(record):
    kept = passed.Passed(record)
    for number in range(passed.SETS_MAX + 1):
        kept.add(f"{number}", {"passed": [f"key {number}"]})
    assert record.stat().st_mode & 0o777 == 0o600
    again = passed.Passed(record)
    assert again.outcome("0") is None
    assert again.outcome("1") == {"passed": ["key 1"]}
    assert again.keys() == {f"key {n}" for n in range(1, passed.SETS_MAX + 1)}


def test_what_is_interpreted_is_remembered_only_where_it_is_allowed(tmp_path, record):
    rules = OWNER + (
        'permit("papers.odd", subject: User, "paper:edit", _paper: Paper, _context) if\n'
        "  forall(role in subject.roles, role = subject.name);\n"
    )
    source = read_directory(write(tmp_path / "policies", rules, ID, "papers.odd"))
    with pytest.raises(PolicyError):
        take(source, record)
    assert not record.exists()
    take(source, record, Limits(interpreted=True))
    assert take(source, record, Limits(interpreted=True)).compared == 0
    with pytest.raises(PolicyError):
        take(source, record)


def test_progress_comes_from_the_child(source, record):
    told = []
    take(source, record, progress=lambda *args: told.append(args))
    assert told == [("comparing", done, 3) for done in range(3)]


def test_the_answer_for_other_bytes_is_refused(source, record, monkeypatch):
    monkeypatch.setattr(child, "digest", lambda files: "0" * 64)
    with pytest.raises(PolicyError, match="not the text that was read"):
        take(source, record)
    assert not record.exists()


def changed(found, change):
    data = json.loads(json.dumps(found.conditions))
    change(data)
    return replace(found, conditions=data)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data["literals"][0].__setitem__(2, "no_such_attribute"),
        lambda data: data["literals"][0].__setitem__(1, "nobody"),
        lambda data: data["literals"][0].__setitem__(0, "NO_SUCH_OP"),
        lambda data: data["conditions"][0].__setitem__(0, [99]),
        lambda data: data["conditions"][0].__setitem__(1, ["papers.unknown"]),
        lambda data: data["conditions"][0].__setitem__(1, []),
        lambda data: data["conditions"][0].__setitem__(1, [ID, "papers.level-edits"]),
        lambda data: data["conditions"][0].__setitem__(3, "no_such_records"),
        lambda data: data["ways"][0].__setitem__(1, "no_such_action"),
        lambda data: data["ways"][0].__setitem__(4, data["ways"][0][3]),
        lambda data: data.pop("ways"),
        lambda data: data.__setitem__("literals", None),
    ],
)
def test_conditions_that_cannot_be_of_this_set_are_refused(found, change):
    schema = parse_schema(SCHEMA)
    assert found.unfolded(schema).ways
    with pytest.raises(PolicyCheckError, match="conditions that came back"):
        changed(found, change).unfolded(schema)


@pytest.mark.parametrize(
    ("rules", "limits", "said"),
    [
        (
            BOTH,
            Limits(compare_seconds=0),
            "comparing used up its 0 s: 0 of 3 kinds of request are done; write fewer "
            "alternatives, or raise `engine.compare_seconds`",
        ),
        (
            (MANY, *(f"papers.many-{i}" for i in range(12))),
            Limits(unfold_seconds=0),
            "unfolding used up its 0 s: write fewer alternatives, or raise "
            "`engine.unfold_seconds`",
        ),
    ],
)
def test_a_budget_that_is_used_up_refuses_and_the_last_good_set_serves(
    tmp_path, rules, limits, said
):
    allowed = Limits()

    def load_within(source):
        accepted(source.files, source.revision, allowed)
        return load(source)

    write(tmp_path, OWNER, ID)
    active = ActivePolicies(tmp_path, load_within)
    good = active.current()
    allowed = limits
    write(tmp_path, *rules)
    assert not active.reload()
    assert active.current() is good
    health = active.health()
    assert (health.ok, health.message) == (False, said)
