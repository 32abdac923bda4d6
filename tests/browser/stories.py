"""What people do again and again in the stories."""

from collections.abc import Iterable

from playwright.sync_api import Page

from tests.administration.conftest import PASSWORD
from tests.browser.windows import Windows, log_in


def entered(windows: Windows, email: str, *, scripts: bool = True) -> Page:
    """A new window in which that person is logged in."""
    page = windows.open(scripts=scripts)
    log_in(page, email)
    assert page.url == f"{windows.site.url}/", page.locator("main").inner_text()
    return page


def press(page: Page, name: str) -> None:
    """A button or a link that leads to another page, by its word."""
    found = page.get_by_role("button", name=name, exact=True)
    with page.expect_navigation():
        (
            found if found.count() else page.get_by_role("link", name=name, exact=True)
        ).click()


def add_user(page: Page, email: str, name: str, password: str = PASSWORD) -> None:
    """Through the form, from the list."""
    page.goto("/users")
    press(page, "Add")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    press(page, "Add")


def tick(page: Page, name: str, values: Iterable[str]) -> None:
    """Exactly these of a group of choices."""
    for box in page.locator(f"input[name={name}]").all():
        box.set_checked(box.get_attribute("value") in set(values))


def told(page: Page) -> str:
    """What the page says of what was just done."""
    return " ".join(page.locator(".notice").all_inner_texts())


def menu(page: Page) -> list[str]:
    """The words of the menu."""
    return page.locator("#nav ul a").all_inner_texts()


def status(page: Page, path: str) -> int:
    """What a typed address answers."""
    answer = page.goto(path)
    assert answer is not None
    return answer.status


def column(page: Page, label: str) -> list[str]:
    """The cells of a table."""
    return page.locator(f'td[data-label="{label}"]').all_inner_texts()
