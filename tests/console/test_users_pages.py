"""Users: the list, adding, editing, permissions and deleting, as people do it."""

import pytest

from authz.storage import people
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

FRESH = "fresh@gasmeter.example"
NEW = {
    "email": "ann@gasmeter.example",
    "name": "Ann <b>Bold</b>",
    "password": "meter2026y",
    "timezone": "Asia/Tashkent",
    "language": "ru",
}


def version(browser, path):
    page = browser.get(path).text
    return page.partition('name="version" value="')[2].partition('"')[0]


def account(world, email):
    return people.find_account(world.database, world.tenant_of(email), email)


def edit(browser, world, email, **new):
    """The edit form of a person, sent with these fields changed."""
    path = f"/users/{world.id(email)}/edit"
    before = account(world, email)
    form = {
        "email": before.email,
        "name": before.name,
        "password": "",
        "phone": before.phone or "",
        "street": before.street or "",
        "timezone": before.timezone,
        "language": before.language,
        "version": version(browser, path),
    }
    return browser.post(path, form | new)


def permissions(browser, world, email, **form):
    path = f"/users/{world.id(email)}/permissions"
    return browser.post(path, {"version": version(browser, path)} | form)


def test_r45_the_list_shows_everybody_with_level_options_and_bindings(logged_in):
    page = logged_in(ROOT_ADMIN).get("/users").text
    row = page.partition("Service Tech")[2].partition("</tr>")[0]
    for word in (
        TECH,
        "Service Company Administrator",
        "Reporting",
        "Hududgaz",
        "TechService",
    ):
        assert word in row
    assert "No access yet" in page.partition("Not Yet Assigned")[2].partition("</tr>")[0]


def test_r45_the_list_is_searched_filtered_and_paged(logged_in):
    browser = logged_in(OWNER)
    assert FINANCE in browser.get("/users?q=grace").text
    assert FINANCE not in browser.get("/users?q=juma").text
    assert "left.company@pwani.example" not in browser.get("/users").text
    assert "left.company@pwani.example" in browser.get("/users?show=deleted").text
    assert "norole@pwani.example" in browser.get("/users?show=none").text
    assert "Nobody matches" in browser.get("/users?q=galactic").text
    assert browser.get("/users?sort=password_hash").status_code == 400
    assert browser.get("/users?after=nonsense").status_code == 400


@pytest.mark.parametrize("who", [FINANCE, FIELD, TECH])
def test_r42_the_users_are_for_administrators_alone(logged_in, who):
    browser = logged_in(who)
    assert 'href="/users"' not in browser.get("/").text
    for path in ("/users", "/users/add"):
        answer = browser.get(path)
        assert answer.status_code == 403
        assert '<h1 id="error">' in answer.text


def test_r42_a_refused_page_is_an_event_with_the_address(world, logged_in):
    logged_in(FINANCE).get("/users")
    event = world.events("pwani")[-1]
    assert (event.action, event.result, event.actor_label) == (
        "user:list",
        "refused",
        FINANCE,
    )
    assert event.address == "127.0.0.1"


def test_r75_the_reader_sees_the_list_and_no_way_to_change_it(world, logged_in):
    browser = logged_in(AUDITOR)
    page = browser.get("/users").text
    assert TECH in page
    for word in ("/users/add", "/edit", "/delete", "/permissions"):
        assert word not in page
    tech = world.id(TECH)
    for path in ("/users/add", f"/users/{tech}/edit", f"/users/{tech}/delete"):
        assert browser.get(path).status_code == 403
    assert browser.get(f"/users/{tech}/permissions").status_code == 403


def test_r43_an_account_is_added_escaped_and_may_do_nothing_yet(app, world, logged_in):
    browser = logged_in(ROOT_ADMIN)
    answer = browser.post("/users/add", NEW)
    assert (answer.status_code, answer.location) == (303, "/users?q=ann@gasmeter.example")
    page = browser.get(answer.location).text
    assert "was added and may do nothing yet" in page
    assert "Ann &lt;b&gt;Bold&lt;/b&gt;" in page
    assert "<b>Bold" not in page
    assert account(world, NEW["email"]).language == "ru"
    hers = Browser(app)
    assert hers.log_in(NEW["email"], NEW["password"]).status_code == 303
    assert hers.get("/profile").status_code == 200
    assert hers.get("/users").status_code == 403


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("email", "nobody", "E-mail"),
        ("email", "", ""),
        ("password", "short1", "8"),
        ("password", "onlyletters", "digit"),
        ("password", "", ""),
        ("name", "  ", "missing"),
        ("timezone", "Mars/Base", "time zone"),
        ("language", "tlh", "language"),
    ],
)
def test_r47_r50_r52_r53_what_is_wrong_is_said_at_its_field(logged_in, field, value, said):
    answer = logged_in(ROOT_ADMIN).post("/users/add", NEW | {field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert said.lower() in answer.text.lower()
    assert NEW["password"] not in answer.text


@pytest.mark.parametrize("email", ["  Root@GASMETER.example ", "finance@pwani.example"])
def test_r49_a_duplicate_email_warns_at_its_field_and_keeps_the_form(
    world, logged_in, email
):
    answer = logged_in(ROOT_ADMIN).post("/users/add", NEW | {"email": email})
    assert answer.status_code == 409
    assert 'id="email-error"' in answer.text
    assert "already in use" in answer.text
    assert "pwani" not in answer.text.replace("finance@pwani.example", "")
    assert "Ann &lt;b&gt;Bold&lt;/b&gt;" in answer.text
    assert NEW["password"] not in answer.text


def test_r60_a_blank_password_keeps_the_old_one(app, world, logged_in):
    browser = logged_in(ROOT_ADMIN)
    for blank in ("", "   "):
        answer = edit(browser, world, TECH, name="Service Technician", password=blank)
        assert answer.status_code == 303
    assert account(world, TECH).name == "Service Technician"
    assert Browser(app).log_in(TECH, PASSWORD).status_code == 303
    assert edit(browser, world, TECH, password="another2026").status_code == 303
    assert Browser(app).log_in(TECH, PASSWORD).status_code == 401
    assert Browser(app).log_in(TECH, "another2026").status_code == 303


def test_r59_an_old_form_overwrites_nothing(world, logged_in):
    browser = logged_in(ROOT_ADMIN)
    old = version(browser, f"/users/{world.id(TECH)}/edit")
    edit(browser, world, TECH, name="First")
    answer = edit(browser, world, TECH, name="Second", version=old)
    assert answer.status_code == 409
    assert "Somebody changed this since you opened it" in answer.text
    assert account(world, TECH).name == "First"


def test_mass_assignment_changes_nothing(world, logged_in):
    browser = logged_in(ROOT_ADMIN)
    more = {
        "role": "platform_admin",
        "roles": "platform_admin",
        "level": "platform_admin",
        "tenant": "pwani",
        "tenant_id": "pwani",
        "id": "u_chosen",
        "status": "blocked",
        "password_hash": "x",
        "authz_version": "99",
    }
    assert browser.post("/users/add", NEW | more).status_code == 303
    made = account(world, NEW["email"])
    assert (made.tenant, made.roles, made.status) == ("gasmeter-uz", (), "active")
    assert made.id != "u_chosen"
    before = account(world, TECH)
    assert edit(browser, world, TECH, **more).status_code == 303
    assert account(world, TECH) == before


def test_r56_the_form_offers_the_levels_and_what_each_needs(world, logged_in):
    page = logged_in(ROOT_ADMIN).get(f"/users/{world.id(FRESH)}/permissions").text
    for level in ("Platform Administrator", "Service Company Administrator", "Consumer"):
        assert f">{level}</option>" in page
    organization = page.partition('id="service_organization"')[2].partition("</fieldset>")[
        0
    ]
    assert "Needed by: Service Company Administrator." in organization
    assert "TechService" in organization


@pytest.mark.parametrize(
    ("bindings", "field"),
    [
        ({}, "service_organization"),
        ({"supply_company": "hududgaz"}, "service_organization"),
        ({"service_organization": "techservice"}, "supply_company"),
        ({"supply_company": "techservice", "service_organization": "hududgaz"}, ""),
    ],
)
def test_r58_a_service_company_administrator_needs_both(world, logged_in, bindings, field):
    browser, before = logged_in(ROOT_ADMIN), account(world, FRESH)
    answer = permissions(browser, world, FRESH, level="service_company_admin", **bindings)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    if field:
        assert f'<a href="#{field}">Service Company Administrator needs' in answer.text
    assert account(world, FRESH) == before
    both = {"supply_company": "hududgaz", "service_organization": "techservice"}
    answer = permissions(browser, world, FRESH, level="service_company_admin", **both)
    assert answer.status_code == 303
    saved = account(world, FRESH)
    assert [held.role for held in saved.roles] == ["service_company_admin"]
    assert saved.bindings == {
        "supply_company": ("hududgaz",),
        "service_organization": ("techservice",),
    }


@pytest.mark.parametrize(
    "form",
    [
        {"level": "galactic_admin"},
        {"level": "consumer", "consumer": "c-bakery", "options": "reporting"},
        {"level": "", "options": "reporting"},
        {"level": "branch", "supply_company": "hududgaz", "expires_at": "1999-01-01T00:00"},
        {"level": "branch", "supply_company": "hududgaz", "expires_at": "soon"},
    ],
)
def test_r57_r74_what_the_policies_do_not_know_is_refused(world, logged_in, form):
    before = account(world, FRESH)
    answer = permissions(logged_in(ROOT_ADMIN), world, FRESH, **form)
    assert answer.status_code == 422
    assert account(world, FRESH) == before


def test_what_changes_is_shown_before_it_is_saved(world, logged_in):
    browser, before = logged_in(ROOT_ADMIN), account(world, "lead@gazservis.example")
    form = {
        "level": "service_company_admin",
        "options": ["reporting", "equipment_monitoring"],
        "supply_company": "hududgaz",
        "service_organization": "techservice",
        "preview": "1",
    }
    page = permissions(browser, world, "lead@gazservis.example", **form).text
    panel = page.partition('id="changes"')[2]
    gains, loses = panel.partition("Gains")[2].partition("Loses")[::2]
    assert "mu-101" in gains
    assert "mu-102" in loses
    assert "monitoring:view" in gains
    assert account(world, "lead@gazservis.example") == before


def test_an_end_is_kept_where_the_reader_is(world, logged_in):
    browser = logged_in(ROOT_ADMIN)
    form = {"level": "branch", "supply_company": "hg-poytaxt"}
    permissions(browser, world, FRESH, **form, expires_at="2027-12-31T23:59")
    # 23:59 in Tashkent is 18:59 in UTC.
    assert account(world, FRESH).roles[0].expires_at == 1_830_279_540.0
    page = browser.get(f"/users/{world.id(FRESH)}/permissions").text
    assert 'value="2027-12-31T23:59"' in page


def test_r31_an_admin_cannot_touch_an_owner(world, logged_in):
    browser, owner = logged_in(ADMIN), world.id(OWNER)
    assert f"/users/{owner}/edit" not in browser.get("/users").text
    for path in (f"/users/{owner}/edit", f"/users/{owner}/delete"):
        assert browser.get(path).status_code == 403
        assert browser.post(path, {"sure": "yes"}).status_code == 403
    answer = permissions(browser, world, FIELD, roles=["user", "owner"], cluster="mafia")
    assert answer.status_code == 403
    assert [held.role for held in account(world, FIELD).roles] == ["user"]


def test_r05_people_of_another_company_are_not_there(world, logged_in):
    browser, theirs = logged_in(OWNER), world.id(TECH)
    for path in ("", "/edit", "/permissions", "/delete"):
        assert browser.get(f"/users/{theirs}{path}").status_code == 404
        assert browser.get(f"/users/u_nobody{path}").status_code == 404


def test_r62_deleting_asks_first_and_never_happens_by_looking(world, logged_in):
    browser, path = logged_in(OWNER), f"/users/{world.id(FINANCE)}/delete"
    page = browser.get(path).text
    assert "Cannot be undone" in page
    assert account(world, FINANCE).status == "active"
    browser.post(path, {"version": version(browser, path)})
    assert account(world, FINANCE).status == "active"
    form = {"version": version(browser, path), "sure": "yes"}
    assert browser.post(path, form).status_code == 303
    assert "was deleted" in browser.get("/users").text
    assert FINANCE not in browser.get("/users").text
    assert browser.post(path, form).status_code in (403, 404)


def test_r63_a_deleted_account_logs_in_no_more_and_is_logged_out(app, world, logged_in):
    hers = logged_in(FINANCE)
    browser, path = logged_in(OWNER), f"/users/{world.id(FINANCE)}/delete"
    browser.post(path, {"version": version(browser, path), "sure": "yes"})
    assert hers.get("/profile").status_code == 303
    assert Browser(app).log_in(FINANCE).status_code == 401


def test_r62_nobody_deletes_themselves(world, logged_in):
    browser = logged_in(OWNER)
    assert browser.get(f"/users/{world.id(OWNER)}/delete").status_code == 403


def test_deleting_asks_for_the_password_when_it_was_long_ago(world, logged_in):
    browser, path = logged_in(OWNER), f"/users/{world.id(FINANCE)}/delete"
    world.clock.now += 600
    answer = browser.get(path)
    assert (answer.status_code, answer.location) == (303, f"/confirm?next={path}")
    wrong = browser.post("/confirm", {"password": "wrong12345", "next": path})
    assert wrong.status_code == 422
    right = browser.post("/confirm", {"password": PASSWORD, "next": path})
    assert right.location == path
    assert browser.get(path).status_code == 200


def test_a_person_s_page_says_what_follows_and_why(world, logged_in):
    page = logged_in(ROOT_ADMIN).get(f"/users/{world.id(TECH)}").text
    assert "metering_unit:read" in page
    assert "metering.service-company-reaches-its-units" in page
    assert "TechService" in page


def test_r66_the_worked_example_is_explained_and_listed(logged_in):
    browser = logged_in(ROOT_ADMIN)
    asked = {"who": TECH, "action": "metering_unit:read"}
    allow = browser.get(
        "/explain", query_string=asked | {"resource": "metering_unit:mu-101"}
    )
    deny = browser.get(
        "/explain", query_string=asked | {"resource": "metering_unit:mu-102"}
    )
    assert ">Allow</h2>" in allow.text
    assert ">Deny</h2>" in deny.text
    assert "Smallest change that would allow" in deny.text
    typo = browser.get("/explain", query_string=asked | {"resource": "metering_unt:mu-102"})
    assert "There is no type metering_unt" in typo.text
    who = {"action": "metering_unit:read", "resource": "metering_unit:mu-102"}
    listed = browser.get("/who-can", query_string=who).text
    assert "lead@gazservis.example" in listed
    assert TECH not in listed


def test_the_matrix_shows_what_each_role_carries(logged_in):
    page = logged_in(OWNER).get("/roles").text
    row = page.partition(">payments</span>")[2].partition("</tr>")[0]
    assert row.count("From") + row.count("Own") == 3
