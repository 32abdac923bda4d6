"""The other pages: profile, protected pages, events, organizations, settings, keys."""

import re

import pytest

from authz.accounts import second_factor
from authz.storage import people, tenants
from tests.administration.conftest import PASSWORD
from tests.console.conftest import (
    ADMIN,
    AUDITOR,
    FIELD,
    FINANCE,
    OWNER,
    ROOT_ADMIN,
    TECH,
    Browser,
)

ZIWA_OWNER, ZIWA_CLERK, ZIWA_FIELD = (
    "owner@ziwa.example",
    "clerk@ziwa.example",
    "field@ziwa.example",
)
PAGES_PASSWORD = "ziwa-pages-7"
#: Page -> who of the sample tenants may open it.
OPEN = {
    "/": {OWNER, ADMIN, FINANCE, FIELD, ROOT_ADMIN, AUDITOR, TECH},
    "/profile": {OWNER, ADMIN, FINANCE, FIELD, ROOT_ADMIN, AUDITOR, TECH},
    "/profile/security": {OWNER, ADMIN, FINANCE, FIELD, ROOT_ADMIN, AUDITOR, TECH},
    "/users": {OWNER, ADMIN, ROOT_ADMIN, AUDITOR},
    "/users/add": {OWNER, ADMIN, ROOT_ADMIN},
    "/roles": {OWNER, ADMIN, ROOT_ADMIN, AUDITOR},
    "/explain": {OWNER, ADMIN, ROOT_ADMIN, AUDITOR},
    "/who-can": {OWNER, ADMIN, ROOT_ADMIN, AUDITOR},
    "/events": {OWNER, ADMIN, ROOT_ADMIN, AUDITOR},
    "/events.csv": {OWNER, ADMIN, ROOT_ADMIN, AUDITOR},
    "/clients": {OWNER, ADMIN, ROOT_ADMIN, AUDITOR},
    "/clients/add": {OWNER, ADMIN, ROOT_ADMIN},
    "/settings": {OWNER, ADMIN},
    "/settings/sms_gateway": {OWNER, ADMIN},
    "/settings/protected-pages": {OWNER, ADMIN},
    "/settings/plugins": {OWNER, ADMIN},
    "/organizations/supply_company": {ROOT_ADMIN, AUDITOR, TECH},
    "/organizations/consumer": {ROOT_ADMIN, AUDITOR, TECH},
    "/units": {ROOT_ADMIN, AUDITOR, TECH},
    "/reach": {ROOT_ADMIN, AUDITOR, TECH},
    "/reports": {ROOT_ADMIN, AUDITOR, TECH},
    "/reports.csv": {ROOT_ADMIN, TECH},
    "/monitoring": {ROOT_ADMIN, AUDITOR, TECH},
    "/locations/cluster": {OWNER, ADMIN, FINANCE, FIELD},
    "/locations/village/add": {OWNER, ADMIN},
}
EVERYBODY = (OWNER, ADMIN, FINANCE, FIELD, ROOT_ADMIN, AUDITOR, TECH)


def value(browser, path, name="version"):
    """What a field of a page holds."""
    return browser.get(path).text.partition(f'name="{name}" value="')[2].partition('"')[0]


@pytest.mark.parametrize("who", EVERYBODY)
def test_r27_who_may_open_which_page(logged_in, who):
    browser = logged_in(who)
    found = {path: browser.get(path).status_code for path in OPEN}
    assert found == {path: 200 if who in may else 403 for path, may in OPEN.items()}


@pytest.mark.parametrize("who", EVERYBODY)
def test_r27_the_menu_has_the_pages_that_are_open_and_no_other(logged_in, who):
    browser = logged_in(who)
    menu = browser.get("/").text.partition('<nav id="nav"')[2].partition("</nav>")[0]
    for address in re.findall(r'<li><a href="([^"]+)"', menu):
        assert browser.get(address).status_code == 200, address
    for path, may in OPEN.items():
        if who not in may:
            assert f'href="{path}"' not in menu


def test_r14_a_protected_page_asks_for_its_password_first(logged_in):
    browser = logged_in(ZIWA_OWNER)
    assert 'href="/users"' in browser.get("/").text
    answer = browser.get("/users?q=a")
    assert (answer.status_code, answer.location) == (303, "/unlock?next=/users?q%3Da")
    form = {"password": PAGES_PASSWORD, "next": "/users?q=a"}
    assert browser.post("/unlock", form).location == "/users?q=a"
    assert ZIWA_CLERK in browser.get("/users?q=atieno").text


@pytest.mark.parametrize("wrong", ["", "wrong12345", "x" * 10_000, "пароль", PASSWORD])
def test_r16_a_wrong_pages_password_leads_to_the_first_page(logged_in, wrong):
    browser = logged_in(ZIWA_OWNER)
    form = {"password": wrong, "next": "/users"}
    answer = browser.post("/unlock", form)
    assert (answer.status_code, answer.location) == (303, "/")
    assert "That is not the password" in browser.get("/").text
    assert browser.get("/users").status_code == 303


def test_r16_the_prompt_leads_to_no_other_host(logged_in):
    form = {"password": PAGES_PASSWORD, "next": "https://evil.example/"}
    assert logged_in(ZIWA_OWNER).post("/unlock", form).location == "/"


def test_r15_the_pages_password_gives_nobody_a_page(logged_in):
    browser = logged_in(ZIWA_FIELD)
    browser.post("/unlock", {"password": PAGES_PASSWORD, "next": "/users"})
    assert browser.get("/users").status_code == 403


def test_r20_changing_the_pages_password_ends_every_unlock(logged_in):
    owner, clerk = logged_in(ZIWA_OWNER), logged_in(ZIWA_CLERK)
    for browser in (owner, clerk):
        browser.post("/unlock", {"password": PAGES_PASSWORD, "next": "/"})
    path = "/settings/protected-pages"
    twice = {"password": "another-2026", "password_again": "other-2026"}
    assert owner.post(path, twice).status_code == 422
    own = {"password": PASSWORD, "password_again": PASSWORD}
    assert owner.post(path, own).status_code == 422
    assert clerk.get("/users").status_code == 200
    new = {"password": "another-2026", "password_again": "another-2026"}
    assert owner.post(path, new).status_code == 303
    assert clerk.get("/users").status_code == 303
    clerk.post("/unlock", {"password": PAGES_PASSWORD, "next": "/"})
    assert clerk.get("/users").status_code == 303
    clerk.post("/unlock", {"password": "another-2026", "next": "/"})
    assert clerk.get("/users").status_code == 200


def test_r53_the_page_is_in_the_language_of_the_person(logged_in):
    browser = logged_in(OWNER)
    assert '<html lang="en">' in browser.get("/profile").text
    form = {
        "name": "Amina",
        "timezone": "Europe/Berlin",
        "language": "fr",
        "version": value(browser, "/profile"),
    }
    assert browser.post("/profile", form).status_code == 303
    assert '<html lang="fr">' in browser.get("/profile").text


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("UTC", "08:00:00"), ("Asia/Tashkent", "13:00:00"), ("Europe/Berlin", "09:00:00")],
)
def test_r52_times_are_shown_in_the_zone_of_the_reader(world, logged_in, zone, shown):
    people.update_account(
        world.database, "pwani", OWNER, actor=world.desk(OWNER).actor, timezone=zone
    )
    page = logged_in(OWNER).get("/events?action=authorization").text
    assert f">{shown}</time>" in page
    assert "2027-01-15T08:00:00+00:00" in page
    assert zone in page


def test_the_own_sessions_are_listed_and_ended(logged_in):
    here, there = logged_in(OWNER), logged_in(OWNER)
    page = here.get("/profile").text
    assert page.count("/profile/sessions/") == 2
    handle = re.search(r"/profile/sessions/([0-9a-f]+)/end", page)[1]
    assert here.session() not in page
    assert here.post(f"/profile/sessions/{handle}/end").status_code == 303
    assert there.get("/profile").status_code == 303
    assert here.post("/profile/sessions/0000/end").status_code == 404
    another = logged_in(OWNER)
    assert here.post("/profile/sessions/end").status_code == 303
    assert another.get("/profile").status_code == 303
    assert here.get("/profile").status_code == 200


def test_r51_the_own_password_is_changed_with_the_old_one(app, logged_in):
    browser, other = logged_in(FINANCE), logged_in(FINANCE)
    new = {"password": "changed2026", "password_again": "changed2026"}
    wrong = browser.post("/profile/password", new | {"old_password": "wrong12345"})
    assert wrong.status_code == 422
    assert 'id="old_password-error"' in wrong.text
    right = browser.post("/profile/password", new | {"old_password": PASSWORD})
    assert right.status_code == 303
    assert browser.get("/profile").status_code == 200
    assert other.get("/profile").status_code == 303
    assert Browser(app).log_in(FINANCE, PASSWORD).status_code == 401
    assert Browser(app).log_in(FINANCE, "changed2026").status_code == 303


def test_the_second_step_is_switched_on_asked_for_and_taken_off(app, world, logged_in):
    browser = logged_in(FINANCE)
    page = browser.post("/profile/second-factor").text
    secret = re.search(r'<dd class="mono">([A-Z2-7]+)</dd>', page)[1]
    assert "<svg" in page

    def code(step=0):
        now = int(world.clock.now // second_factor.STEP_SECONDS) + step
        return second_factor.pyotp.TOTP(secret).generate_otp(now)

    wrong = browser.post("/profile/second-factor/confirm", {"code": "000000"})
    assert wrong.status_code == 422
    codes = browser.post("/profile/second-factor/confirm", {"code": code()}).text
    recovery = re.search(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){3}", codes)[0]
    for answer, status in ((code(), 401), ("123456", 401), (code(1), 303), (recovery, 303)):
        door = Browser(app)
        asked = door.log_in(FINANCE)
        assert asked.status_code == 200
        ticket = asked.text.partition('name="ticket" value="')[2].partition('"')[0]
        form = {"ticket": ticket, "code": answer}
        assert door.post("/login/code", form, page="/login").status_code == status
    assert browser.post("/profile/second-factor/remove").status_code == 303
    assert Browser(app).log_in(FINANCE).status_code == 303


def test_a_forgotten_password_is_made_new_by_a_link_once(app, world):
    browser = Browser(app)
    outbox = world.path.parent / "outbox"
    for email in ("nobody@pwani.example", FINANCE):
        assert browser.post("/reset", {"email": email}, page="/reset").status_code == 303
        assert "a link is on its way" in browser.get("/login").text
    (mail,) = outbox.iterdir()
    text = mail.read_text("utf-8")
    assert f"To: {FINANCE}" in text
    path = re.search(r"http://127\.0\.0\.1:8081(/reset/\S+)", text)[1]
    assert browser.get(path).status_code == 200
    new = {"password": "forgot2026", "password_again": "forgot2026"}
    weak = {"password": "short1", "password_again": "short1"}
    assert browser.post(path, weak, page="/login").status_code == 422
    assert browser.post(path, new, page="/login").status_code == 303
    assert browser.post(path, new, page="/login").status_code == 404
    assert browser.log_in(FINANCE, "forgot2026").status_code == 303


def registration(**new):
    return {
        "company": "Sola Energy",
        "company_email": "office@sola.example",
        "name": "Sara",
        "email": "sara@sola.example",
        "password": "sunshine2026",
        "timezone": "Africa/Lusaka",
        "protect": "yes",
        "pages_password": "sola-pages-9",
    } | new


def test_r17_a_company_registers_with_its_owner_and_its_protected_pages(app):
    browser = Browser(app)
    answer = browser.post("/register", registration(), page="/register")
    assert answer.status_code == 303
    assert browser.log_in("sara@sola.example", "sunshine2026").status_code == 303
    assert browser.get("/users").location == "/unlock?next=/users"
    browser.post("/unlock", {"password": "sola-pages-9", "next": "/users"})
    assert "sara@sola.example" in browser.get("/users").text


@pytest.mark.parametrize(
    ("new", "field"),
    [
        ({"pages_password": "short1"}, "pages_password"),
        ({"pages_password": ""}, "pages_password"),
        ({"pages_password": "sunshine2026"}, "pages_password"),
        ({"email": OWNER}, "email"),
        ({"company": "S"}, "company"),
        ({"company": "Pwani Mini-Grids"}, "company"),
        ({"password": "onlyletters"}, "password"),
    ],
)
def test_r17_a_registration_that_is_refused_makes_nothing(app, world, new, field):
    before = len(tenants.list_tenants(world.database))
    answer = Browser(app).post("/register", registration(**new), page="/register")
    assert answer.status_code in (409, 422)
    assert f'id="{field}-error"' in answer.text
    assert "sunshine2026" not in answer.text
    assert len(tenants.list_tenants(world.database)) == before


def test_r69_the_log_shows_who_changed_what_before_and_after(world, logged_in):
    browser = logged_in(OWNER)
    path = f"/users/{world.id(FINANCE)}/edit"
    form = {
        "email": FINANCE,
        "name": "Grace M.",
        "password": "another2026",
        "timezone": "UTC",
        "language": "en",
        "version": value(browser, path),
    }
    assert browser.post(path, form).status_code == 303
    page = browser.get("/events?action=user.updated").text
    assert "<del>Grace Mushi</del>" in page
    assert "<ins>Grace M.</ins>" in page
    everything = browser.get("/events").text + browser.get("/events.jsonl").text
    assert "user.password_set" in everything
    assert "another2026" not in everything
    assert "Chain verified" in follow(browser, browser.post("/events/verify"))


def follow(browser, answer):
    assert answer.status_code == 303
    return browser.get(answer.location).text


def test_the_log_is_filtered_and_exported_as_a_file(logged_in):
    browser = logged_in(OWNER)
    assert "No event fits" in browser.get("/events?q=nobody-at-all").text
    assert browser.get("/events?from=yesterday").status_code == 400
    assert browser.get("/events?older=abc").status_code == 400
    answer = browser.get("/events.csv?result=ok")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == "attachment; filename=events.csv"


def test_r76_a_branch_is_added_renamed_moved_and_deleted(logged_in):
    browser, start = logged_in(ROOT_ADMIN), "/organizations/supply_company"
    form = {"name": "Hududgaz Buxoro", "id": "hg-buxoro", "parent": "hududgaz"}
    assert browser.post(f"{start}/add", form).status_code == 303
    assert "Hududgaz Buxoro" in browser.get(start).text
    edit = f"{start}/hg-buxoro/edit"
    new = {"name": "Buxoro", "parent": "orientgas", "version": value(browser, edit)}
    assert browser.post(edit, new).status_code == 303
    delete = f"{start}/hg-buxoro/delete"
    sure = {"sure": "yes", "version": value(browser, delete)}
    assert browser.post(delete, sure).status_code == 303
    assert "Buxoro" in browser.get(start).text
    assert "Buxoro" not in browser.get(start).text


def test_r76_a_company_below_its_own_branch_is_refused(logged_in):
    browser, edit = logged_in(ROOT_ADMIN), "/organizations/supply_company/hududgaz/edit"
    new = {"name": "Hududgaz", "parent": "hg-navoiy", "version": value(browser, edit)}
    answer = browser.post(edit, new)
    assert answer.status_code in (409, 422)
    assert 'role="alert"' in answer.text


def test_r58_an_organization_that_people_need_is_not_deleted(logged_in):
    browser = logged_in(ROOT_ADMIN)
    delete = "/organizations/service_organization/techservice/delete"
    answer = browser.post(delete, {"sure": "yes", "version": value(browser, delete)})
    assert answer.status_code == 409
    assert "would lose all access" in answer.text


def test_r08_the_company_is_changed_in_its_settings(world, logged_in):
    browser = logged_in(OWNER)
    form = {"name": "Pwani Grids", "country": "TZ", "version": value(browser, "/settings")}
    assert browser.post("/settings", form).status_code == 303
    assert tenants.find_tenant(world.database, "pwani").name == "Pwani Grids"
    gateway = "/settings/sms_gateway"
    plain = {"url": "http://sms.example", "version": value(browser, gateway)}
    assert browser.post(gateway, plain).status_code == 422
    right = {"url": "https://sms.example", "version": value(browser, gateway)}
    assert browser.post(gateway, right).status_code == 303
    assert "https://sms.example" in browser.get(gateway).text


def test_r37_plugins_are_switched(logged_in):
    browser = logged_in(ADMIN)
    assert browser.post("/settings/plugins/prospect/disable").status_code == 303
    page = browser.get("/settings/plugins").text
    assert "/settings/plugins/prospect/enable" in page
    assert browser.post("/settings/plugins/nothing/enable").status_code in (403, 404)


def test_r36_the_key_of_a_client_is_shown_once(logged_in):
    browser = logged_in(OWNER)
    form = {"name": "field app", "scopes": ["decision:check", "decision:batch"]}
    page = browser.post("/clients/add", form).text
    key = re.search(r"gh_([0-9a-f]{16})_[0-9a-f]{64}", page)
    listed = browser.get("/clients").text
    assert f"gh_{key[1]}_…" in listed
    assert key[0] not in listed
    assert key[0] not in browser.get("/events.jsonl").text
    assert browser.post(f"/clients/{key[1]}/revoke").status_code == 303
    assert "Revoked" in browser.get("/clients").text
    assert browser.post("/clients/add", {"name": "x", "scopes": "all"}).status_code == 422


def test_the_look_is_the_visitor_s_own(browser):
    for theme, shown in (("dark", 'data-theme="dark"'), ("system", "<html lang=")):
        form = {"theme": theme, "next": "/login"}
        assert browser.post("/look/theme", form, page="/login").location == "/login"
        assert shown in browser.get("/login").text
    browser.post("/look/theme", {"theme": '"><script>'}, page="/login")
    assert "<script>" not in browser.get("/login").text


@pytest.mark.parametrize(
    "path", ["/users/%00", "/users/../../etc/passwd", "/users/" + "a" * 3000]
)
def test_strange_addresses_are_not_there(logged_in, path):
    assert logged_in(OWNER).get(path).status_code == 404


def test_r66_the_list_of_units_is_what_the_policies_allow(logged_in):
    page = logged_in(TECH).get("/units").text
    shown = re.findall(r'href="/units/([^"?]+)"', page)
    assert sorted(shown) == ["mu-101", "mu-103", "mu-861"]
    for unit, status in (("mu-101", 200), ("mu-102", 403), ("mu-201", 403), ("mu-9", 403)):
        assert logged_in(TECH).get(f"/units/{unit}").status_code == status


def test_r66_a_unit_that_is_assigned_away_is_gone_with_the_next_request(logged_in):
    tech, root = logged_in(TECH), logged_in(ROOT_ADMIN)
    assert tech.get("/units/mu-101").status_code == 200
    form = {
        "service_organization": "gazservis",
        "version": value(root, "/units/mu-101"),
    }
    assert root.post("/units/mu-101/service", form).status_code == 303
    assert tech.get("/units/mu-101").status_code == 403
    assert "mu-101" not in tech.get("/units").text


def test_units_are_filtered(logged_in):
    browser = logged_in(ROOT_ADMIN)
    for query, expected in (
        ("status=repair", ["mu-202"]),
        ("supplied_by=orientgas", ["mu-201", "mu-202"]),
        ("category=household", ["mu-104"]),
        ("q=bakery&service_organization=gazservis", ["mu-102"]),
    ):
        page = browser.get(f"/units?{query}").text
        assert sorted(re.findall(r'href="/units/(mu-[^"?]+)"', page)) == expected, query


def test_service_fields_are_for_those_who_service_the_unit(logged_in):
    tech, path = logged_in(TECH), "/units/mu-101"
    form = {"name": "Bakery line one", "model": "EK-280", "status": "repair"}
    form |= {"serial": "", "imei": "", "version": value(tech, path)}
    assert tech.post(path, form).status_code == 303
    assert "Bakery line one" in tech.get(path).text
    assert logged_in(AUDITOR).post(path, form).status_code == 403


def test_r10_a_village_needs_a_mini_grid(logged_in):
    browser, add = logged_in(OWNER), "/locations/village/add"
    assert browser.post(add, {"name": "Utende", "parent": ""}).status_code == 422
    assert browser.post(add, {"name": "Utende", "parent": "nowhere"}).status_code == 422
    form = {"name": "Utende", "id": "utende", "parent": "mg-mafia"}
    assert browser.post(add, form).status_code == 303
    assert "Utende" in browser.get("/locations/village").text
    edit = "/locations/village/utende/edit"
    new = {"name": "Utende West", "version": value(browser, edit)}
    assert browser.post(edit, new).status_code == 303
    delete = "/locations/village/utende/delete"
    sure = {"sure": "yes", "version": value(browser, delete)}
    assert browser.post(delete, sure).status_code == 303
    cluster = "/locations/cluster/mafia/delete"
    refused = browser.post(cluster, {"sure": "yes", "version": value(browser, cluster)})
    assert refused.status_code == 409
