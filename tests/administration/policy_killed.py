"""Puts policies in force and is killed on the way, once at each step.

Run as `python -m tests.administration.policy_killed HOW FOLDER`. For each step there is a
copy of FOLDER/start, named by its number, as the process left it that was killed when it
was about to take that step. The last number is the one that came to its end.
"""

import os
import shutil
import signal
import sys
from pathlib import Path

from authz.administration import policy_activation
from authz.administration.policy_writing import write
from tests.administration.conftest import Clock
from tests.administration.policy_desks import Desks, read

#: What Python tells of before it changes something on disk.
STEPS = ("os.rename", "os.remove", "os.mkdir", "os.rmdir")


def kill_at(count: int, directory: str) -> None:
    """From now on, this process is killed before so many changes in that directory."""
    left = count

    def hook(event: str, arguments: tuple) -> None:
        nonlocal left
        if event == "open":
            path, _, flags = arguments
            is_step = isinstance(flags, int) and flags & os.O_CREAT
        else:
            path, is_step = (arguments[0] if arguments else ""), event in STEPS
        if is_step and directory in str(path):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def activate(folder: Path) -> None:
    """The first change of the database there."""
    desks = Desks(folder / "gatehouse.db", Clock(), folder / "policies")
    policy_activation.activate(desks.operator, desks.site, 1)


def write_files(folder: Path) -> None:
    """The files of `wanted` in `policies`."""
    write(folder / "policies", read(folder / "wanted"))


def main(how: str, folder: Path) -> None:
    """All steps of `activate` or of `write`."""
    act = {"activate": activate, "write": write_files}[how]
    number, was_killed = 0, True
    while was_killed:
        number += 1
        copy = shutil.copytree(folder / "start", folder / str(number))
        child = os.fork()
        if not child:
            kill_at(number, f"{copy}/policies")
            act(copy)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        was_killed = os.WIFSIGNALED(status)
        if not was_killed and status:
            raise SystemExit(f"step {number} ended with {status}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
