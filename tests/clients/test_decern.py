"""PyPI `decern` (0.6) asks a real server, unmodified: single questions, all that it can.

It sends no `options`, so it is told no reasons, and it has no batch, search or metadata.
Over https it comes through a proxy that ends TLS with a certificate of its own, found and
trusted by `https_proxy` and `SSL_CERT_FILE` as on any machine.
"""

import json
import math

import decern
import pytest

from tests.api.doors import Data
from tests.clients.front import IDENTIFIER
from tests.clients.questions import ALLOWED, DENIED, QUESTIONS

pytestmark = pytest.mark.socket
SECONDS = 30
MANAGER = ALLOWED["a manager views all"]


@pytest.fixture
def asking(server: str, data: Data) -> decern.Client:
    return decern.Client(server, SECONDS, token=data.key)


def refusal(client: decern.Client, **asked: object) -> tuple[int, str, str]:
    """Status, code and message of the error that the client raises."""
    with pytest.raises(decern.DecernError) as caught:
        client.evaluate(**(MANAGER | asked))
    error = json.loads(caught.value.body)["error"]
    assert not caught.value.truncated
    return caught.value.status_code, error["code"], error["message"]


@pytest.mark.parametrize("about", QUESTIONS)
def test_the_client_understands_what_the_function_decides(asking, function, about):
    found = asking.evaluate(**QUESTIONS[about])
    assert found == decern.Decision(allowed=about in ALLOWED)
    assert found.allowed is function.decides(QUESTIONS[about])


def test_an_action_may_be_given_by_its_name_alone(asking):
    by_name = {about: QUESTIONS[about]["action"]["name"] for about in QUESTIONS}
    for about, action in by_name.items():
        if "properties" not in QUESTIONS[about]["action"]:
            found = asking.evaluate(**(QUESTIONS[about] | {"action": action}))
            assert found.allowed is (about in ALLOWED), about


def test_the_client_reaches_the_identifier_over_https(front, data):
    asking = decern.Client(IDENTIFIER, SECONDS, token=data.key)
    assert asking.evaluate(**MANAGER).allowed
    assert not asking.evaluate(**DENIED["what only its owner edits"]).allowed
    assert refusal(decern.Client(IDENTIFIER, SECONDS))[:2] == (401, "unauthenticated")


def test_without_the_right_key_the_client_raises(server, data):
    for token in (None, "", "x", data.key[:-1], data.key + "0"):
        found = refusal(decern.Client(server, SECONDS, token=token))
        assert found[:2] == (401, "unauthenticated")


def test_with_a_key_that_may_not_ask_the_client_raises(server, function, make_client):
    key = make_client(function, {"decision:search"})[0].key
    found = refusal(decern.Client(server, SECONDS, token=key))
    assert found == (403, "forbidden", "the API key lacks the scope `decision:check`")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"subject": {"type": "user"}}, "`subject.id` is missing"),
        ({"resource": {"type": "record", "id": 101}}, "`resource.id` must be a string"),
        ({"action": {}}, "`action.name` is missing"),
        ({"context": ["open"]}, "`context` must be an object"),
    ],
)
def test_a_question_that_is_not_sound_raises_and_says_what_is_wrong(
    asking, function, asked, message
):
    found = refusal(asking, **asked)
    ours = function.ask(MANAGER | asked)
    assert found == (400, "bad_request", ours.json["error"]["message"])
    assert message in found[2]


def test_a_number_that_json_does_not_have_raises(asking):
    assert refusal(asking, context={"token": math.nan})[:2] == (400, "bad_request")


def test_a_body_that_is_too_large_raises(asking):
    found = refusal(asking, context={"token": "x" * 300_000})
    assert found[:2] == (413, "body_too_large")


def test_a_service_that_cannot_decide_raises(failing, data):
    asking = decern.Client(failing, SECONDS, token=data.key)
    assert refusal(asking)[:2] == (503, "unavailable")


def test_what_the_client_asks_besides_is_of_its_own_server_alone(asking):
    """AuthZEN has neither: `/pubkey` is not here, and `/healthz` says more than `ok`."""
    with pytest.raises(decern.DecernError) as caught:
        asking.pubkey()
    assert caught.value.status_code == 404
    assert asking.healthy() is False


def test_the_client_can_do_nothing_else():
    can = {name for name in vars(decern.Client) if not name.startswith("_")}
    assert can == {"evaluate", "pubkey", "healthy"}
