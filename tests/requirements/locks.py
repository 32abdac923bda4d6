"""What lies behind the Protected Pages Password of a company, and how people give it."""

from tests.administration.names import CLERK
from tests.console.test_route_table import parts
from webapp.console.needs import needs

PAGES = "ziwa-pages-7"
OTHER = "lake-pages-2027"
SETTING = "/settings/protected-pages"
READ_AND_UPDATE, CARE = ("read", "update"), ("create", "update", "delete")
#: Noun -> what of it is done behind the password; the documents list the pages.
PROTECTED = {
    **dict.fromkeys(("settings", "sms_gateway", "map", "mail", "ppp"), READ_AND_UPDATE),
    "user": (
        *("list", "read", "create", "update"),
        *("set_password", "set_access", "demote", "delete"),
    ),
    "role": ("list", "read", "assign"),
    "plugin": ("list", "enable", "disable", "configure"),
    **dict.fromkeys(("cluster", "minigrid", "village", "tariff", "target"), CARE),
    **dict.fromkeys(("connection_group", "connection_type", "commission_type"), CARE),
}
ACTIONS = {f"{noun}:{verb}" for noun, verbs in PROTECTED.items() for verb in verbs}


def unlock(browser, password=PAGES, next="/users", **more):
    return browser.post("/unlock", {"password": password, "next": next}, **more)


def asks(answer) -> bool:
    """Whether the prompt is shown in place of the page."""
    return answer.status_code == 303 and answer.location.startswith("/unlock")


def change(browser, password=OTHER, again=None, **more):
    form = {"password": password, "password_again": password if again is None else again}
    return browser.post(SETTING, form | more)


def protected_pages(app, world, method):
    """Each address of the console that needs one of ACTIONS, of the things of ziwa."""
    ids = {
        "user": world.id(CLERK),
        "cluster": "ziwa-east",
        "minigrid": "mg-z1",
        "village": "kaskazi",
    }
    for rule in app.url_map.iter_rules():
        need = needs(app)[rule.endpoint]
        if method not in rule.methods or not need.action:
            continue
        for values in parts(rule):
            action, on = need.action.format(**values), need.on.format(**values)
            if action in ACTIONS:
                named = dict.fromkeys(rule.arguments, ids.get(on, "something")) | values
                yield action, rule.build(named)[1]
