"""What a line says, and what it must not say."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.decision_log.line import encoded
from authz.decision_log.masks import Masks
from authz.errors import ConfigError
from authz.model import Caller, Decision, EvaluationError, Reason
from tests.decision_log.records import ALLOWED, DENIED, QUESTION, record

#: Names of members; the session is masked in any case, and would be listed twice.
NAMES = st.from_regex(r"[^\s.\[\]]+", fullmatch=True).filter(
    lambda name: name.isprintable() and name not in ("session", "type")
)


def line(changed, *masks):
    text = encoded([changed], Masks(masks))
    assert text.endswith(b"\n")
    assert text.count(b"\n") == 1
    return json.loads(text)


def kept(body, *masks, **changes):
    """The request as a line holds it, and what it says is masked."""
    said = line(record(body=body, **changes), *masks)
    return said["request"], said.get("masked", [])


def test_a_line_has_its_members_in_their_order():
    body = {name: QUESTION[name] for name in ("subject", "action", "resource")}
    body["subject"] = {"type": "user", "id": "u_1"}
    said = line(record(body=body))
    assert list(said.items()) == [
        ("v", 1),
        ("time", "2027-01-15T08:00:00.250000Z"),
        ("request_id", "r1"),
        ("tenant", "acme"),
        ("client", "c_1"),
        ("kind", "evaluation"),
        ("request", body),
        ("policy_revision", "ab12"),
        ("data_revision", 7),
        ("micros", 42),
        ("channel", "web"),
        (
            "decisions",
            [{"decision": True, "reason": "permitted", "policies": ["papers.owner-reads"]}],
        ),
    ]


def test_a_batch_is_one_line_with_a_decision_for_each_item():
    failed = Decision(
        False, Reason.ERROR, errors=(EvaluationError("papers.x", "seen: hunter2"),)
    )
    body = {"evaluations": [QUESTION, QUESTION, QUESTION]}
    said = line(record(body=body, decisions=(ALLOWED, DENIED, failed)))
    assert said["decisions"] == [
        {"decision": True, "reason": "permitted", "policies": ["papers.owner-reads"]},
        {"decision": False, "reason": "no_permit"},
        {"decision": False, "reason": "error", "errors": ["papers.x"]},
    ]
    assert len(said["request"]["evaluations"]) == 3


def test_a_search_says_what_it_found():
    said = line(record(kind="search_subject", decisions=(), found=("u_1", "u_2")))
    assert said["found"] == ["u_1", "u_2"]
    assert "decisions" not in said
    assert line(record(decisions=(), found=()))["found"] == []


def test_a_caller_without_a_channel_has_none_in_the_line():
    assert "channel" not in line(record(caller=Caller("acme")))


def test_members_that_mean_nothing_are_left_out():
    item = {"subject": {"type": "user", "id": "u_1"}, "password": "hunter2"}
    body = {
        "evaluations": [item, "odd", 3],
        "options": {"explain": "full"},
        "page": {"limit": 1},
        "token": "hunter2",
    }
    assert kept(body) == (
        {
            "evaluations": [{"subject": item["subject"]}, "odd", 3],
            "options": {"explain": "full"},
            "page": {"limit": 1},
        },
        [],
    )


@pytest.mark.parametrize("items", [3, "odd", {"subject": 1}, None, [[1]], [None]])
def test_odd_evaluations_are_kept_as_they_are(items):
    assert kept({"evaluations": items}) == ({"evaluations": items}, [])


def test_numbers_of_any_size_are_kept():
    body = {"context": {"large": 10**200, "small": -(10**200), "odd": 1e300}}
    assert kept(body) == (body, [])


def test_line_feeds_in_a_request_stay_in_its_line():
    body = {"context": {"note": 'a\nb\r\u2028"\\'}}
    assert kept(body) == (body, [])


def test_what_is_masked_is_left_out_and_named():
    request, masked = kept(
        QUESTION, "subject.properties.email", "context.ip", "resource.id", "context.none"
    )
    assert masked == ["subject.properties.email", "context.ip", "resource.id"]
    assert request == {
        "subject": {"type": "user", "id": "u_1", "properties": {"age": 7}},
        "action": {"name": "paper:read"},
        "resource": {"type": "paper"},
        "context": {"channel": "web"},
    }


def test_a_mask_counts_for_the_defaults_and_every_item_of_a_batch():
    body = {
        "context": {"ip": "192.0.2.1"},
        "evaluations": [{"resource": {"id": "p1"}}, {"context": {"ip": "192.0.2.2"}}],
    }
    assert kept(body, "context.ip") == (
        {"context": {}, "evaluations": [{"resource": {"id": "p1"}}, {"context": {}}]},
        ["context.ip", "evaluations[1].context.ip"],
    )


def test_a_mask_leads_through_lists():
    body = {
        "subject": {"properties": {"emails": [{"address": "hidden", "of": 1}, 2, [3]]}},
        "context": [{"session": "hidden", "n": 1}],
        "evaluations": [
            [{"context": {"session": "hidden"}}],
            {"resource": [{"id": "hidden"}], "context": [[{"session": "hidden"}]]},
        ],
    }
    request, masked = kept(body, "subject.properties.emails.address", "resource.id")
    assert "hidden" not in json.dumps(request)
    assert request["subject"] == {"properties": {"emails": [{"of": 1}, 2, [3]]}}
    assert masked == [
        "context.session",
        "subject.properties.emails.address",
        "evaluations[0].context.session",
        "evaluations[1].context.session",
        "evaluations[1].resource.id",
    ]


def test_a_whole_member_can_be_masked():
    request, masked = kept(QUESTION, "context", "subject.properties")
    assert (set(request), masked) == (
        {"subject", "action", "resource"},
        ["context", "subject.properties"],
    )
    assert request["subject"] == {"type": "user", "id": "u_1"}


@pytest.mark.parametrize("value", ["text", None, 3, ["email"], {"other": 1}])
def test_a_path_that_ends_early_masks_nothing(value):
    body = {"subject": {"type": "paper", "id": "1", "properties": value}}
    assert kept(body, "subject.properties.email") == (body, [])


def test_masking_changes_no_request():
    before = json.dumps(QUESTION)
    kept(QUESTION, "subject.properties.email", "context")
    assert json.dumps(QUESTION) == before


def test_the_session_is_always_masked():
    body = {
        "context": {"session": "s_secret", "channel": "web"},
        "evaluations": [{"context": {"session": "s_secret"}}],
    }
    assert kept(body, caller=Caller("acme", "web", "s_secret")) == (
        {"context": {"channel": "web"}, "evaluations": [{"context": {}}]},
        ["context.session", "evaluations[0].context.session"],
    )


def test_the_text_of_a_request_stays_in_one_line_and_means_the_same():
    body = {"resource": {"type": "paper", "id": "a b"}, "context": {"n": [1, 2.5, None]}}
    text = json.dumps(body, indent=1).replace("\n", "\r\n").encode()
    assert kept(body, text=text) == (body, [])


@pytest.mark.parametrize(
    "text",
    [
        '{"context": {"session": "s_secret"}}',
        '{"context": {"s\\u0065ssion": "s_secret"}}',
        '{"subject": {"type": "user", "id": "no@body.org"}}',
        '{"subject": {"type": "user", "id": "no\\u0040body.org"}}',
        '{"odd": "s_secret"}',
        '{"evaluations": [{"odd": "s_secret"}]}',
    ],
)
def test_nothing_gets_by_in_the_text_of_a_request(text):
    written = encoded([record(body=json.loads(text), text=text.encode())], Masks([]))
    assert b"s_secret" not in written
    assert b"body.org" not in written


def test_masks_count_for_the_text_of_a_request_too():
    text = json.dumps(QUESTION).encode()
    assert kept(QUESTION, "context", "subject", text=text)[1] == ["context", "subject"]


def test_an_account_named_by_its_email_is_logged_by_its_opaque_id():
    body = {
        "subject": {"type": "user", "id": "ann@acme.org"},
        "evaluations": [{"resource": {"type": "user", "id": "ann@acme.org"}}],
    }
    assert kept(body, accounts={"ann@acme.org": "u_7"}) == (
        {
            "subject": {"type": "user", "id": "u_7"},
            "evaluations": [{"resource": {"type": "user", "id": "u_7"}}],
        },
        [],
    )


def test_an_email_that_names_no_account_is_masked():
    assert kept({"subject": {"type": "user", "id": "no@body.org"}}) == (
        {"subject": {"type": "user"}},
        ["subject.id"],
    )


def test_an_at_sign_elsewhere_is_kept():
    body = {"resource": {"type": "paper", "id": "a@b"}, "context": {"mail": "a@b.org"}}
    assert kept(body) == (body, [])


@pytest.mark.parametrize(
    "path", ["", ".", "subject.", ".subject", "subject..id", "subject.a b", "a[0].b"]
)
def test_a_malformed_path_is_an_error(path):
    with pytest.raises(ConfigError, match=r"`decisions\.log\.mask`: `.*` is no path"):
        Masks([path])


def test_a_path_that_no_request_has_is_an_error_with_the_nearest_one():
    with pytest.raises(ConfigError, match=r"`subjet\.id` must begin with .*`subject`"):
        Masks(["subjet.id"])


@given(
    root=st.sampled_from(("subject", "action", "resource", "context")),
    names=st.lists(NAMES, min_size=1, max_size=4),
    beside=st.dictionaries(NAMES, st.integers() | st.text(), max_size=4),
    in_item=st.booleans(),
)
def test_what_is_masked_is_nowhere_in_the_line(root, names, beside, in_item):
    secret = "s3cret-0f-the-caller"
    value = secret
    for name in reversed(names):
        value = beside | {name: value}
    question = {root: value}
    body = {"evaluations": [{}, question]} if in_item else question
    path = ".".join((root, *names))
    text = encoded([record(body=body)], Masks([path]))
    assert secret.encode() not in text
    said = json.loads(text)
    masked = f"evaluations[1].{path}" if in_item else path
    assert said["masked"] == [masked]
