"""What holds of every layout: it is its own layout, and says what the text said."""

from hypothesis import HealthCheck, Phase, given, settings

from tests.formatting import laws
from tests.formatting.generated import policies

FEW = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@FEW
@given(policies())
def test_a_layout_is_idempotent_keeps_the_meaning_and_every_comment(text):
    laws.check(text)


@FEW
@given(policies())
def test_a_text_without_comments_has_one_layout_however_it_was_spaced(text):
    laws.check_one_layout(text)
