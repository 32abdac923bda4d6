"""The list of requirements: each has its tests, and no test names one that there is not."""

import pytest

from tests.docs.requirements import DECISIONS, GROUPS, IDS, ids, is_story, shown_by

SHOWN = shown_by()


def test_the_list_has_77_requirements_and_13_decisions_in_order():
    assert list(IDS) == [f"R{number}" for number in range(1, 78)]
    assert list(DECISIONS) == [f"D{number}" for number in range(1, 14)]
    assert all(text for rows in GROUPS.values() for text in rows.values())


@pytest.mark.parametrize("id", IDS)
def test_a_requirement_has_a_test_that_is_written_for_it(id):
    assert [name for file, name in SHOWN.get(id, ()) if is_story(file)]


def test_no_test_names_a_requirement_that_is_not_there():
    assert set(SHOWN) <= set(IDS)


def test_a_test_shows_what_its_name_says_in_two_digits():
    assert ids("test_r05_r41_nobody_is_told") == ["R5", "R41"]
    assert ids("test_r5_nobody_is_told") == ["r5"]
    assert ids("test_r78_r05") == ["r78"]
    assert ids("test_nobody_is_told_of_r05_here") == []
