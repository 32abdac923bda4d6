"""What a line does not hold is never guessed: sessions, channels, masks, ids."""

import msgspec

from authz.engine.policyset import load
from authz.engine.source import read_directory
from tests.replaying.asking import BASE, CLERK, OWNER, flips, reasons
from tests.replaying.small import NEVER, SCHEMA, files, policies
from tests.unit.engine.sets import INTERPRETED

# Sessions and channels


def test_a_session_counts_where_it_makes_no_difference(asked):
    session = asked.at.sessions["pwani"][OWNER]
    for who in ("page:open", "settings:update"):
        asked.ask(OWNER, who, "tenant:pwani", context={"session": session})
    asked.ask(OWNER, "settings:update", "tenant:pwani", context={"session": "odd"})
    found = asked.replayed(policies(without=("t.anybody-opens",)))
    assert found["replayed"] == 3
    assert flips(found) == [
        ("allow_to_deny", "no_permit", ["t.anybody-opens"], ["owner"], 1)
    ]


def test_a_session_that_the_candidate_alone_asks_for_is_not_guessed(asked):
    session = asked.at.sessions["pwani"][OWNER]
    for _ in range(2):
        asked.ask(OWNER, "page:open", "tenant:pwani", context={"session": session})
    asked.ask(OWNER, "page:open", "tenant:pwani")
    edited = policies(
        anybody_opens='_subject: User, "page:open", _t: Tenant, context: Context) if\n'
        "  context.pages_unlocked = true"
    )
    found = asked.replayed(edited)
    said = ("the session is not recorded", "context.pages_unlocked", "t.anybody-opens")
    assert reasons(found) == {said: 2}
    assert [one[-1] for one in flips(found)] == [1]


def batch(asked, contexts, key=0, **members):
    body = {"evaluations": [{"context": one} if one else {} for one in contexts]}
    asked.ask(
        CLERK,
        "customer:read",
        "customer:cust-1",
        kind="evaluations",
        key=key,
        **body,
        **members,
    )


def test_an_item_is_replayed_by_the_channel_of_its_own_context(asked):
    batch(asked, [{"channel": "web"}, {"channel": "api"}, None], context={"channel": "web"})
    batch(asked, [{"channel": "web"}, None], key=1)
    found = asked.replayed(BASE)
    assert (found["decisions"], found["replayed"]) == (5, 5)
    without = asked.replayed(
        policies(without=("t.web-reads",)), lines=asked.at.lines()[-2:]
    )
    assert [one[-1] for one in flips(without)] == [2]
    assert [one["item"] for one in without["flips"][0]["examples"]] == [0, 2]


def test_a_channel_that_two_keys_could_mean_is_not_guessed(asked):
    # `android` is the channel of the key, or what the context of the whole batch says.
    batch(asked, [{"channel": "api"}], key=1, context={"channel": "android"})
    edited = policies(
        web_reads='_subject: User, "customer:read", _c: Customer, context: Context) if\n'
        '  context.channel = "android"'
    )
    found = asked.replayed(edited)
    said = ("the channel of the item is not recorded", "context.channel", "t.web-reads")
    assert reasons(found) == {said: 1}


# What is hidden


def test_a_masked_value_that_a_policy_reads_is_not_guessed(masking):
    asked = masking("resource.properties.amount", "context.ip", "subject.properties.email")
    small = {"properties": {"cluster": "mafia", "amount": 5}}
    asked.ask(CLERK, "customer:pay", "customer:cust-1", resource=small)
    asked.ask(OWNER, "customer:update", "customer:cust-1", resource=small)
    told = {"properties": {"email": "a@b.org"}}
    asked.ask(CLERK, "page:open", "tenant:pwani", subject=told, context={"ip": "1"})
    lines = asked.lines()
    found = asked.replayed(policies(without=("t.owner-updates",)), lines=lines)
    said = ("a policy reads a masked value", "resource.amount", "t.small-amounts")
    assert reasons(found) == {said: 1}
    assert [one[-1] for one in flips(found)] == [1]
    by_ip = policies(
        anybody_opens='_subject: User, "page:open", _t: Tenant, context: Context) if\n'
        '  context.ip = "1"'
    )
    assert reasons(asked.replayed(by_ip, lines=lines)) == {
        said: 1,
        ("a policy reads a masked value", "context.ip", "t.anybody-opens"): 1,
    }


def test_a_masked_value_that_the_candidate_takes_for_another_type_is_not_guessed(masking):
    asked = masking("context.ip")
    asked.ask(CLERK, "page:open", "tenant:pwani", context={"ip": "1"})
    found = asked.replayed(
        policies(schema=SCHEMA.replace("ip: {type: string", "ip: {type: integer"))
    )
    assert reasons(found) == {
        ("a value is masked, and the schemas do not take it alike", "context.ip"): 1
    }


def test_a_fault_of_the_request_that_the_candidate_does_not_see_is_not_guessed(masking):
    asked = masking("context.ip")
    asked.ask(CLERK, "page:open", "tenant:pwani", context={"ip": 1})
    lines = asked.lines()
    assert lines[0].decisions[0].reason == "attribute_type"
    assert asked.replayed(policies(more=NEVER), lines=lines)["replayed"] == 1
    other = policies(schema=SCHEMA.replace("ip: {type: string", "ip: {type: integer"))
    assert asked.replayed(other, lines=lines)["replayed"] == 0


def test_what_is_required_and_read_by_nobody_may_be_masked(masking):
    asked = masking("resource.properties")
    asked.ask(OWNER, "customer:update", "customer:new")
    asked.ask(OWNER, "customer:update", "customer:new", resource={"properties": {}})
    asked.ask(
        OWNER, "customer:update", "customer:new", resource={"properties": {"cluster": 5}}
    )
    lines = asked.lines()
    assert [line.decisions[0].reason for line in lines] == [
        "permitted",
        "missing_attribute",
        "attribute_type",
    ]
    found = asked.replayed(policies(without=("t.owner-updates",)), lines=lines)
    assert (found["replayed"], [one[-1] for one in flips(found)]) == (3, [1])


def test_a_masked_id_or_kind_is_not_guessed(masking):
    asked = masking("resource.id", "action.name")
    asked.ask(CLERK, "page:open", "tenant:pwani")
    (line,) = asked.lines()
    found = asked.replayed(BASE, lines=[line])
    assert reasons(found) == {("the line does not hold its question", "action.name"): 1}
    request = line.request | {"action": {"name": "page:open"}}
    line = msgspec.structs.replace(line, request=request, masked=("resource.id",))
    left_out = "the line does not hold who or what was asked about"
    assert reasons(asked.replayed(BASE, lines=[line])) == {(left_out, "resource.id"): 1}
    never = policies(without=("t.anybody-opens",))
    assert flips(asked.replayed(never, lines=[line])) == [
        ("allow_to_deny", "no_permit", ["t.anybody-opens"], [], 1)
    ]


def test_an_account_that_nobody_knew_is_as_unknown_to_the_candidate(asked):
    asked.ask("no@where.example", "page:open", "tenant:pwani")
    (line,) = asked.lines()
    assert line.masked == ("subject.id",)
    assert asked.replayed(policies(more=NEVER), lines=[line])["replayed"] == 1
    open_to_all = SCHEMA.replace(
        "subject: true\n", "subject: true\n    unregistered: true\n"
    )
    found = asked.replayed(policies(schema=open_to_all), lines=[line])
    left_out = "the line does not hold who or what was asked about"
    assert reasons(found) == {(left_out, "subject.id"): 1}


def test_a_masked_value_that_an_interpreted_policy_may_read_is_not_guessed(
    masking, tmp_path
):
    asked = masking("context.ip")
    asked.ask(CLERK, "page:open", "tenant:pwani", context={"ip": "1"})
    odd = 'subject: User, "page:open", _t: Tenant, _context) if\n'
    odd += '  forall(role in subject.roles, role != "guest")'
    folder = tmp_path / "odd"
    folder.mkdir()
    for name, content in files(anybody_opens=odd).items():
        (folder / name).write_bytes(content)
    found = asked.replayed(load(read_directory(folder), INTERPRETED))
    why = "a value is masked, and a policy that is interpreted may read it"
    assert reasons(found) == {(why, "context.ip"): 1}
