"""Pages that show who can do what and why: first page, person, comparison, explanation."""

import html
import json
import re

import pytest

from authz.storage import access, organizations, people
from authz.storage.events import SERVICE
from tests.console.conftest import (
    ADMIN,
    AUDITOR,
    FIELD,
    FINANCE,
    OWNER,
    ROOT_ADMIN,
    TECH,
)

LEAD = "lead@gazservis.example"
DAY = 86_400


def test_the_first_page_shows_an_administrator_what_needs_an_eye(world, logged_in):
    end = world.clock.now + 10 * DAY
    access.grant_role(world.database, "pwani", FIELD, "user", actor=SERVICE, expires_at=end)
    assert logged_in(FINANCE).get("/users").status_code == 403
    page = logged_in(OWNER).get("/").text
    ends, _, rest = page.partition('id="none"')
    without, _, refused = rest.partition('id="refused"')
    assert "Salum Omar" in ends
    assert "New Hire" in without
    assert FINANCE in refused
    assert "user:list" in refused


def test_the_first_page_shows_others_their_own_access_alone(logged_in):
    page = logged_in(FIELD).get("/").text
    assert "Mafia Island" in page
    for word in ('id="none"', 'id="refused"', "New Hire"):
        assert word not in page


def test_everybody_sees_what_they_can_do_and_why(logged_in):
    page = logged_in(FIELD).get("/profile/permissions").text
    assert "minigrid.role-reaches-its-clusters" in page
    assert "customer:update" in page
    assert "/explain?" not in page
    assert "/explain?" in logged_in(OWNER).get("/profile/permissions").text
    narrowed = logged_in(FIELD).get("/profile/permissions?q=ticket:close").text
    assert "ticket:close" in narrowed
    assert "customer:update" not in narrowed


def test_a_person_s_permissions_are_filtered_and_lead_to_why(world, logged_in):
    browser, path = logged_in(ROOT_ADMIN), f"/users/{world.id(TECH)}"
    page = browser.get(path, query_string={"q": "metering_unit:read"}).text
    assert "metering_unit:readings" in page
    assert "monitoring:view" not in page
    why = html.unescape(re.search(r'href="(/explain\?[^"]+)"', page)[1])
    assert 'value="service_tech@domain.com"' in browser.get(why).text
    assert "Nothing of it fits" in browser.get(path, query_string={"q": "zzz"}).text


def test_who_gave_what_is_listed_with_the_names_of_what_is_gone(world, logged_in):
    operator = people.find_account(world.database, "gasmeter-uz", TECH)
    gone = organizations.create_organization(
        world.database,
        "gasmeter-uz",
        "manufacturer",
        "old-maker",
        actor=SERVICE,
        name="Old Maker",
    )
    bind = (world.database, "gasmeter-uz", operator.id, gone.kind, gone.id)
    access.bind(*bind, actor=SERVICE)
    organizations.delete_organization(
        world.database, "gasmeter-uz", gone.kind, gone.id, actor=SERVICE
    )
    browser = logged_in(ROOT_ADMIN)
    page = browser.get(f"/users/{operator.id}/assignments").text
    for word in ("Old Maker", "TechService", "Service Company Administrator", "Gatehouse"):
        assert word in page
    assert "Old Maker" in browser.get(f"/users/{operator.id}").text
    assert "Old Maker" in browser.get(f"/users/{operator.id}/permissions").text


def test_the_sessions_of_a_person_are_seen_and_ended(world, logged_in):
    finance, browser = logged_in(FINANCE), logged_in(ADMIN)
    path = f"/users/{world.id(FINANCE)}/sessions"
    page = browser.get(path).text
    handle = re.search(r"/sessions/([0-9a-f]+)/end", page)[1]
    assert finance.session() not in page
    assert browser.post(f"{path}/{handle}/end", page=path).status_code == 303
    assert finance.get("/profile").status_code == 303
    again = logged_in(FINANCE)
    assert browser.post(f"{path}/end", page=path).status_code == 303
    assert again.get("/profile").status_code == 303
    assert "Not logged in" in browser.get(path).text
    assert logged_in(FIELD).get(path).status_code == 403
    assert browser.get(f"/users/{world.id(OWNER)}/sessions").status_code == 403


def test_the_events_of_a_person_are_on_their_page(world, logged_in):
    browser = logged_in(OWNER)
    page = browser.get(f"/users/{world.id(FIELD)}/events").text
    assert "user.access_set" in page
    assert "<ins>without an end</ins>" in page
    assert "<ins>Mafia Island</ins>" in page
    assert logged_in(FIELD).get(f"/users/{world.id(FIELD)}/events").status_code == 403


def test_two_people_are_compared(world, logged_in):
    browser, path = logged_in(ROOT_ADMIN), f"/users/{world.id(TECH)}/compare"
    assert 'id="only-1"' not in browser.get(path).text
    page = browser.get(path, query_string={"with": LEAD}).text
    mine, theirs = page.partition('id="only-2"')[::2]
    assert "mu-101" in mine
    assert "mu-101" not in theirs
    assert "mu-102" in theirs
    assert "profile:update" not in page
    same = browser.get(path, query_string={"with": TECH}).text
    assert "No difference" in same
    nobody = browser.get(path, query_string={"with": "nobody@domain.com"})
    assert "There is no such person here" in nobody.text
    assert logged_in(TECH).get(path).status_code == 403


def denied(browser, **new):
    asked = {
        "who": TECH,
        "action": "metering_unit:read",
        "resource": "metering_unit:mu-102",
    }
    return browser.get("/explain", query_string=asked | new).text


def test_a_denial_leads_to_the_form_that_would_mend_it(world, logged_in):
    browser = logged_in(ROOT_ADMIN)
    page = denied(browser)
    path = html.unescape(re.search(r'href="(/users/[^"]+/permissions\?[^"]+)"', page)[1])
    form = browser.get(path)
    assert form.status_code == 200
    assert "Bakery line 2" in form.text.partition('id="changes"')[2]
    assert people.find_account(world.database, "gasmeter-uz", TECH).bindings[
        "service_organization"
    ] == ("techservice",)
    fields = re.findall(r'name="([a-z_]+)" value="([^"]*)" checked', form.text)
    sent = {}
    for name, value in fields:
        sent.setdefault(name, []).append(value)
    sent["level"] = re.search(r'<option value="([^"]+)" selected', form.text)[1]
    sent["version"] = re.search(r'name="version" value="([^"]+)"', form.text)[1]
    at = f"/users/{world.id(TECH)}/permissions"
    assert browser.post(at, sent, page=at).status_code == 303
    assert ">Allow</h2>" in denied(browser)


def test_who_may_not_change_the_access_is_led_to_no_form(logged_in):
    assert "/permissions?" not in denied(logged_in(AUDITOR))


@pytest.mark.parametrize(
    "query", ["add=roles:nobody", "add=nonsense:1", "remove=id:7", "add=", "add=options:x"]
)
def test_a_form_that_is_asked_for_nonsense_changes_nothing(world, logged_in, query):
    browser, before = logged_in(ROOT_ADMIN), len(world.events("gasmeter-uz"))
    answer = browser.get(f"/users/{world.id(TECH)}/permissions?{query}")
    assert answer.status_code in (200, 422)
    new = world.events("gasmeter-uz")[before:]
    assert {event.action for event in new} <= {"authorization"}


def test_a_question_can_be_asked_again_from_an_app_and_a_shell(logged_in):
    page = html.unescape(denied(logged_in(ROOT_ADMIN), resource="metering_unit:mu'102"))
    body = page.partition("POST /access/v1/evaluation")[2].partition("</pre>")[0]
    assert json.loads(body)["resource"] == {"type": "metering_unit", "id": "mu'102"}
    assert '-H "Authorization: Bearer $GATEHOUSE_KEY"' in page
    assert """mu'"'"'102""" in page


def test_the_fields_of_a_question_offer_what_there_is(logged_in):
    page = denied(logged_in(ROOT_ADMIN))
    assert f'<option value="{TECH}">Service Tech</option>' in page
    assert '<option value="metering_unit:mu-101">Bakery line 1</option>' in page
    assert '<option value="supply_company:hududgaz">' not in page


def form_of(page):
    """The fields of a form of permissions, as a browser sends them."""
    sent = {}
    for name, value in re.findall(r'name="([a-z_]+)" value="([^"]*)" checked', page):
        sent.setdefault(name, []).append(value)
    return sent


def test_the_preview_is_a_part_of_the_page_for_a_script(world, logged_in):
    browser = logged_in(ROOT_ADMIN)
    path = f"/users/{world.id(TECH)}/permissions"
    page = browser.get(path).text
    assert f'hx-post="{path}/preview"' in page
    assert '"allowEval": false, "includeIndicatorStyles": false' in html.unescape(page)
    form = form_of(page) | {"level": "service_company_admin"}
    part = browser.post(f"{path}/preview", form | {"supply_company": ["orientgas"]})
    assert part.status_code == 200
    assert "<html" not in part.text
    assert "Hotel boiler" in part.text.partition("Gains")[2]
    wrong = browser.post(f"{path}/preview", form | {"expires_at": "soon"})
    assert "is no day and time" in wrong.text
    assert browser.send(f"{path}/preview", form).status_code == 400
    assert people.find_account(world.database, "gasmeter-uz", TECH).bindings[
        "supply_company"
    ] == ("hududgaz",)


def test_a_script_whose_login_is_over_is_sent_to_the_login(app, world, logged_in):
    browser = logged_in(ROOT_ADMIN)
    path = f"/users/{world.id(TECH)}/permissions"
    token = browser.token(path)
    world.clock.now += DAY
    answer = browser.send(
        f"{path}/preview", {"csrf_token": token}, headers={"HX-Request": "true"}
    )
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/login")


def test_r69_events_name_things_and_show_what_differs(world, logged_in):
    access.set_options(
        world.database,
        "gasmeter-uz",
        TECH,
        ["reporting"],
        actor=world.desk(ROOT_ADMIN).actor,
    )
    browser = logged_in(ROOT_ADMIN)
    page = browser.get(
        "/events", query_string={"action": "user.access_set", "id": world.id(TECH)}
    )
    assert "<del>Equipment monitoring, Reporting</del>" in page.text
    assert "<ins>Reporting</ins>" in page.text
    assert 'title="2027-01-15T08:00:00+00:00"' in page.text
    assert "Without the filter Object" in page.text
    logins = browser.get("/events?action=authorization").text
    assert "<span>Platform Admin</span>" in logins.partition('class="log"')[2]


def test_a_question_about_giving_a_role_names_the_role(world, logged_in):
    browser = logged_in(OWNER)
    asked = {"who": ADMIN, "action": "role:assign", "resource": f"user:{world.id(FINANCE)}"}
    for role, verdict in (("", "Deny"), ("owner", "Deny"), ("user", "Allow")):
        page = browser.get("/explain", query_string=asked | {"role": role}).text
        assert f">{verdict}</h2>" in page, role
    assert '<option value="user" selected>User</option>' in page
    assert '"properties": {' in html.unescape(page)
    assert 'name="role"' not in browser.get("/explain?action=user:read").text
