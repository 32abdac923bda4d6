"""What is for administrators, on the web, and what the field does in the app (R8-R13)."""

import pytest

from authz.administration import records
from authz.administration.desk import Refused
from authz.storage import clients, tenants
from authz.storage.events import SERVICE
from tests.administration.names import AMINA, GRACE, JUMA, NEWCOMER, REHEMA, SALUM
from tests.api.doors import Client, question
from tests.requirements.metering import App, held
from tests.requirements.minigrid import PWANI, told

COMPANY = f"tenant:{PWANI}"
ADMINISTRATORS, OTHERS = (AMINA, JUMA), (GRACE, SALUM, REHEMA, NEWCOMER)
SETTINGS = {
    "/settings": {"name": "Pwani Grids", "country": "TZ"},
    "/settings/sms_gateway": {"url": "https://sms.example", "sender": "PWANI"},
    "/settings/map": {"provider": "OpenStreetMap", "zoom": "9"},
    "/settings/mail": {"sender_name": "Pwani", "reply_to": "office@pwani.example"},
}
#: Noun -> what administrators do with it.
CARE = ("create", "update", "delete")
CONFIGURED = ("tariff", "target", "connection_group", "connection_type", "commission_type")
PLACES = ("cluster", "minigrid", "village")
#: What is done on the web alone, as the documents list it; all of the company.
ADMINISTRATION = (
    *("settings:read", "settings:update", "sms_gateway:update", "map:update"),
    *("mail:update", "ppp:read", "ppp:update"),
    *(f"{noun}:{verb}" for noun in CONFIGURED for verb in CARE),
    *(f"{noun}:{verb}" for noun in PLACES for verb in CARE),
    *("user:list", "user:read", "user:create", "role:list", "role:read"),
    *("api_client:list", "api_client:create", "api_client:revoke"),
    *("plugin:list", "plugin:enable", "plugin:disable", "plugin:configure"),
    *("queue_dashboard:read", "event:list", "event:read", "access:explain"),
)
#: The same of another person.
OF_PEOPLE = (
    *("user:update", "user:set_password", "user:delete", "user:demote"),
    "user:read",
)
#: What the form of a new customer and the work in the field take.
FIELD_WORK = (
    *("tariff:read", "connection_type:read", "connection_group:read", "location:read"),
    *("customer:list", "ticket:list", "asset:list"),
)


def key_of(app, world, name, channel, scopes=("decision:check",)) -> Client:
    """An app with a key of its own, and the channel that it speaks for."""
    _, key = clients.create(
        world.database, PWANI, name, set(scopes), actor=SERVICE, channel=channel
    )
    return Client(app.client.door, key.text)


# R8: company-wide settings.


@pytest.mark.parametrize("who", ADMINISTRATORS)
def test_r08_an_administrator_changes_the_settings_of_the_company(logged_in, who):
    browser = logged_in(who)
    assert 'href="/settings"' in browser.get("/").text
    for path, form in SETTINGS.items():
        sent = form | {"version": held(browser, path)}
        assert browser.post(path, sent).status_code == 303, path
        page = browser.get(path).text
        assert all(f'"{value}"' in page for value in form.values()), path


@pytest.mark.parametrize("who", OTHERS)
def test_r08_nobody_else_reads_or_changes_them(world, logged_in, who):
    browser, before = logged_in(who), tenants.find_tenant(world.database, PWANI).revision
    assert 'href="/settings' not in browser.get("/").text
    for path, form in SETTINGS.items():
        assert browser.get(path).status_code == 403, path
        assert browser.post(path, form).status_code == 403, path
    assert tenants.find_tenant(world.database, PWANI).revision == before


# R9: tariffs and targets.


@pytest.mark.parametrize("type", CONFIGURED)
def test_r09_administrators_keep_tariffs_and_targets_and_nobody_else_does(world, type):
    app = App(world, PWANI)
    made = records.create(
        world.desk(JUMA), type, attributes={}, details={"name": "Evening"}
    )
    asked = [
        (f"{type}:create", COMPANY),
        *((f"{type}:{verb}", f"{type}:{made.id}") for verb in ("update", "delete")),
    ]
    for who in (*ADMINISTRATORS, *OTHERS):
        answers = list(app.decides_all([(who, *one) for one in asked]))
        assert answers == [who in ADMINISTRATORS] * 3, who
    for attempt in (
        lambda desk: records.create(desk, type, attributes={}, details={"name": "X"}),
        lambda desk: records.update(desk, type, made.id, details={"name": "X"}),
        lambda desk: records.delete(desk, type, made.id),
    ):
        for who in OTHERS:
            with pytest.raises(Refused):
                attempt(world.desk(who))
    records.delete(world.desk(AMINA), type, made.id)


@pytest.mark.parametrize("who", ADMINISTRATORS)
def test_r09_an_administrator_adds_changes_and_deletes_them_on_their_pages(logged_in, who):
    browser = logged_in(who)
    for type in CONFIGURED:
        start = f"/records/{type}"
        form = {"name": f"New {type}", "id": f"new-{type}"}
        assert browser.post(f"{start}/add", form).status_code == 303, type
        assert f"New {type}" in browser.get(start).text
        edit, delete = (f"{start}/new-{type}/{page}" for page in ("edit", "delete"))
        new = {"name": f"Other {type}", "version": held(browser, edit)}
        assert browser.post(edit, new).status_code == 303, type
        assert f"Other {type}" in browser.get(start).text
        sure = {"sure": "yes", "version": held(browser, delete)}
        assert browser.post(delete, sure).status_code == 303, type
        assert browser.get(edit).status_code in (403, 404)


@pytest.mark.parametrize("who", OTHERS)
def test_r09_their_pages_are_closed_to_all_others(world, logged_in, who):
    browser, desk = logged_in(who), world.desk(AMINA)
    for type in CONFIGURED:
        records.create(desk, type, id="evening", attributes={}, details={"name": "Evening"})
        before = records.find(desk, type, "evening")
        assert f'href="/records/{type}"' not in browser.get("/").text
        for page in ("", "/add", "/evening/edit", "/evening/delete"):
            assert browser.get(f"/records/{type}{page}").status_code == 403, page
            if page:
                form = {"name": "Mine", "sure": "yes"}
                sent = browser.post(f"/records/{type}{page}", form)
                assert sent.status_code == 403, page
        assert records.find(desk, type, "evening") == before


def test_r09_tariffs_stay_readable_for_whoever_registers_customers(world):
    app = App(world, PWANI)
    readers = [who for who in OTHERS if app.decides(who, "tariff:read", COMPANY)]
    assert readers == [GRACE, SALUM, REHEMA]


# R10: villages, mini-grids, clusters.


@pytest.mark.parametrize("who", ADMINISTRATORS)
def test_r10_an_administrator_adds_a_cluster_a_mini_grid_and_a_village(logged_in, who):
    browser, above = logged_in(who), ""
    for kind in PLACES:
        add = f"/locations/{kind}/add"
        form = {"name": f"New {kind}", "id": f"new-{kind}", "parent": above}
        assert browser.post(add, form).status_code == 303, kind
        assert f"New {kind}" in browser.get(f"/locations/{kind}").text
        above = f"new-{kind}"


@pytest.mark.parametrize("who", [GRACE, SALUM, REHEMA])
def test_r10_nobody_else_does(world, logged_in, who):
    browser, before = logged_in(who), tenants.find_tenant(world.database, PWANI).revision
    for kind, id in (("cluster", "mafia"), ("minigrid", "mg-wete")):
        assert browser.get(f"/locations/{kind}").status_code == 200
        for page in ("add", f"{id}/edit", f"{id}/delete"):
            assert browser.get(f"/locations/{kind}/{page}").status_code == 403, page
            form = {"name": "Mine", "sure": "yes"}
            sent = browser.post(f"/locations/{kind}/{page}", form)
            assert sent.status_code == 403, page
    assert tenants.find_tenant(world.database, PWANI).revision == before


@pytest.mark.parametrize(
    ("kind", "parent"),
    [
        *(("village", ""), ("village", "nowhere"), ("village", "mafia")),
        *(("village", "mg-z1"), ("village", "mg-wete\x00"), ("minigrid", "")),
        *(("minigrid", "ziwa-east"), ("minigrid", "mg-wete"), ("minigrid", "*")),
    ],
)
def test_r10_what_would_lie_nowhere_is_422(world, logged_in, kind, parent):
    browser, before = logged_in(JUMA), tenants.find_tenant(world.database, PWANI).revision
    answer = browser.post(f"/locations/{kind}/add", {"name": "Utende", "parent": parent})
    assert answer.status_code == 422
    assert 'id="parent-error"' in answer.text
    assert 'value="Utende"' in answer.text
    assert tenants.find_tenant(world.database, PWANI).revision == before


# R11, R12: no administration in an app, whoever holds it.


@pytest.mark.parametrize("who", ADMINISTRATORS)
def test_r11_in_the_app_not_even_an_owner_administers(world, who):
    app = App(world, PWANI)
    for channel, may in (("web", True), ("android", False)):
        for action in ADMINISTRATION:
            assert app.decides(who, action, COMPANY, channel) is may, (action, channel)
        for action in OF_PEOPLE:
            person = f"user:{world.id(SALUM)}"
            assert app.decides(who, action, person, channel) is may, (action, channel)


def test_r12_the_channel_of_an_app_is_that_of_its_key_whatever_it_says(world):
    app = App(world, PWANI)
    asked = question(f"user:{AMINA}", "settings:update", COMPANY)
    web = question(f"user:{AMINA}", "settings:update", COMPANY, channel="web")
    for channel, may in (("android", False), ("api", False), ("web", True)):
        one = key_of(app, world, f"the {channel} app", channel)
        assert one.decides(asked) is may
        for headers in ({"x_channel": "web"}, {"user_agent": "Mozilla/5.0 (X11)"}):
            reply = one.ask(asked, **headers)
            assert reply.json["decision"] is may
        said = one.ask(web)
        assert said.json.get("decision", False) is may


@pytest.mark.parametrize(
    "channel", ["", "Web", "WEB", "web ", "browser", "ｗｅｂ", "unknown"]
)
def test_r12_a_channel_that_is_not_the_web_is_not_the_web(world, channel):
    asked = question(f"user:{AMINA}", "settings:update", COMPANY, channel=channel)
    reply = App(world, PWANI).client.ask(asked)
    assert reply.json.get("decision", False) is False


def test_r12_no_channel_at_all_is_not_the_web(world):
    app = App(world, PWANI)
    one = key_of(app, world, "somebody", None)
    assert one.decides(question(f"user:{AMINA}", "settings:update", COMPANY)) is False
    assert one.decides(question(f"user:{AMINA}", "customer:create", "cluster:mafia"))


# R13: the field still works from the app.


@pytest.mark.parametrize("who", [SALUM, REHEMA, AMINA])
def test_r13_the_field_registers_customers_and_tickets_from_the_app(world, who):
    app = App(world, PWANI)
    for action in FIELD_WORK:
        assert app.decides(who, action, COMPANY, "android"), action
    for action, resource in (
        *(
            ("customer:create", "cluster:mafia"),
            ("customer:create", "village:mafia-village"),
        ),
        *(("customer:update", "customer:cust-1"), ("ticket:create", "customer:cust-1")),
        *(("ticket:create", "cluster:mafia"), ("ticket:comment", "ticket:t-1")),
        *(("location:read", "minigrid:mg-mafia"), ("asset:assign", "asset:meter-100")),
    ):
        assert app.decides(who, action, resource, "android"), (action, resource)


@pytest.mark.parametrize("who", [SALUM, REHEMA, AMINA])
def test_r13_d9_what_is_not_collecting_data_is_done_on_the_web(world, who):
    app = App(world, PWANI)
    for action, resource in (
        *(("customer:delete", "customer:cust-1"), ("asset:delete", "asset:meter-100")),
        *(("customer:import", "cluster:mafia"), ("asset:import", "cluster:mafia")),
    ):
        assert told(app, who, action, resource, channel="android") == []
        assert told(app, who, action, resource) == [resource]


def test_r13_a_customer_of_another_cluster_is_not_registered_from_the_app_either(world):
    app = App(world, PWANI)
    assert not app.decides(SALUM, "customer:create", "cluster:pemba", "android")
    assert not app.decides(SALUM, "ticket:create", "customer:cust-3", "android")
    assert not app.decides(NEWCOMER, "customer:create", "cluster:mafia", "android")
