"""A small policy set that is under attack, and two people who ask it.

Ann owns `hers`, and `base.owner-reads` lets her read it; `his` belongs to Bob. Cid is
banned.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from authz.decisions.pdp import PDP
from authz.decisions.ports import Stored
from authz.engine.policyset import PolicySet
from authz.engine.schema import TypeSchema
from authz.model import Action, Caller, Decision, Entity, Reason, Request

BASE = Path(__file__).parent / "base"
CORPUS = Path(__file__).parent / "corpus"
#: Where an attack puts its canary: a file that must never appear.
CANARY = "CANARY"
_ID = re.compile(rb'"(attack\.[a-z-]+)"')

_FACTS = {
    ("user", "ann"): {"name": "ann", "level": 3, "roles": ("reader",)},
    ("user", "cid"): {"name": "cid", "level": 1, "banned": True},
    ("document", "hers"): {"owner": "ann"},
    ("document", "his"): {"owner": "bob"},
    ("document", "cids"): {"owner": "cid"},
}


class _Facts:
    """Ann, Cid and their documents."""

    def revision(self, tenant: str) -> int:
        return 1

    def held_revision(self, tenant: str) -> int:
        return 1

    def find(self, tenant: str, kind: TypeSchema, id: str) -> Stored | None:
        found = _FACTS.get((kind.name, id))
        return None if found is None else Stored(id, found)

    def pages_unlocked(self, tenant: str, session: str, user: str) -> bool:
        return False


def corpus(kind: str) -> list[Path]:
    """The texts of one folder of the corpus."""
    return sorted((CORPUS / kind).glob("*.polar"))


def base_files() -> dict[str, bytes]:
    """The last good policy set: file name -> content."""
    return {path.name: path.read_bytes() for path in BASE.iterdir()}


def attack_files(text: bytes, canary: Path) -> dict[str, bytes]:
    """The text as a policy file, with a catalogue that has an entry for each id in it."""
    text = text.replace(CANARY.encode(), str(canary).encode())
    entry = b"{title: T, why: W, owner: tests, sentence: {en: S}}"
    entries = b"".join(
        b"  %s: %s\n" % (found, entry) for found in sorted(set(_ID.findall(text)))
    )
    catalogue = (
        b"version: 1\npolicies:\n" + entries if entries else b"version: 1\npolicies: {}\n"
    )
    return {"attack.polar": text, "attack.yaml": catalogue}


def write(directory: Path, files: Mapping[str, bytes]) -> None:
    """The files, in the directory."""
    directory.mkdir(exist_ok=True)
    for name, content in files.items():
        (directory / name).write_bytes(content)


def ask(policies: PolicySet, subject: str, document: str) -> Decision:
    """Whether that person may read that document."""
    request = Request(
        Entity("user", subject), Action("document:read"), Entity("document", document)
    )
    return (
        PDP(lambda: policies, _Facts(), lambda: 0.0).evaluate(request, Caller("t")).decision
    )


def answers_as_ever(policies: PolicySet) -> bool:
    """Whether the last good policies decide as they always did."""
    return (
        ask(policies, "ann", "hers")
        == Decision(True, Reason.PERMITTED, ("base.owner-reads",))
        and ask(policies, "ann", "his") == Decision(False, Reason.NO_PERMIT)
        and ask(policies, "cid", "cids")
        == Decision(False, Reason.FORBIDDEN, ("base.banned-does-nothing",))
    )


def children() -> list[int]:
    """Ids of the live processes that this one has started, and zombies of them."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError, ValueError):
            continue
        if parent == os.getpid():
            found.append(int(folder.name))
    return sorted(found)
