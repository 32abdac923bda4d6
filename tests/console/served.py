"""A small application in place of the console, for tests of the process that serves it."""

import os
import time
from pathlib import Path

from webapp.console.process import Served

BODY_BYTES = 1024


def load(folder: Path) -> Served:
    def app(environ, start_response):
        if environ["PATH_INFO"] == "/slow":
            (folder / "begun").touch()
            time.sleep(1)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"{os.getpid()} {environ['REMOTE_ADDR']}".encode()]

    return Served(app, (folder / "reloaded").touch, BODY_BYTES, has_proxy=False)
