"""The Chromium that tests look at pages with: where it is, and how it comes there.

`python -m tests.browser.install` installs one where the machine has none and allows it. It
does not fail where it cannot: the tests then say that they were left out, and in CI, where
`CI` is set, they fail.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Error, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PACKAGE = "chromium"
ADVICE = "install Chromium, or say `CHROMIUM=/path/to/it`"
ARGUMENTS = ("--disable-gpu", "--disable-background-networking")


def installed() -> str | None:
    """The browser of the system, or what `CHROMIUM` says; None where there is neither."""
    said = os.environ.get("CHROMIUM")
    found = [shutil.which(name) for name in ([said] if said else NAMES)]
    return next(filter(None, found), None)


def chromium(playwright: Playwright) -> str | None:
    """The same; else the one that Playwright brought, where it did."""
    own = Path(playwright.chromium.executable_path)
    return installed() or (str(own) if own.exists() else None)


def arguments() -> list[str]:
    """How it is started here."""
    # WHY: Chromium refuses to shut itself in for root.
    return [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def main() -> None:
    """Install one, if need be."""
    with sync_playwright() as playwright:
        if chromium(playwright):
            return
    print("installing Chromium, which the tests look at pages with")  # noqa: T201
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _run("apt-get", "update", "-qq")
        _run("apt-get", "install", "-qq", "-y", "--no-install-recommends", PACKAGE)
    if not installed():
        _run(sys.executable, "-m", "playwright", "install", "chromium")
    with sync_playwright() as playwright:
        if not chromium(playwright):
            said = f"warning: no Chromium, so pages are not looked at: {ADVICE}"
            print(said, file=sys.stderr)  # noqa: T201


def _run(*command: str) -> None:
    """WHY its failure is no error: what is missing is looked for afterwards."""
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, env=quiet)


def launched(playwright: Playwright):
    """A browser, or nothing where there is none. Raises: what keeps it from starting."""
    found = chromium(playwright)
    if found is None:
        return None
    try:
        return playwright.chromium.launch(executable_path=found, args=arguments())
    except Error as exc:
        raise RuntimeError(f"`{found}` does not start: {exc.message}") from exc


if __name__ == "__main__":
    main()
