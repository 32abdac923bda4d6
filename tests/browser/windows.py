"""Windows of a real browser, one for each person, and everything they complain about."""

from playwright.sync_api import Browser, ConsoleMessage, Page, Response

from tests.administration.conftest import PASSWORD
from tests.browser.site import PAGES_PASSWORD, Site

WIDE = {"width": 1280, "height": 900}
#: For a page on a busy machine, and for something on a page. Units: milliseconds.
PAGE_MS, PART_MS = 60_000, 15_000
#: What Chromium says of an answer that is an error; the answers themselves are looked at.
OF_AN_ANSWER = "Failed to load resource"
#: What htmx says when a person goes on before its question is answered.
OF_LEAVING = ("htmx:afterRequest", "htmx:sendError", "htmx:sendAbort")


class Windows:
    """Opens windows, each with cookies of its own."""

    def __init__(self, browser: Browser, site: Site):
        self._browser = browser
        self.site = site
        #: What browsers reported and should not: errors of scripts, refused styles.
        self.complaints: list[str] = []
        self._kept: dict[str, Page] = {}

    def open(self, *, scripts: bool = True) -> Page:
        """A new window in which nobody is logged in."""
        context = self._browser.new_context(
            base_url=self.site.url,
            viewport=WIDE,
            locale="en-US",
            java_script_enabled=scripts,
        )
        context.set_default_navigation_timeout(PAGE_MS)
        context.set_default_timeout(PART_MS)
        page = context.new_page()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("response", self._answered)
        return page

    def of(self, email: str) -> Page:
        """A window in which this person is logged in; empty: nobody."""
        if email not in self._kept:
            page = self.open()
            if email:
                log_in(page, email)
            self._kept[email] = page
        return self._kept[email]

    def _said(self, message: ConsoleMessage) -> None:
        is_known = message.text.startswith((OF_AN_ANSWER, *OF_LEAVING))
        if message.type in ("error", "warning") and not is_known:
            self.complaints.append(f"{message.location}: {message.text}")

    def _answered(self, response: Response) -> None:
        """Pages may be refused, what they are drawn with may not."""
        if response.status >= 400 and response.request.resource_type != "document":
            self.complaints.append(f"{response.url}: {response.status}")


def log_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """As a person does it."""
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    with page.expect_navigation():
        page.get_by_role("button", name="Log in").click()


def visit(page: Page, path: str) -> int:
    """The status of an address, after the questions for passwords in front of it."""
    answer = page.goto(path)
    assert answer is not None
    for asked, password in (("/unlock", PAGES_PASSWORD), ("/confirm", PASSWORD)):
        if page.url.split("?")[0].endswith(asked) and not path.startswith(asked):
            page.locator("main input[type=password]").fill(password)
            with page.expect_navigation():
                page.locator("main button.primary").click()
            answer = page.goto(path)
            assert answer is not None
    return answer.status
