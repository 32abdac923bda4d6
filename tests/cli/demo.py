"""A real `authz demo` in a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.api.doors import wait_until_ready
from tests.cli.conftest import CONFIG, ROOT
from tests.shipped import shipped


@contextmanager
def demo(folder: Path, port: int) -> Iterator[Path]:
    """The file that holds what the running demo prints; in the end it must stop well."""
    # WHY: comparing all policies may take longer than a server is waited for.
    shipped()
    printed = folder / f"printed-{port}"
    command = [sys.executable, "-c", "from authz.cli import main; main()", "demo"]
    flags = ["--config", str(CONFIG), "--data", str(folder), "--port", str(port)]
    with printed.open("wb") as output:
        process = subprocess.Popen(
            command + flags,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        wait_until_ready(port, process, printed)
        yield printed
    finally:
        process.terminate()
        code = process.wait(timeout=60)
    assert code == 0, printed.read_text("utf-8")
