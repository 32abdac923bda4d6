"""The database refuses changes and revisions of policies that contradict themselves."""

import pytest

from authz.errors import Conflict, InvalidChange
from authz.storage import policy_changes, policy_sets, policy_turns
from tests.administration.policy_desks import FILES, WIDER

WIDE = {**FILES, "desk.polar": WIDER.encode()}


def test_one_turn_is_being_written_at_a_time(desks):
    content = policy_sets.keep(desks.database, FILES)
    policy_turns.begin(desks.database, content, "activated", label="a", account="u")
    with pytest.raises((Conflict, InvalidChange)):
        policy_turns.begin(desks.database, content, "activated", label="b", account="u")


@pytest.mark.parametrize(
    "new",
    [
        pytest.param({"status": "approved"}, id="approved by nobody"),
        pytest.param({"status": "odd"}, id="unknown status"),
        pytest.param({"approver": "u"}, id="approved at no time"),
        pytest.param({"candidate": "0" * 64}, id="unknown files"),
    ],
)
def test_a_change_says_who_approved_it(desks, new):
    staged = desks.staged()
    change = policy_changes.find(desks.database, "system", staged.number)
    with pytest.raises((Conflict, InvalidChange)):
        policy_changes.update(desks.database, change, **new)


def test_a_directory_is_kept_once_and_each_content_once(desks):
    for _ in range(2):
        for files in (FILES, WIDE):
            content = policy_sets.keep(desks.database, files)
            assert policy_sets.find(desks.database, content) == files
    counts = [
        desks.database.db.execute_sql(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("policy_directory", "policy_file", "policy_blob")
    ]
    assert counts == [2, 2 * len(FILES), len(FILES) + 1]
