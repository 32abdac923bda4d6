"""The keys: an addition that moves a person through the console."""

import pytest

from tests.browser.samples import ROOT
from tests.browser.stories import press


@pytest.fixture
def root(windows):
    page = windows.of(ROOT)
    page.goto("/")
    return page


def focused(page):
    return page.evaluate("document.activeElement.outerHTML")


def test_two_keys_lead_to_a_page(root):
    for key, path in (
        ("u", "/users"),
        ("e", "/events"),
        ("m", "/units"),
        ("x", "/explain"),
    ):
        root.keyboard.press("g")
        root.keyboard.press(key)
        root.wait_for_url(f"**{path}")


def test_one_key_leads_to_the_search_and_is_a_letter_there(root):
    root.goto("/users")
    root.keyboard.press("/")
    assert 'type="search"' in focused(root)
    root.keyboard.type("gu?n/")
    assert root.locator("input[type=search]").input_value() == "gu?n/"
    assert root.url.endswith("/users")


def test_j_and_k_walk_the_rows_and_enter_opens_one(root):
    root.goto("/users")
    names = root.locator(".people tbody th a")
    root.keyboard.press("j")
    root.keyboard.press("j")
    root.keyboard.press("k")
    assert names.first.inner_text() in focused(root)
    root.keyboard.press("Enter")
    root.wait_for_url("**/users/*")


def test_n_opens_the_form_for_another_one(root):
    root.goto("/users")
    root.keyboard.press("n")
    root.wait_for_url("**/users/add")


def test_the_list_of_keys_opens_and_closes(root):
    root.keyboard.press("?")
    assert root.locator("#keys").is_visible()
    root.keyboard.press("Escape")
    assert not root.locator("#keys").is_visible()


def test_everything_of_a_form_is_reached_with_the_tab_key_in_order(root):
    root.goto("/users/add")
    root.locator("#email").focus()
    reached = []
    for _ in range(5):
        reached.append(root.evaluate("document.activeElement.id"))
        root.keyboard.press("Tab")
    assert reached == ["email", "name", "password", "timezone", "language"]


def test_the_first_tab_leads_past_the_menu(root):
    root.keyboard.press("Tab")
    assert 'href="#main"' in focused(root)
    root.keyboard.press("Enter")
    assert root.url.endswith("#main")


def test_the_keys_can_be_switched_off(root):
    root.goto("/profile")
    press(root, "Switch the keys off")
    root.keyboard.press("?")
    assert root.locator("#keys").count() == 0
    assert root.locator("script[src*=keys]").count() == 0
    press(root, "Switch the keys on")
    root.keyboard.press("?")
    assert root.locator("#keys").is_visible()
