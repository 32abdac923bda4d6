"""The laws of the layout, over texts of another seed each day."""

import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.formatting import laws
from tests.formatting.generated import policies

pytestmark = pytest.mark.deep

SHARE = 0.01
ROUND = settings(
    max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize(
    "law", [laws.check, laws.check_one_layout], ids=lambda law: law.__name__
)
def test_a_layout_of_random_policies_keeps_the_laws(deep, law):
    for _ in deep.rounds(SHARE):
        number = deep.random.getrandbits(32)
        seed(number)(ROUND(given(policies())(lambda text: law(text))))()
