"""Roles of a mini-grid company: who may do what, and what of it a page shows
(R23, R26-R30, R32-R35).
"""

import re
import shutil

import pytest

from authz.administration import matrix
from authz.decisions.active import ActivePolicies
from tests.administration.names import (
    AMINA,
    GRACE,
    JUMA,
    NEEMA,
    NEWCOMER,
    OTIENO,
    REHEMA,
    SALUM,
)
from tests.console.conftest import Browser
from tests.console.test_route_table import PERSONAL, PUBLIC
from tests.policies.test_minigrid_table import MINIGRID_CELLS
from tests.requirements.metering import App, account, row_of, set_access
from tests.requirements.minigrid import (
    PETER,
    PWANI,
    ROLES,
    RULES,
    answers,
    load,
    without_lines,
)
from tests.shipped import POLICIES, shipped
from webapp.console.needs import needs

COMPANY = f"tenant:{PWANI}"
#: Role -> who has it in the sample company, and nothing that narrows it.
WHO = dict(zip(ROLES, (AMINA, JUMA, GRACE, REHEMA), strict=True))
#: The twelve areas of the documents -> what is done in them.
AREAS = {
    "users": ("user:list", "user:create"),
    "roles": ("role:list", "role:read"),
    "settings": ("settings:update", "sms_gateway:update", "tariff:create"),
    "settings.api-keys": ("api_client:list", "api_client:create", "api_client:revoke"),
    "plugins": ("plugin:list", "plugin:enable", "plugin:disable", "plugin:configure"),
    "customers": ("customer:list", "customer:create", "customer:update"),
    "assets": ("asset:list", "asset:create", "asset:assign"),
    "tickets": ("ticket:list", "ticket:create", "ticket:close"),
    "payments": ("payment:list", "payment:create"),
    "transactions": ("transaction:list", "transaction:refund"),
    "reports": ("report:list", "report:download"),
    "exports": ("export:run",),
}
#: What is carried besides: the care of people by their role, the queue, and to look.
BEYOND = {"users.manage-admin", "users.manage-owner", "horizon", "events", "access"}
FIELD = {"customers", "assets", "tickets"}
FINANCE = FIELD | {"payments", "transactions", "reports", "exports"}
OPENS = dict(zip(ROLES, (set(AREAS), set(AREAS), FINANCE, FIELD), strict=True))
#: Page of the console -> the roles that open it.
EVERYBODY, ADMINISTRATORS = set(ROLES), {"owner", "admin"}
PAGES = {
    **dict.fromkeys(("/", "/profile", "/profile/security"), EVERYBODY),
    **dict.fromkeys(("/locations/cluster", "/locations/village"), EVERYBODY),
    **dict.fromkeys(("/users", "/users/add", "/roles", "/explain"), ADMINISTRATORS),
    **dict.fromkeys(("/who-can", "/events", "/events.csv", "/clients"), ADMINISTRATORS),
    **dict.fromkeys(("/clients/add", "/settings", "/settings/map"), ADMINISTRATORS),
    **dict.fromkeys(("/settings/plugins", "/settings/mail"), ADMINISTRATORS),
    **dict.fromkeys(("/locations/cluster/add",), ADMINISTRATORS),
    **dict.fromkeys(("/settings/protected-pages", "/settings/sms_gateway"), ADMINISTRATORS),
    **dict.fromkeys(("/units", "/reports", "/monitoring", "/reach"), set()),
    **dict.fromkeys(("/organizations/consumer", "/organizations/supply_company"), set()),
}
ALL_THREE = {"permissions", "edit", "delete"}


def log_in(app, email):
    browser = Browser(app)
    assert browser.log_in(email).status_code == 303
    return browser


def opened(app, who: str) -> set[str]:
    """The areas in which the person may do all that belongs to them."""
    asked = [(who, action, COMPANY) for actions in AREAS.values() for action in actions]
    told = zip(asked, answers(app, asked), strict=True)
    may = {action for (_, action, _), yes in told if yes}
    return {area for area, actions in AREAS.items() if may.issuperset(actions)}


def carried(role: str) -> set[str]:
    """The permissions that a role carries by itself."""
    return {name for _, name in shipped().rows("role_permission", role, None)}


def controls(page: str, name: str) -> set[str]:
    """The actions that the list of users offers beside a person."""
    return set(re.findall(r'href="/users/[^/"]+/(\w+)"', row_of(page, name)))


# R23: rules decide, and a line of them is enough.


def test_r23_a_line_less_in_a_file_is_a_right_less_with_the_next_question(world, tmp_path):
    directory = tmp_path / "policies"
    shutil.copytree(POLICIES, directory)
    policies = ActivePolicies(directory, load)
    app, file = App(world, PWANI, policies), directory / RULES
    before = file.read_text("utf-8")
    for text, may in ((before, True), (without_lines(before), False), (before, True)):
        file.write_text(text, "utf-8")
        policies.reload()
        assert app.decides(GRACE, "payment:create", COMPANY) is may
        assert app.decides(JUMA, "user:list", COMPANY) is may
        assert app.decides(GRACE, "report:list", COMPANY)
        assert app.decides(AMINA, "payment:create", COMPANY)


def test_r23_the_pages_follow_the_same_lines(thin):
    browser = log_in(thin, JUMA)
    assert 'href="/users"' not in browser.get("/").text
    assert browser.get("/users").status_code == 403
    assert browser.get("/settings").status_code == 200
    assert log_in(thin, AMINA).get("/users").status_code == 200


# R26: every route declares what it needs; four roles and all that there is.


def test_r26_no_page_is_open_that_says_nothing_of_who_may_open_it(app):
    undeclared = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint in needs(app)
        and not needs(app)[rule.endpoint].action
        and rule.endpoint not in PUBLIC | PERSONAL
    }
    assert undeclared == set()


@pytest.mark.parametrize("role", ROLES)
def test_r26_each_role_is_told_what_the_table_of_the_documents_says(world, role):
    of_company = shipped().schema.types["tenant"].actions
    cells = [cell for cell in MINIGRID_CELLS if cell[0] == role and cell[1] in of_company]
    told = answers(App(world, PWANI), [(WHO[role], cell[1], COMPANY) for cell in cells])
    assert len(told) > 80
    assert dict(zip([cell[1] for cell in cells], told, strict=True)) == {
        cell[1]: cell[2] for cell in cells
    }


# R27: a page shows what its reader may do.


@pytest.mark.parametrize("role", ROLES)
def test_r27_an_address_that_is_typed_is_answered_as_the_menu_says(logged_in, role):
    browser = logged_in(WHO[role])
    menu = browser.get("/").text.partition('<nav id="nav"')[2].partition("</nav>")[0]
    for path, may in PAGES.items():
        answer = browser.get(path)
        assert answer.status_code == (200 if role in may else 403), path
        if role not in may:
            assert '<h1 id="error">' in answer.text
            assert f'href="{path}"' not in menu, path


def test_r27_beside_each_person_stands_what_the_reader_may_do_to_them(logged_in):
    staff = ("Grace Mushi", "Salum Omar", "Rehema Ali", "Peter Kimaro", "New Hire")
    for who, expected in (
        (
            JUMA,
            {"Amina Said": set(), "Juma Ally": {"edit"}}
            | {"Neema Paul": {"permissions", "edit"}}
            | dict.fromkeys(staff, ALL_THREE),
        ),
        (
            AMINA,
            {"Amina Said": {"edit"}}
            | dict.fromkeys(("Juma Ally", "Neema Paul", *staff), ALL_THREE),
        ),
    ):
        page = logged_in(who).get("/users").text
        assert {name: controls(page, name) for name in expected} == expected, who


def test_r27_what_is_not_shown_is_refused_when_its_address_is_typed(world, logged_in):
    browser = logged_in(JUMA)
    for email, closed in ((AMINA, ALL_THREE), (NEEMA, {"delete"}), (JUMA, {"delete"})):
        for page in ALL_THREE - {"permissions"}:
            expected = 403 if page in closed else 200
            path = f"/users/{world.id(email)}/{page}"
            assert browser.get(path).status_code == expected, path


@pytest.mark.parametrize("who", [GRACE, SALUM])
def test_r27_a_page_that_is_partly_allowed_shows_that_part(logged_in, who):
    page = logged_in(who).get("/locations/village").text
    assert "Jibondo Village" in page
    for control in ("/add", "/edit", "/delete"):
        assert f'{control}"' not in page.partition("<main")[2], control
    assert "/locations/village/add" in logged_in(JUMA).get("/locations/village").text


def test_r27_who_has_settings_without_plugins_sees_the_settings_alone(thin):
    browser = log_in(thin, JUMA)
    page = browser.get("/settings").text
    assert 'href="/settings/map"' in page
    assert 'href="/settings/plugins"' not in page
    assert browser.get("/settings/plugins").status_code == 403


@pytest.mark.parametrize("role", ROLES)
def test_r27_r32_r34_the_lists_of_daily_work_are_those_of_the_areas(logged_in, role):
    browser = logged_in(WHO[role])
    for noun in ("customer", "asset", "ticket", "payment", "transaction"):
        may = f"{noun}s" in OPENS[role]
        path = f"/records/{noun}"
        assert (f'href="{path}"' in browser.get("/").text) is may, noun
        assert browser.get(path).status_code == (200 if may else 403), noun


# R28: four roles are built in.


def test_r28_a_company_that_registers_has_the_four_roles(app):
    browser = Browser(app)
    form = {
        "company": "Sola Energy",
        "company_email": "office@sola.example",
        "name": "Sara",
        "email": "sara@sola.example",
        "password": "sunshine2026",
        "timezone": "Africa/Lusaka",
    }
    assert browser.post("/register", form, page="/register").status_code == 303
    browser.log_in("sara@sola.example", "sunshine2026")
    page = browser.get("/roles").text
    for role in ("Owner", "Admin", "Financial Manager", "User"):
        assert f">{role}<" in page, role
    newer = {**form, "email": "two@sola.example", "name": "Two", "language": "en"}
    assert browser.post("/users/add", newer).status_code == 303
    found = browser.get("/users?q=two@sola.example").text
    person = re.search(r'href="/users/([^/"]+)/permissions"', found)[1]
    offered = browser.get(f"/users/{person}/permissions").text
    assert re.findall(r'name="roles" value="([^"]+)"', offered) == list(ROLES)


@pytest.mark.parametrize(
    "role", ["king", "Owner", "OWNER", "owner ", "platform_admin", "operator", "x" * 500]
)
def test_r28_a_role_that_there_is_not_is_422(world, logged_in, role):
    before = account(world, NEWCOMER)
    answer = set_access(logged_in(AMINA), world, NEWCOMER, roles=role)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert account(world, NEWCOMER) == before


def test_r28_no_company_renames_or_deletes_a_role(app, world, logged_in):
    known = {
        rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/role")
    }
    assert known == {"/roles"}
    browser = logged_in(AMINA)
    for path in ("/roles", "/roles/owner", "/roles/owner/delete"):
        assert browser.post(path, {"name": "king"}).status_code in (404, 405)
    types = shipped().schema.types
    verbs = {action for type in types.values() for action in type.actions}
    assert {one for one in verbs if one.startswith("role:")} == {
        *("role:list", "role:read", "role:assign")
    }
    assert {role.id for role in matrix.matrix(world.desk(AMINA)).roles} == set(ROLES)


# R29, R30: owner and admin.


def test_r29_an_owner_does_everything_on_the_web(world):
    app = App(world, PWANI)
    assert opened(app, AMINA) == set(AREAS)
    for other in (JUMA, GRACE, SALUM, NEWCOMER):
        for action in ("update", "set_password", "demote", "delete"):
            assert app.decides(AMINA, f"user:{action}", f"user:{world.id(other)}"), other
    assert carried("owner") == set(AREAS) | BEYOND


def test_r30_an_admin_does_everything_but_look_after_owners(world):
    app = App(world, PWANI)
    assert opened(app, JUMA) == set(AREAS)
    assert carried("owner") - carried("admin") == {"users.manage-owner"}
    for action in ("update", "set_password", "demote", "delete"):
        assert not app.decides(JUMA, f"user:{action}", f"user:{world.id(AMINA)}"), action


# R32-R34: money, and the field.


@pytest.mark.parametrize("role", ["financial-manager", "user"])
def test_r32_r33_r34_each_opens_its_areas_and_no_other(world, role):
    app = App(world, PWANI)
    assert opened(app, WHO[role]) == OPENS[role]


def test_r32_who_has_two_roles_opens_the_areas_of_both(world):
    assert opened(App(world, PWANI), PETER) == FINANCE


@pytest.mark.parametrize("role", ["financial-manager", "user"])
def test_r33_r34_none_of_it_is_reached_by_a_form_either(world, logged_in, role):
    browser, person = logged_in(WHO[role]), world.id(NEWCOMER)
    before = account(world, NEWCOMER)
    for path, form in {
        "/users/add": {"email": "x@pwani.example", "name": "X", "password": "x" * 9},
        f"/users/{person}/edit": {"name": "Other"},
        f"/users/{person}/permissions": {"roles": role},
        f"/users/{person}/delete": {"sure": "yes"},
        "/settings": {"name": "Mine"},
        "/settings/map": {"provider": "mine"},
        "/settings/protected-pages": {"off": "yes"},
        "/settings/plugins/prospect/disable": {},
        "/clients/add": {"name": "mine", "scopes": "decision:check"},
        "/events/verify": {},
    }.items():
        assert browser.post(path, form).status_code == 403, path
    assert account(world, NEWCOMER) == before


def test_r34_a_user_touches_no_money(world):
    app = App(world, PWANI)
    for action in (
        *("payment:list", "payment:read", "payment:create", "transaction:list"),
        *("transaction:refund", "report:list", "report:download", "export:run"),
    ):
        for who in (REHEMA, SALUM):
            assert not app.decides(who, action, COMPANY), action


# R35: the twelve areas, and what is none.


def test_r35_the_twelve_areas_exist_and_each_is_needed_by_something():
    needed = {
        permission for _, permission in shipped().rows("needs_permission", None, None)
    }
    given = {name for _, name in shipped().rows("role_permission", None, None)}
    assert len(AREAS) == 12
    assert set(AREAS) <= needed & given
    for area, actions in AREAS.items():
        for action in actions:
            assert shipped().rows("needs_permission", action, None) == [(action, area)]


@pytest.mark.parametrize("who", [AMINA, JUMA, GRACE, REHEMA, SALUM, NEWCOMER])
def test_r35_appliances_are_assets_by_another_name(world, who):
    app = App(world, PWANI)
    for verb in ("list", "create", "assign", "delete", "import"):
        for channel in ("web", "android"):
            told = [
                app.decides(who, f"{noun}:{verb}", COMPANY, channel)
                for noun in ("asset", "appliance")
            ]
            assert told[0] == told[1], (verb, channel)


@pytest.mark.parametrize(
    "action",
    [
        *("galaxy:conquer", "customers", "users", "user:", ":", "user:list:all", "*"),
        *("USER:LIST", "user:list ", "appliances", "x" * 250, "__class__", "юзер:лист"),
    ],
)
def test_r35_what_is_not_known_is_denied_as_unknown(world, action):
    app = App(world, PWANI)
    asked = {
        "subject": {"type": "user", "id": AMINA},
        "action": {"name": action},
        "resource": {"type": "tenant", "id": PWANI},
        "context": {"channel": "web"},
        "options": {"explain": "reasons"},
    }
    reply = app.send("/access/v1/evaluation", asked)
    assert reply.status == 200, reply.body
    assert reply.json["decision"] is False
    assert reply.json["context"]["reason"] == "unknown"


def test_r35_the_old_name_is_a_permission_of_a_person_too(world, logged_in):
    page = logged_in(AMINA).get(f"/users/{world.id(REHEMA)}").text
    assert "appliance:list" in page
    assert "asset:list" in page


def test_r35_nobody_of_a_company_with_the_pages_locked_is_told_500(world):
    app = App(world, "ziwa")
    asked = [(OTIENO, action, "tenant:ziwa") for some in AREAS.values() for action in some]
    assert len(answers(app, asked)) == len(asked)
