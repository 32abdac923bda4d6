"""A change of the policies: it widens what a level reaches, a proof says so, it is mended,
looked at by somebody else, put in force and taken back.
"""

import pytest

from tests.browser.checks import HAS_SCRIPTS, check
from tests.browser.policy_server import FOREIGN, SCOPE, serving
from tests.browser.stories import entered, press, told
from tests.browser.windows import Windows

OPERATOR, REVIEWER = "operator@gatehouse.example", "reviewer@gatehouse.example"
CHECKS_MS = 180_000
RULES = (SCOPE / "scope.polar").read_text("utf-8")
#: The organization is no longer asked for.
WIDER = RULES.replace(
    """  company in unit.supply_line and
  unit.service_organization != nil and
  unit.service_organization in subject.service_organizations;
""",
    "  company in unit.supply_line;\n",
)
#: One action more, within both bindings.
ROW = 'may("service_company_admin", "metering_unit:read");\n'
MENDED = RULES.replace(ROW, ROW + ROW.replace("unit:read", "unit:readings"))
READINGS, READ = "metering_unit:readings", "metering_unit:read"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("policies")) as found:
        yield found


@pytest.fixture(scope="module")
def all_windows(chromium, server):
    return Windows(chromium, server.site)


def propose(page, title, rules, button):
    page.get_by_label("Title").fill(title)
    page.get_by_label("Description").fill("They ask for it since March.")
    file = {"name": "scope.polar", "mimeType": "text/plain", "buffer": rules.encode()}
    page.get_by_label("Files", exact=True).set_input_files([file])
    press(page, button)


def checked(page):
    """The page after its checks: it is asked again by itself, or by a link."""
    if page.evaluate(HAS_SCRIPTS):
        page.locator("#progress").wait_for(state="detached", timeout=CHECKS_MS)
    while page.locator("#progress").count():
        page.wait_for_timeout(1000)
        press(page, "Look again")


def part(page, name):
    return page.locator(f"#{name}").inner_text()


def test_a_change_is_proved_mended_ticked_activated_and_rolled_back(windows, server):
    operator = entered(windows, OPERATOR)
    operator.keyboard.press("g")
    operator.keyboard.press("p")
    operator.wait_for_url("**/policies")
    operator.goto("/policy-changes")
    press(operator, "Propose a change")
    propose(operator, "Reading by supply company", WIDER, "Propose it")
    press(operator, "Run the checks")
    assert "Being checked" in operator.locator("main").inner_text()
    checked(operator)
    assert "Violated, confirmed" in part(operator, "proofs")
    operator.locator("#proofs summary").first.click()
    assert "expect: deny" in operator.locator("#proofs pre").first.inner_text()
    assert "Service Tech" in part(operator, "people")
    assert "The checks did not pass." in part(operator, "decide")
    check(operator)

    press(operator, "Edit the change")
    propose(operator, "Readings within both bindings", MENDED, "Keep the change")
    press(operator, "Run the checks")
    checked(operator)
    assert "1 invariant is proved" in part(operator, "proofs")
    assert "Violated" not in part(operator, "proofs")
    assert "The author of a change does not approve it" in part(operator, "decide")
    assert operator.get_by_role("button", name="Approve the change").is_disabled()
    here = operator.url

    reviewer = entered(windows, REVIEWER)
    reviewer.goto(here)
    assert reviewer.get_by_role("button", name="Approve the change").is_disabled()
    boxes = reviewer.locator("input[name=gains]").all()
    assert boxes
    for box in boxes:
        box.check()
    press(reviewer, "Keep my ticks")
    press(reviewer, "Approve the change")
    assert "The change is approved." in told(reviewer)
    assert reviewer.get_by_role("button", name="Activate the change").count() == 0
    assert not server.decides(READINGS, "mu-101")

    operator.goto(here)
    check(operator)
    press(operator, "Activate the change")
    assert "decides from now on" in told(operator) or "takes it up" in told(operator)
    assert server.will_decide(READINGS, "mu-101", allowed=True)
    assert not server.decides(READINGS, FOREIGN)
    assert not server.decides(READ, FOREIGN)
    assert (server.policies / "scope.polar").read_text("utf-8") == MENDED

    operator.goto("/policy-revisions")
    check(operator)
    operator.locator("tbody tr").nth(1).locator("th a").click()
    assert "unit:readings" in operator.locator(".sides del, .sides .del").first.inner_text()
    press(operator, "Look who would gain and lose")
    checked(operator)
    assert "Service Tech" in part(operator, "people")
    check(operator)
    operator.get_by_label("Why it is rolled back").fill("The readings are not ready.")
    press(operator, "Roll back")
    assert server.will_decide(READINGS, "mu-101", allowed=False)
    assert server.decides(READ, "mu-101")
    assert (server.policies / "scope.polar").read_text("utf-8") == RULES
    actions = {event.action for event in server.site.world.events("system")}
    assert {"policy.approved", "policy.activated", "policy.rolled_back"} <= actions


def test_without_scripts_the_checks_are_looked_at_again_by_a_link(windows, server):
    operator = entered(windows, OPERATOR, scripts=False)
    operator.goto("/policy-changes/add")
    propose(operator, "Reading by supply company", WIDER, "Propose it")
    press(operator, "Run the checks")
    checked(operator)
    assert "Violated, confirmed" in part(operator, "proofs")
    check(operator)
    press(operator, "Withdraw the change")
    assert "Nothing has changed for anyone." in told(operator)
    assert server.decides(READ, "mu-101")
