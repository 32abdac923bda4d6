"""Random edits of the shipped policies: a row or a condition less."""

import re
from random import Random

from authz.assurance.bench_load import uncompared
from authz.engine.policyset import PolicySet
from authz.engine.source import read_directory
from authz.errors import PolicyError
from tests.shipped import POLICIES

#: A fact that stands on a line of its own, or a condition that others follow.
PART = re.compile(rb'^(?:\w+\("[^()]*"\);\n|  [^\n]* and\n)', re.MULTILINE)


def edited(random: Random, count: int) -> PolicySet:
    """The shipped set without so many parts, of which it still makes sense."""
    files = dict(read_directory(POLICIES).files)
    done = 0
    found = uncompared(files)
    while done < count:
        name = random.choice([name for name in files if name.endswith(".polar")])
        part = random.choice(list(PART.finditer(files[name])))
        text = files[name][: part.start()] + files[name][part.end() :]
        try:
            found = uncompared(files | {name: text})
        except PolicyError:
            continue
        files[name], done = text, done + 1
    return found


def replaced(changes: dict[str, str]) -> PolicySet:
    """The shipped set with other texts in place of some of its own."""
    files = dict(read_directory(POLICIES).files)
    for before, after in changes.items():
        names = [name for name in files if before.encode() in files[name]]
        assert len(names) == 1, (before, names)
        files[names[0]] = files[names[0]].replace(before.encode(), after.encode())
    return uncompared(files)
