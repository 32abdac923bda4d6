"""All others try every page too; see tests/console/test_who_reaches_what.py."""

import pytest

from tests.administration.conftest import seeded  # noqa: F401
from tests.console.reach_table import ACTORS, NARROW
from tests.console.trials import pages_and_things, persons, prepared, trial  # noqa: F401

OTHERS = [letter for letter in ACTORS if letter not in NARROW]

pytestmark = pytest.mark.deep


@pytest.mark.parametrize("letter", OTHERS)
def test_nobody_reaches_more_or_less_than_the_documents_say(trial):  # noqa: F811
    assert pages_and_things(trial) == ""


@pytest.mark.parametrize("letter", OTHERS)
def test_nobody_does_to_others_what_the_documents_forbid(trial):  # noqa: F811
    assert persons(trial) == ""
