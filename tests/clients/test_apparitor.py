"""PyPI `apparitor` (0.1) asks a real server, unmodified: its client, and its engine that
decides about the calls of an agent.

It has no search and no metadata. As it stands it asks https only, and no address of the
own machine: it is tested so, through a proxy that ends TLS with a certificate of its own,
found and trusted by `https_proxy` and `SSL_CERT_FILE` as on any machine. The other tests
use its switch for development, `allow_insecure_pdp`.
"""

import asyncio
import json
import math
import urllib.request
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import apparitor
import pytest
from apparitor.client import AuthZENClient

from authz.storage import clients
from authz.storage.events import SERVICE
from tests.clients.front import IDENTIFIER
from tests.clients.questions import ALLOWED, DENIED, QUESTIONS

pytestmark = pytest.mark.socket
#: WHY: no answer comes late on a busy machine.
PATIENT = {"request_budget_s": 60, "connect_timeout_s": 30, "read_timeout_s": 30}
MANAGER = ALLOWED["a manager views all"]
PROBE = ALLOWED["a member of the context"]
CAROL = DENIED["what only its owner edits"]
SUBJECT, ACTION, RESOURCE = (MANAGER[part] for part in ("subject", "action", "resource"))

#: What an agent does, as three makers of models say it.
SHAPES = {
    "OpenAI": lambda name: {
        "id": "call-1",
        "type": "function",
        "function": {"name": name, "arguments": '{"page": 1}'},
    },
    "Anthropic": lambda name: {
        "type": "tool_use",
        "id": "call-1",
        "name": name,
        "input": {"page": 1},
    },
    "LangChain": lambda name: {"name": name, "args": {"page": 1}, "id": "call-1"},
}


def config_of(url: str, key: str, **more: Any) -> apparitor.ScannerConfig:
    headers = {"Authorization": f"Bearer {key}"}
    return apparitor.ScannerConfig(pdp_url=url, default_headers=headers, **PATIENT, **more)


@pytest.fixture
def config(server, data) -> apparitor.ScannerConfig:
    return config_of(server, data.key, allow_insecure_pdp=True)


def with_client(
    config: apparitor.ScannerConfig, ask: Callable[[AuthZENClient], Awaitable[Any]]
) -> Any:
    """What comes of questions that share one client and its connections."""

    async def run() -> Any:
        async with AuthZENClient(config) as client:
            return await ask(client)

    return asyncio.run(run())


def evaluated(
    config: apparitor.ScannerConfig, *questions: dict[str, Any]
) -> list[apparitor.EvaluationResponse]:
    """The answers to questions that are asked at the same time, one by one."""
    requests = [apparitor.EvaluationRequest.model_validate(one) for one in questions]
    return with_client(
        config, lambda client: asyncio.gather(*map(client.evaluate, requests))
    )


def in_a_batch(
    config: apparitor.ScannerConfig,
    items: Iterable[dict[str, Any]],
    semantic: str | None = None,
    **defaults: Any,
) -> list[apparitor.EvaluationResponse]:
    asked = defaults | {"evaluations": list(items)}
    if semantic is not None:
        asked["options"] = {"evaluations_semantic": semantic}
    request = apparitor.BatchEvaluationRequest.model_validate(asked)
    return with_client(config, lambda client: client.evaluate_batch(request)).evaluations


def refused(
    config: apparitor.ScannerConfig, question: dict[str, Any] = MANAGER
) -> int | None:
    """The status for which the client raises an error that it does not try again."""
    with pytest.raises(apparitor.AuthZENClientError) as caught:
        evaluated(config, question)
    return caught.value.status_code


def decisions(answers: Iterable[apparitor.EvaluationResponse]) -> list[bool]:
    return [answer.decision for answer in answers]


# Single questions


def test_the_client_understands_what_the_function_decides(config, function):
    found = evaluated(config, *QUESTIONS.values())
    assert {answer.context for answer in found} == {None}
    understood = dict(zip(QUESTIONS, decisions(found), strict=True))
    assert understood == {about: about in ALLOWED for about in QUESTIONS}
    assert understood == {about: function.decides(QUESTIONS[about]) for about in QUESTIONS}


def test_a_hundred_questions_at_once_each_get_their_own_answer(config):
    found = evaluated(config, *[MANAGER, CAROL, CAROL] * 40)
    assert decisions(found) == [True, False, False] * 40


def test_a_number_that_json_does_not_have_is_asked_as_null(config, function):
    """The client writes it so. Whoever sends such a number is refused: see `decern`."""
    asked = [PROBE | {"context": {"token": value}} for value in (math.nan, None)]
    assert decisions(evaluated(config, *asked)) == [False, False]
    assert function.decides(asked[1]) is False


# Batches


def test_a_batch_gets_the_answers_of_its_questions_in_their_order(config):
    found = in_a_batch(config, QUESTIONS.values(), "execute_all")
    assert found == evaluated(config, *QUESTIONS.values())


def test_what_an_item_lacks_comes_whole_from_the_top_level(config, function):
    alice = {"subject": {"type": "user", "id": "alice"}}
    felix = {"type": "user", "id": "felix", "properties": {"department": "Legal"}}
    first = {"type": "record", "id": "101"}
    items = [
        {},
        {"subject": {"type": "user", "id": "felix"}},
        {"action": {"name": "edit"}},
        {"action": {"name": "edit"}, "resource": {"type": "record", "id": "102"}},
        alice | {"context": {"token": "open"}},
    ]
    defaults = {"subject": felix, "action": {"name": "view"}, "resource": first}
    found = in_a_batch(config, items, **defaults)
    assert decisions(found) == [True, False, False, False, True]
    assert decisions(found) == [function.decides(defaults | item) for item in items]


@pytest.mark.parametrize(
    ("semantic", "wanted"),
    [
        ("execute_all", [True, False, True, False]),
        ("deny_on_first_deny", [True, False]),
        ("permit_on_first_permit", [True]),
    ],
)
def test_the_client_may_choose_when_a_batch_stops(config, semantic, wanted):
    found = in_a_batch(config, [MANAGER, CAROL, MANAGER, CAROL], semantic)
    assert decisions(found) == wanted


def test_a_batch_may_stop_at_an_item_in_the_middle(config):
    found = in_a_batch(config, [CAROL, CAROL, MANAGER, CAROL], "permit_on_first_permit")
    assert decisions(found) == [False, False, True]


def test_an_item_that_asks_nothing_sound_is_denied_and_says_why(config):
    found = in_a_batch(config, [{"resource": RESOURCE}, {}], subject=SUBJECT, action=ACTION)
    assert decisions(found) == [True, False]
    message = "`resource` is missing, in the item and at the top level"
    assert found[1].context == {"error": {"status": 400, "message": message}}


def test_the_client_does_not_see_the_answer_to_a_batch_without_items(config, function):
    """AuthZEN 1.0, section 7.1: it is answered as one question. The client looks for a list
    alone; it takes the answer for a list of none, and so allows nothing.
    """
    answer = function.ask(MANAGER | {"evaluations": []}, path="/access/v1/evaluations")
    assert answer.body == b'{"decision":true}'
    assert in_a_batch(config, [], **MANAGER) == []


def test_a_batch_that_is_too_long_is_refused_whole(config):
    assert len(in_a_batch(config, [{}] * 1000, **MANAGER)) == 1000
    with pytest.raises(apparitor.AuthZENClientError) as caught:
        in_a_batch(config, [{}] * 1001, **MANAGER)
    assert caught.value.status_code == 400


# Errors


def test_without_the_right_key_the_client_raises(server, data):
    for key in ("x", data.key[:-1], data.key + "0"):
        assert refused(config_of(server, key, allow_insecure_pdp=True)) == 401
    assert refused(apparitor.ScannerConfig(pdp_url=server, allow_insecure_pdp=True)) == 401


def test_a_key_that_is_revoked_is_refused_by_the_next_request_on_the_same_connection(
    server, function, make_client, database
):
    client, row = make_client(function, {"decision:check"})
    question = apparitor.EvaluationRequest.model_validate(MANAGER)

    async def ask(asking: AuthZENClient) -> None:
        assert (await asking.evaluate(question)).decision
        clients.revoke(database, row.tenant, row.id, actor=SERVICE)
        with pytest.raises(apparitor.AuthZENClientError) as caught:
            await asking.evaluate(question)
        assert caught.value.status_code == 401

    with_client(config_of(server, client.key, allow_insecure_pdp=True), ask)


def test_a_key_for_single_questions_does_not_open_the_batch(server, function, make_client):
    key = make_client(function, {"decision:check"})[0].key
    config = config_of(server, key, allow_insecure_pdp=True)
    assert decisions(evaluated(config, MANAGER)) == [True]
    with pytest.raises(apparitor.AuthZENClientError) as caught:
        in_a_batch(config, [MANAGER])
    assert caught.value.status_code == 403


def test_a_question_that_is_not_sound_raises(config):
    nested: dict[str, Any] = {}
    for _ in range(40):
        nested = {"in": nested}
    assert refused(config, MANAGER | {"context": nested}) == 400
    assert refused(config, MANAGER | {"context": {"token": "x" * 300_000}}) == 413


def test_a_service_that_cannot_decide_is_tried_again_and_then_raises(failing, data):
    config = config_of(failing, data.key, allow_insecure_pdp=True, max_retries=1)
    with pytest.raises(apparitor.PDPUnavailableError, match="HTTP 503"):
        evaluated(config, MANAGER)
    with pytest.raises(apparitor.PDPUnavailableError, match="HTTP 503"):
        in_a_batch(config, [MANAGER])


# As it stands: https, and what the metadata says


def test_the_client_asks_over_https_as_it_stands(front, data):
    config = config_of(IDENTIFIER, data.key)
    assert evaluated(config, MANAGER, CAROL) == in_a_batch(config, [MANAGER, CAROL])
    assert decisions(evaluated(config, MANAGER, CAROL)) == [True, False]
    assert refused(config_of(IDENTIFIER, "x")) == 401


def test_the_client_takes_the_endpoints_that_the_metadata_tells(front, data):
    """It does not look for them; its configuration takes them as paths behind its URL."""
    place = IDENTIFIER.replace("/authzen", "/.well-known/authzen-configuration/authzen")
    with urllib.request.urlopen(place, timeout=30) as answer:
        told = json.load(answer)
    base = told["policy_decision_point"]
    paths = {
        "evaluation_path": told["access_evaluation_endpoint"].removeprefix(base),
        "batch_path": told["access_evaluations_endpoint"].removeprefix(base),
    }
    config = config_of(base, data.key, **paths)
    assert paths == {name: getattr(config_of(base, ""), name) for name in paths}
    assert decisions(evaluated(config, MANAGER, CAROL)) == [True, False]
    assert decisions(in_a_batch(config, [CAROL, MANAGER])) == [False, True]


def test_the_client_can_do_nothing_else():
    public = {name for name in dir(AuthZENClient) if not name.startswith("_")}
    assert public == {"evaluate", "evaluate_batch", "aclose"}


# The engine: whether an agent may make the calls that it wants to make


def editing(config: apparitor.ScannerConfig) -> apparitor.ScannerConfig:
    """A tool is a record, and to call it is to edit."""
    change = {"resource_type": "record", "action_name": "edit", "subject_type": "user"}
    return config.model_copy(update=change)


def verdict(
    config: apparitor.ScannerConfig, *calls: dict[str, Any], **more: Any
) -> apparitor.VerdictResult:
    """Of calls that alice wants to make."""

    async def run() -> apparitor.VerdictResult:
        engine = apparitor.AuthorizationEngine(editing(config), **more)
        try:
            with apparitor.subject_scope(apparitor.Subject(type="user", id="alice")):
                return await engine.evaluate_tool_calls(list(calls))
        finally:
            await engine.aclose()

    return asyncio.run(run())


@pytest.mark.parametrize("shape", SHAPES)
def test_the_engine_lets_pass_what_is_allowed_and_nothing_else(config, shape):
    call = SHAPES[shape]
    clean = apparitor.VerdictStatus.SUCCESS
    for names, wanted in (
        (["101"], apparitor.Verdict.ALLOW),
        (["102"], apparitor.Verdict.BLOCK),
        (["101", "107", "113"], apparitor.Verdict.ALLOW),
        (["101", "102", "113"], apparitor.Verdict.BLOCK),
        (["no-such-record"], apparitor.Verdict.BLOCK),
    ):
        found = verdict(config, *map(call, names))
        assert (found.verdict, found.status) == (wanted, clean), names


def test_the_engine_tells_each_call_apart(config):
    names = ["101", "102", "110", "114"]

    async def run() -> list[apparitor.VerdictResult]:
        engine = apparitor.AuthorizationEngine(editing(config))
        calls = [apparitor.NormalizedToolCall(name) for name in names]
        alice = {"subject": apparitor.Subject(type="user", id="alice")}
        try:
            return await engine.evaluate_each(calls, alice)
        finally:
            await engine.aclose()

    found = [result.verdict is apparitor.Verdict.ALLOW for result in asyncio.run(run())]
    assert found == [True, False, True, False]


def test_an_agent_may_do_only_what_both_it_and_its_user_may(config):
    both = {"action_name": "view"}
    changed = editing(config).model_copy(update=both)
    felix = apparitor.Subject(type="user", id="felix")
    mapper = apparitor.DualPrincipalMapper(changed, agent_subject=felix)
    call = SHAPES["Anthropic"]
    assert verdict(config, call("104"), mapper=mapper).verdict is apparitor.Verdict.ALLOW
    assert verdict(config, call("101"), mapper=mapper).verdict is apparitor.Verdict.BLOCK


def test_the_engine_takes_an_error_for_no_permission(server, failing, data):
    """Where the service cannot decide, people may be asked, if the engine is told so."""
    on_error = {"allow_insecure_pdp": True, "on_error": "human_review", "max_retries": 0}
    for config, wanted in (
        (config_of(server, "x", **on_error), apparitor.Verdict.BLOCK),
        (config_of(failing, data.key, **on_error), apparitor.Verdict.HUMAN_REVIEW),
    ):
        for names in (["101"], ["101", "107"]):
            found = verdict(config, *map(SHAPES["LangChain"], names))
            assert (found.verdict, found.status) == (wanted, apparitor.VerdictStatus.ERROR)
