"""The permission catalogue of mini-grid companies, written out once more by hand and asked
cell by cell.

The tables say who may do what; nothing here reads the policies to find out what to expect.
"""

import pytest

from tests.policies.support import CHANNELS, decide, person, rows

COMPANY = ("tenant", "here", {"kind": "minigrid", "status": "active"})
COLLEAGUE = ("user", "other", person("minigrid", "user", id="other"))
#: Asked of a person; all else is asked of the company.
OF_A_PERSON = ("user:update", "user:set_password", "user:delete", "role:assign")

ROLES = ("owner", "admin", "financial-manager", "user")

#: resources | actions | who, in the order of ROLES | from the app too
MINIGRID = """
user                              | list read create update set_password delete | xx-- | no
role                              | list read assign                            | xx-- | no
settings sms_gateway map mail ppp | read update                                 | xx-- | no
tariff target connection_group    | create update delete                        | xx-- | no
connection_type commission_type   | create update delete                        | xx-- | no
tariff location                   | read                                        | xxxx | yes
connection_group connection_type  | read                                        | xxxx | yes
cluster minigrid village          | create update delete                        | xx-- | no
api_client                        | list create revoke                          | xx-- | no
plugin                            | list enable disable configure               | xx-- | no
queue_dashboard                   | read                                        | xx-- | no
customer                          | list read create update                     | xxxx | yes
customer                          | delete import                               | xxxx | no
asset appliance                   | list read create update assign              | xxxx | yes
asset appliance                   | delete import                               | xxxx | no
ticket                            | list read create comment close              | xxxx | yes
payment                           | list read create                            | xxx- | yes
transaction                       | list read generate_token refund import      | xxx- | no
report                            | list read download                          | xxx- | no
export                            | run                                         | xxx- | no
agent                             | list read                                   | xxxx | no
agent                             | create update set_password                  | xx-- | no
agent                             | charge receipt delete                       | xx-- | no
event                             | list read                                   | xx-- | no
"""

#: role of the person concerned | actions | who, in the order of ROLES
PEOPLE = """
owner             | update set_password delete demote | x---
admin             | update set_password               | xx--
admin             | delete demote                     | x---
financial-manager | update set_password delete demote | xx--
user              | update set_password delete demote | xx--
"""

#: role given | who gives it, in the order of ROLES
APPOINTMENTS = {
    "owner": "x---",
    "admin": "xx--",
    "financial-manager": "xx--",
    "user": "xx--",
}

MINIGRID_CELLS = [
    (role, f"{noun}:{verb}", who[column] == "x", app == "yes")
    for nouns, verbs, who, app in rows(MINIGRID)
    for noun in nouns.split()
    for verb in verbs.split()
    for column, role in enumerate(ROLES)
]
PEOPLE_CELLS = [
    (role, f"user:{verb}", other, who[column] == "x")
    for other, verbs, who in rows(PEOPLE)
    for verb in verbs.split()
    for column, role in enumerate(ROLES)
]


def asked(action, context):
    """Of what, through what and with which properties an action is asked."""
    properties = {"role": "user"} if action == "role:assign" else {}
    return COLLEAGUE if action in OF_A_PERSON else COMPANY, context, properties


@pytest.mark.parametrize(("role", "action", "allowed", "from_the_app"), MINIGRID_CELLS)
def test_a_mini_grid_role_does_what_its_cell_says(role, action, allowed, from_the_app):
    for channel in CHANNELS:
        expected = allowed and (from_the_app or channel == "web")
        context = {"channel": channel}
        subject = person("minigrid", role)
        assert decide(subject, action, *asked(action, context)) is expected, channel


@pytest.mark.parametrize("action", sorted({cell[1] for cell in MINIGRID_CELLS}))
def test_without_a_role_no_cell_is_open(action):
    context = {"channel": "web"}
    assert not decide(person("minigrid"), action, *asked(action, context))
    assert not decide(person("minigrid", "branch"), action, *asked(action, context))


@pytest.mark.parametrize(("role", "action", "other", "allowed"), PEOPLE_CELLS)
def test_who_touches_whose_account(role, action, other, allowed):
    account = ("user", "other", person("minigrid", other, id="other"))
    for channel in CHANNELS:
        expected = allowed and channel == "web"
        context = {"channel": channel}
        assert decide(person("minigrid", role), action, account, context) is expected, (
            channel
        )


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("other", ROLES)
def test_who_gives_which_role(role, other):
    may = APPOINTMENTS[other][ROLES.index(role)] == "x"
    account = ("user", "other", person("minigrid", id="other"))
    for channel in CHANNELS:
        context, given = {"channel": channel}, {"role": other}
        expected = may and channel == "web"
        subject = person("minigrid", role)
        assert decide(subject, "role:assign", account, context, given) is expected
        assert decide(subject, "user:create", COMPANY, context, given) is expected


@pytest.mark.parametrize(
    "properties", [{}, {"role": ""}, {"roles": "user"}, {"Role": "user"}]
)
@pytest.mark.parametrize("role", ROLES)
def test_nobody_gives_a_role_without_its_name(role, properties):
    asked = person("minigrid", role), "role:assign", COLLEAGUE, {"channel": "web"}
    assert not decide(*asked, properties)
