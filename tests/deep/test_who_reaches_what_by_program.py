"""All others ask every route too, and everybody with a phone; see
tests/json_api/test_who_reaches_what.py.
"""

import pytest

from tests.administration.conftest import seeded  # noqa: F401
from tests.console.reach_table import ACTORS
from tests.console.trials import prepared  # noqa: F401
from tests.json_api.conftest import made  # noqa: F401
from tests.json_api.test_who_reaches_what import WHO
from tests.json_api.trials import PHONE, WEB, persons, routes_and_things, trial  # noqa: F401

OTHERS = [
    (letter, channel)
    for channel in (WEB, PHONE)
    for letter in ACTORS
    if (letter, channel) not in WHO
]

pytestmark = pytest.mark.deep


@pytest.mark.parametrize(("letter", "channel"), OTHERS)
def test_nobody_reaches_more_or_less_than_the_documents_say(trial):  # noqa: F811
    assert routes_and_things(trial) == ""


@pytest.mark.parametrize(("letter", "channel"), OTHERS)
def test_nobody_does_to_others_what_the_documents_forbid(trial):  # noqa: F811
    assert persons(trial) == ""
