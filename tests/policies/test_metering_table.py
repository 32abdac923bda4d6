"""The permission catalogue of metering platforms, written out once more by hand and asked
cell by cell.

The table says who may do what; nothing here reads the policies to find out what to expect.
"""

import pytest

from tests.policies.support import CHANNELS, decide, person, rows

LEVELS = (
    "platform_admin",
    "platform_reader",
    "supply_company_admin",
    "service_company_admin",
    "manufacturer",
    "branch",
    "consumer",
)
VIEWS = ("list", "read", "readings", "view")

#: resource | actions | asked of | cells in the order of LEVELS
#: w all, v what only views, o with an option, c with an option and create only, - nothing
METERING = """
user                   | list read                      | tenant               | wv-----
user                   | create                         | tenant               | w------
user                   | update set_password            | user                 | w------
user                   | set_access delete              | user                 | w------
supply_company         | list                           | tenant               | wvvv-v-
supply_company         | read                           | supply_company       | wvvv-v-
supply_company         | create                         | tenant               | w------
supply_company         | update delete                  | supply_company       | w------
service_organization   | list                           | tenant               | wvvvv--
service_organization   | read                           | service_organization | wvvvv--
service_organization   | create                         | tenant               | w------
service_organization   | update delete                  | service_organization | w------
manufacturer           | list                           | tenant               | wvvvv--
manufacturer           | read                           | manufacturer         | wvvvv--
manufacturer           | create                         | tenant               | w------
manufacturer           | update delete                  | manufacturer         | w------
consumer               | list                           | tenant               | wvvv-vv
consumer               | read update delete             | consumer             | wvwv-vv
consumer               | list create                    | supply_company       | wvwv-v-
metering_unit          | list                           | tenant               | wvvvvvv
metering_unit          | read readings                  | metering_unit        | wvvvvvv
metering_unit          | create                         | tenant               | w------
metering_unit          | create                         | supply_company       | w------
metering_unit          | delete transfer assign_service | metering_unit        | w------
metering_unit          | update_service_fields          | metering_unit        | w--w---
metering_unit          | set_device_password            | metering_unit        | w------
communication_schedule | read update                    | metering_unit        | wv-o---
lock_control           | open close                     | metering_unit        | w-oo---
configuration_request  | list create approve            | metering_unit        | wv-co--
send_parameters        | read send                      | metering_unit        | wvoo---
resource_parameters    | read send                      | metering_unit        | wvoo---
report                 | view export                    | metering_unit        | wvooov-
report                 | view export                    | tenant               | wvooov-
report_template        | read manage                    | tenant               | wv-----
reporting_period       | read manage                    | tenant               | wv-----
monitoring             | view                           | metering_unit        | wvooo--
monitoring             | view                           | tenant               | wvooo--
event                  | list read                      | tenant               | wv-----
api_client             | list create revoke             | tenant               | wv-----
access_level           | create                         | tenant               | -------
"""

#: Resources that are administration as a whole: not even viewed from the app.
ADMINISTRATION = (
    "user",
    "event",
    "api_client",
    "access_level",
    "report_template",
    "reporting_period",
)

#: What each option opens.
OPTIONS = {
    "reporting": {"report:view", "report:export"},
    "accounting": {"report:view", "report:export"},
    "export": {"report:export"},
    "equipment_monitoring": {"monitoring:view"},
    "technical_support": {
        "monitoring:view",
        "configuration_request:list",
        "configuration_request:create",
        "configuration_request:approve",
    },
    "configuration_request": {
        "configuration_request:list",
        "configuration_request:create",
        "configuration_request:approve",
    },
    "communication_schedule": {
        "communication_schedule:read",
        "communication_schedule:update",
    },
    "lock_control": {"lock_control:open", "lock_control:close"},
    "send_parameters": {"send_parameters:read", "send_parameters:send"},
    "metrology": {"resource_parameters:read", "resource_parameters:send"},
}
#: Options that a level does not have, although something that they open has an `o` there.
NOT_OF_THE_LEVEL = {"supply_company_admin": {"technical_support"}}

BINDINGS = {
    "supply_company_admin": {"supply_companies": ["head"]},
    "service_company_admin": {
        "supply_companies": ["head"],
        "service_organizations": ["svc"],
    },
    "manufacturer": {"manufacturers": ["maker"]},
    "branch": {"supply_companies": ["local"]},
    "consumer": {"consumers": ["bakery"]},
}
KINDS = {
    "supply_companies": "supply_company",
    "service_organizations": "service_organization",
    "manufacturers": "manufacturer",
    "consumers": "consumer",
}

#: type -> (id, attributes) of one that lies in everybody's scope.
INSIDE = {
    "tenant": ("here", {"kind": "metering", "status": "active"}),
    "user": ("other", person("metering", "branch", id="other")),
    "supply_company": ("local", {"supply_line": ["local", "head"]}),
    "service_organization": ("svc", {}),
    "manufacturer": ("maker", {}),
    "consumer": (
        "bakery",
        {"supply_line": ["local", "head"], "service_organizations": ["svc", "rival"]},
    ),
    "metering_unit": (
        "unit",
        {
            "supply_company": "local",
            "supply_line": ["local", "head"],
            "service_organization": "svc",
            "consumer": "bakery",
            "manufacturer": "maker",
        },
    ),
}
#: (level, type) -> what puts the same thing out of the level's scope, one change each.
OTHER_LINE = {"supply_company": "rival", "supply_line": ["rival"]}
OUTSIDE = {
    ("supply_company_admin", "metering_unit"): [OTHER_LINE, {"supply_line": None}],
    ("branch", "metering_unit"): [
        OTHER_LINE,
        {"supply_company": "head", "supply_line": ["head"]},
    ],
    ("service_company_admin", "metering_unit"): [
        OTHER_LINE,
        {"service_organization": "rival"},
        {"service_organization": None},
    ],
    ("manufacturer", "metering_unit"): [{"manufacturer": "rival"}, {"manufacturer": None}],
    ("consumer", "metering_unit"): [{"consumer": "cafe"}, {"consumer": None}],
    ("supply_company_admin", "consumer"): [
        {"supply_line": ["rival"]},
        {"supply_line": None},
    ],
    ("branch", "consumer"): [{"supply_line": ["head"]}],
    ("service_company_admin", "consumer"): [
        {"supply_line": ["rival"]},
        {"service_organizations": ["rival"]},
        {"service_organizations": None},
    ],
    ("consumer", "consumer"): [{"id": "cafe"}],
    ("supply_company_admin", "supply_company"): [{"supply_line": ["rival"]}],
    ("service_company_admin", "supply_company"): [{"supply_line": ["rival"]}],
    ("branch", "supply_company"): [{"supply_line": ["head"]}],
    ("service_company_admin", "service_organization"): [{"id": "rival"}],
    ("manufacturer", "manufacturer"): [{"id": "rival"}],
}

METERING_CELLS = [
    (level, f"{noun}:{verb}", asked_of, cells[column])
    for noun, verbs, asked_of, cells in rows(METERING)
    for verb in verbs.split()
    for column, level in enumerate(LEVELS)
]


def holder(level, options=()):
    bound = BINDINGS.get(level, {})
    kinds = [KINDS[name] for name in bound]
    return person("metering", level, options=list(options), binding_kinds=kinds, **bound)


def thing(type, changes=()):
    id, attributes = INSIDE[type]
    attributes = {**attributes, **dict(changes)}
    return type, str(attributes.pop("id", id)), attributes


def options_for(level, action, cell):
    """The options that open this cell; none of them for a cell without `o` or `c`."""
    if cell not in "oc" or (cell == "c" and not action.endswith(":create")):
        return set()
    opening = {option for option, opened in OPTIONS.items() if action in opened}
    return opening - NOT_OF_THE_LEVEL.get(level, set())


def opens_without_option(action, cell):
    return cell == "w" or (cell == "v" and action.partition(":")[2] in VIEWS)


def reachable(action, channel):
    noun, _, verb = action.partition(":")
    harmless = (verb in VIEWS or action == "report:export") and noun not in ADMINISTRATION
    return harmless or channel == "web"


@pytest.mark.parametrize(("level", "action", "asked_of", "cell"), METERING_CELLS)
def test_a_level_does_what_its_cell_says(level, action, asked_of, cell):
    open_to_level = opens_without_option(action, cell)
    openers = sorted(options_for(level, action, cell))
    cases = [((), open_to_level)] + [((option,), True) for option in openers]
    for options, allowed in cases:
        for channel in CHANNELS:
            expected = allowed and reachable(action, channel)
            asked = holder(level, options), action, thing(asked_of), {"channel": channel}
            assert decide(*asked) is expected, (options, channel)


@pytest.mark.parametrize(
    ("level", "action", "asked_of", "cell"),
    [cell for cell in METERING_CELLS if cell[1] in set().union(*OPTIONS.values())],
)
def test_all_the_wrong_options_together_open_nothing(level, action, asked_of, cell):
    wrong = set(OPTIONS) - options_for(level, action, cell)
    asked = holder(level, wrong), action, thing(asked_of), {"channel": "web"}
    assert decide(*asked) is opens_without_option(action, cell)


@pytest.mark.parametrize(
    ("level", "action", "asked_of", "cell"),
    [cell for cell in METERING_CELLS if (cell[0], cell[2]) in OUTSIDE and cell[3] != "-"],
)
def test_outside_its_scope_a_level_does_nothing(level, action, asked_of, cell):
    for changes in OUTSIDE[level, asked_of]:
        asked = holder(level, OPTIONS), action, thing(asked_of, changes), {"channel": "web"}
        assert not decide(*asked), changes


@pytest.mark.parametrize("action", sorted({cell[1] for cell in METERING_CELLS}))
def test_without_a_level_options_open_nothing(action):
    for type in {cell[2] for cell in METERING_CELLS if cell[1] == action}:
        subject = person("metering", options=list(OPTIONS))
        assert not decide(subject, action, thing(type), {"channel": "web"})
