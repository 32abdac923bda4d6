"""What a context must be like, in words."""

import pytest

from authz.assurance.differing.phrases import Ruling, when
from authz.engine.conditions import Attr, Literal, Op

WEB = Literal(Op.ONE_OF, Attr("context", "channel"), ("web",))
NOT_WEB = Literal(Op.NONE_OF, Attr("context", "channel"), ("web",))
NOT_ANDROID = Literal(Op.NONE_OF, Attr("context", "channel"), ("android",))
LATE = Literal(Op.GREATER, Attr("context", "hour"), (20,))
OPEN = Literal(Op.ONE_OF, Attr("context", "open"), (True,))
ALWAYS, NEVER = (
    Ruling(frozenset([frozenset()]), frozenset()),
    Ruling(frozenset(), frozenset()),
)


def ruling(permits, forbids=()):
    return Ruling(frozenset(map(frozenset, permits)), frozenset(map(frozenset, forbids)))


@pytest.mark.parametrize(
    ("allows", "denies", "expected"),
    [
        pytest.param(ALWAYS, NEVER, "", id="whatever it is"),
        pytest.param(
            ruling([[]], [[NOT_WEB]]), NEVER, 'channel is "web"', id="a forbid stays"
        ),
        pytest.param(
            ALWAYS, ruling([[]], [[NOT_WEB]]), 'channel is not "web"', id="a forbid went"
        ),
        pytest.param(
            ruling([[WEB, LATE]]), NEVER, 'channel is "web" and hour > 20', id="a permit"
        ),
        pytest.param(
            ruling(
                [[]], [[WEB], [Literal(Op.ONE_OF, Attr("context", "channel"), ("api",))]]
            ),
            NEVER,
            'channel is none of "api", "web"',
            id="several values are barred",
        ),
        pytest.param(
            ruling([[WEB], [LATE]]),
            NEVER,
            '(channel is "web" or hour > 20)',
            id="either permit",
        ),
        pytest.param(
            ruling([[]], [[OPEN, LATE]]),
            NEVER,
            "not (hour > 20 and open is true)",
            id="a forbid of two tests",
        ),
        pytest.param(ALWAYS, ruling([[LATE]]), "hour <= 20", id="a permit got wider"),
        pytest.param(
            ALWAYS,
            ruling([[LATE]], [[OPEN]]),
            "(open is true or not (hour > 20))",
            id="a permit got wider and a forbid went",
        ),
    ],
)
def test_the_context_of_a_change_is_said_in_words(allows, denies, expected):
    assert when(allows, denies) == expected


def test_many_demands_are_counted():
    bar = [[OPEN, LATE], [OPEN, NOT_WEB], [LATE, NOT_ANDROID]]
    said = when(ruling([[]], [*bar, [NOT_WEB]]), NEVER)
    assert said == 'channel is "web" and 3 further conditions on the context are met'
