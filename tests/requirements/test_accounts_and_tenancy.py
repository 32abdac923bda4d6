"""Accounts of a company: who has one, how far it reaches, and its cluster (R1-R7)."""

import re

import pytest

from authz.administration import records
from authz.administration.desk import Refused
from authz.errors import NotFound
from authz.storage import tenants
from tests.administration.conftest import PASSWORD
from tests.administration.names import (
    AMINA,
    GRACE,
    JUMA,
    NEWCOMER,
    OTIENO,
    REHEMA,
    ROOT,
    SALUM,
)
from tests.requirements.metering import App, account, held, new_events, set_access
from tests.requirements.minigrid import (
    KEVIN,
    LOOK,
    PETER,
    PUBLIC,
    PWANI,
    SARA,
    ZIWA,
    addresses,
    answers,
    emails,
    logins,
    shown,
    told,
)
from tests.shipped import shipped

CUSTOMERS = ("customer:cust-1", "customer:cust-2", "customer:cust-3")
ASSETS, TICKETS = ("asset:meter-100", "asset:shs-7"), ("ticket:t-1", "ticket:t-2")


# R1: whoever needs the system has an account.


def test_r01_nobody_is_led_to_the_login_from_every_page(app, browser):
    pages = dict(addresses(app, "GET"))
    assert len(pages) > 40
    for rule, address in pages.items():
        if rule in PUBLIC | LOOK:
            continue
        answer = browser.get(address)
        assert answer.status_code == 303, rule
        assert answer.location.startswith("/login"), rule


def test_r01_nobody_changes_anything_with_a_form_of_the_login(world, app, browser):
    token, before = browser.token(), tenants.find_tenant(world.database, PWANI).revision
    for rule, address in addresses(app, "POST"):
        if rule in PUBLIC | LOOK:
            continue
        answer = browser.send(address, {"csrf_token": token, "sure": "yes"})
        assert answer.status_code == 303, rule
        assert answer.location.startswith("/login"), rule
    assert tenants.find_tenant(world.database, PWANI).revision == before


def test_r01_the_login_and_what_leads_to_it_are_open(browser):
    for path in PUBLIC - {"/login/code", "/reset/<token>"}:
        assert browser.get(path).status_code == 200, path


@pytest.mark.parametrize("key", [None, "", "gh_nothing", f"gh_{'0' * 16}_{'0' * 64}"])
def test_r01_an_app_without_its_key_is_answered_401(world, key):
    app = App(world, PWANI)
    sent = None if key is None else f"Bearer {key}"
    for path in ("evaluation", "evaluations", "search/subject", "search/resource"):
        reply = app.client.send(b"{}", path=f"/access/v1/{path}", authorization=sent)
        assert reply.status == 401, path
        assert "www-authenticate" in reply.headers, path


def test_r01_who_was_given_an_account_logs_in(app, logged_in):
    assert logins(app, SARA["email"], SARA["password"]) == [401]
    assert logged_in(JUMA).post("/users/add", SARA).status_code == 303
    assert logins(app, SARA["email"], "mainland2025", "", SARA["password"]) == [
        *(401, 401, 303)
    ]


# R3: an account is personal.


def test_r03_one_e_mail_is_one_person(world, logged_in):
    browser, before = logged_in(AMINA), emails(world, PWANI)
    for email in (GRACE, GRACE.upper(), f" {GRACE} "):
        answer = browser.post("/users/add", SARA | {"email": email})
        assert answer.status_code == 409
    assert emails(world, PWANI) == before


@pytest.mark.parametrize("name", ["", "pwani", "Pwani Mini-Grids", "office@pwani.example"])
def test_r03_there_is_no_login_of_a_whole_company(app, name):
    assert logins(app, name, PASSWORD) == [401]


def test_r03_what_is_done_names_the_one_account_that_did_it(world, logged_in):
    for who in (AMINA, JUMA):
        since = len(world.events(PWANI))
        browser = logged_in(who)
        form = {"name": f"Seen by {who}", "version": held(browser, "/settings")}
        assert browser.post("/settings", form).status_code == 303
        assert {one.actor_label for one in new_events(world, since, PWANI)} == {who}
        assert {one.actor_id for one in new_events(world, since, PWANI)} == {world.id(who)}


def test_r03_sessions_at_the_same_time_are_counted_and_can_be_ended(logged_in):
    here, there, third = (logged_in(GRACE) for _ in range(3))
    page = here.get("/profile").text
    others = re.findall(r"/profile/sessions/([0-9a-f]+)/end", page)
    assert (len(set(others)), page.count("This one")) == (2, 1)
    assert here.post("/profile/sessions/end").status_code == 303
    assert [one.get("/profile").status_code for one in (here, there, third)] == [
        *(200, 303, 303)
    ]


# R5: only the own company's data.


def test_r05_a_person_of_another_company_is_answered_as_nobody_is(world, logged_in):
    browser = logged_in(AMINA)
    theirs, nobody = world.id(KEVIN), "u_0000000000000000"
    for page in ("", "/edit", "/permissions", "/delete"):
        pages = [
            shown(browser.get(f"/users/{id}{page}"), id, KEVIN) for id in (theirs, nobody)
        ]
        assert pages[0] == pages[1], page
        assert pages[0][0] == 404, page
    before = tenants.find_tenant(world.database, ZIWA).revision
    for page in ("/edit", "/permissions", "/delete"):
        for id in (theirs, nobody):
            form = {"sure": "yes", "name": "Taken", "roles": "owner"}
            assert browser.post(f"/users/{id}{page}", form).status_code == 404, page
    assert tenants.find_tenant(world.database, ZIWA).revision == before


@pytest.mark.parametrize(
    ("kind", "theirs"), [("cluster", "ziwa-east"), ("minigrid", "mg-z1")]
)
def test_r05_a_place_of_another_company_is_answered_as_none(logged_in, kind, theirs):
    browser = logged_in(AMINA)
    for page in ("edit", "delete"):
        pages = [
            shown(browser.get(f"/locations/{kind}/{id}/{page}"), id)
            for id in (theirs, "no-such")
        ]
        assert pages[0] == pages[1]
        assert pages[0][0] in (403, 404)
        form = {"name": "Taken", "sure": "yes"}
        taken = browser.post(f"/locations/{kind}/{theirs}/{page}", form)
        assert taken.status_code in (403, 404)


def test_r05_a_customer_of_another_company_is_answered_as_none(world):
    desk = world.desk(AMINA)
    for attempt in (
        lambda id: records.find(desk, "customer", id),
        lambda id: records.update(desk, "customer", id, details={"name": "Taken"}),
        lambda id: records.delete(desk, "customer", id),
    ):
        said = []
        for id in ("zcust-1", "no-such"):
            with pytest.raises((Refused, NotFound)) as refused:
                attempt(id)
            said.append((type(refused.value), str(refused.value).replace(id, "")))
        assert said[0] == said[1]
    assert records.find(world.desk(OTIENO), "customer", "zcust-1").details["name"]


def test_r05_no_list_holds_anything_of_another_company(world, logged_in):
    browser = logged_in(AMINA)
    for path in (
        *("/users?show=deleted", "/users", "/events", "/events.jsonl", "/clients"),
        *("/locations/cluster", "/locations/minigrid", "/locations/village", "/who-can"),
    ):
        text = browser.get(path).text
        assert "<html" in text or path.endswith(".jsonl"), path
        for theirs in ("ziwa", "Ziwa", "Otieno", "Kaskazi", "gasmeter", "Hududgaz"):
            assert theirs not in text, (path, theirs)
    listed = records.page(world.desk(AMINA), "customer").listed
    assert {one.thing.id for one in listed} == {"cust-1", "cust-2", "cust-3"}


def test_r05_a_tenant_that_somebody_writes_into_a_form_or_a_header_is_ignored(
    world, logged_in
):
    browser, theirs = logged_in(AMINA), emails(world, ZIWA)
    more = {"tenant": ZIWA, "tenant_id": ZIWA, "company": ZIWA, "X-Tenant": ZIWA}
    headers = {"X-Tenant": ZIWA, "X-Tenant-ID": ZIWA, "X-Company": ZIWA}
    answer = browser.post(f"/users/add?tenant={ZIWA}", SARA | more, headers=headers)
    assert answer.status_code == 303
    assert SARA["email"] in emails(world, PWANI)
    assert emails(world, ZIWA) == theirs
    page = browser.get(f"/users?tenant={ZIWA}&tenant_id={ZIWA}", headers=headers).text
    assert AMINA in page
    assert OTIENO not in page


def test_r05_an_app_of_one_company_is_told_no_of_everything_of_another(world):
    app = App(world, PWANI)
    for who in (AMINA, OTIENO, ROOT):
        for action, resource in (
            ("user:list", "tenant:ziwa"),
            ("settings:read", "tenant:ziwa"),
            ("user:read", f"user:{world.id(KEVIN)}"),
            ("customer:read", "customer:zcust-1"),
            ("customer:list", "cluster:ziwa-east"),
        ):
            assert not app.decides(who, action, resource), (who, action)


def test_r05_an_app_cannot_say_that_somebody_is_of_another_company(world):
    app = App(world, PWANI)
    asked = {
        "subject": {
            "type": "user",
            "id": OTIENO,
            "properties": {"tenant": PWANI, "roles": ["owner"], "status": "active"},
        },
        "action": {"name": "settings:read"},
        "resource": {"type": "tenant", "id": PWANI, "properties": {"tenant": ZIWA}},
        "context": {"channel": "web", "tenant": PWANI},
    }
    assert app.send("/access/v1/evaluation", asked).json["decision"] is False
    asked["subject"]["id"] = AMINA
    assert app.send("/access/v1/evaluation", asked).json["decision"] is True


@pytest.mark.parametrize("tenant", [PWANI, ZIWA])
def test_r05_the_platform_administrator_has_no_power_in_mini_grids(world, tenant):
    app = App(world, tenant)
    actions = shipped().schema.types["tenant"].actions
    assert len(actions) > 100
    asked = [(ROOT, action, f"tenant:{tenant}") for action in sorted(actions)]
    assert not any(answers(app, asked))


# R6: the cluster of a user, which need not be.


def choose(browser, world, **form):
    return set_access(browser, world, NEWCOMER, roles="user", **form)


def test_r06_a_user_is_saved_with_a_cluster_and_without(world, logged_in):
    browser = logged_in(JUMA)
    for form, saved in (
        ({}, {}),
        ({"cluster": "pemba"}, {"cluster": ("pemba",)}),
        ({}, {}),
    ):
        assert choose(browser, world, **form).status_code == 303
        assert account(world, NEWCOMER).bindings == saved
        assert [one.role for one in account(world, NEWCOMER).roles] == ["user"]


@pytest.mark.parametrize(
    "cluster", ["ziwa-east", "nowhere", "mg-mafia", "hududgaz", "a" * 300, "mafia\x00", "*"]
)
def test_r06_a_cluster_that_the_company_has_not_is_422(world, logged_in, cluster):
    before = account(world, NEWCOMER)
    answer = choose(logged_in(JUMA), world, cluster=cluster)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "Ziwa" not in answer.text
    assert account(world, NEWCOMER) == before


def test_r06_the_cluster_that_was_deleted_is_shown_as_gone_and_opens_nothing_more(
    world, logged_in
):
    browser, app = logged_in(AMINA), App(world, PWANI)
    new = {"name": "Zanzibar", "id": "zanzibar"}
    assert browser.post("/locations/cluster/add", new).status_code == 303
    assert choose(browser, world, cluster="zanzibar").status_code == 303
    assert told(app, NEWCOMER, "customer:read", *CUSTOMERS) == []
    path = "/locations/cluster/zanzibar/delete"
    sure = {"sure": "yes", "version": held(browser, path)}
    assert browser.post(path, sure).status_code == 303
    page = browser.get(f"/users/{world.id(NEWCOMER)}/permissions").text
    gone = page.partition('value="zanzibar"')[2].partition("</label>")[0]
    assert "It was deleted." in gone
    assert told(app, NEWCOMER, "customer:read", *CUSTOMERS) == []
    assert choose(browser, world).status_code == 303
    assert told(app, NEWCOMER, "customer:read", *CUSTOMERS) == list(CUSTOMERS)


# R7: the cluster is what one is responsible for.


def test_r07_who_has_a_cluster_sees_what_lies_there(world):
    app = App(world, PWANI)
    assert told(app, SALUM, "customer:read", *CUSTOMERS) == list(CUSTOMERS[:2])
    assert told(app, SALUM, "asset:read", *ASSETS) == [ASSETS[0]]
    assert told(app, SALUM, "ticket:close", *TICKETS) == [TICKETS[0]]
    places = ("cluster:mafia", "cluster:pemba", "minigrid:mg-konde")
    assert told(app, SALUM, "customer:create", *places) == ["cluster:mafia"]


def test_r07_who_has_none_sees_all(world):
    app = App(world, PWANI)
    for action, things in (
        ("customer:read", CUSTOMERS),
        ("asset:read", ASSETS),
        ("ticket:close", TICKETS),
    ):
        assert told(app, REHEMA, action, *things) == list(things)


def test_r07_a_cluster_narrows_nobody_who_looks_after_the_whole_company(world, logged_in):
    browser, app = logged_in(AMINA), App(world, PWANI)
    for who, roles in (
        (JUMA, ["admin"]),
        (GRACE, ["financial-manager"]),
        (PETER, ["user", "financial-manager"]),
        (NEWCOMER, ["owner"]),
    ):
        answer = set_access(browser, world, who, roles=roles, cluster="mafia")
        assert answer.status_code == 303, who
        assert account(world, who).bindings == {"cluster": ("mafia",)}
        assert told(app, who, "customer:read", *CUSTOMERS) == list(CUSTOMERS), who


def test_r07_a_customer_that_moves_is_another_s_with_the_next_question(world):
    app, desk = App(world, PWANI), world.desk(AMINA)
    for cluster, sees in (("pemba", False), ("mafia", True)):
        records.update(desk, "customer", "cust-1", attributes={"cluster": cluster})
        assert app.decides(SALUM, "customer:read", "customer:cust-1") is sees
        listed = records.page(world.desk(SALUM), "customer").listed
        assert ("cust-1" in {one.thing.id for one in listed}) is sees


def test_r07_what_an_app_says_of_the_cluster_of_a_known_customer_counts_for_nothing(world):
    asked = {
        "subject": {"type": "user", "id": SALUM, "properties": {"clusters": ["pemba"]}},
        "action": {"name": "customer:read"},
        "resource": {
            "type": "customer",
            "id": "cust-3",
            "properties": {"cluster": "mafia"},
        },
        "context": {"channel": "web"},
    }
    app = App(world, PWANI)
    assert app.send("/access/v1/evaluation", asked).json["decision"] is False
