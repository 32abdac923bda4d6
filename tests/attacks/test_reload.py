"""While policies are replaced, and refused, every answer comes from one whole set."""

import threading

from authz.decisions.active import ActivePolicies
from authz.engine.policyset import load
from authz.model import Decision, Reason
from tests.attacks import world

READERS = 3
RELOADS = 12
EVERYBODY_READS = b"""
permit("attack.probe", _subject: User, "document:read", _document: Document, _context);
"""
BY_OWNER = Decision(True, Reason.PERMITTED, ("base.owner-reads",))
BY_BOTH = Decision(True, Reason.PERMITTED, ("attack.probe", "base.owner-reads"))


def test_no_answer_is_lost_or_mixed_while_sets_are_swapped(tmp_path):
    world.write(tmp_path, world.base_files())
    active = ActivePolicies(tmp_path, load)
    stop = threading.Event()
    wrong: list[object] = []

    def read() -> None:
        while not stop.is_set():
            try:
                policies = active.current()
                decision = world.ask(policies, "ann", "hers")
            except Exception as exc:  # noqa: BLE001 - what happens to a reader is what is tested
                wrong.append(exc)
                return
            expected = BY_BOTH if "attack.probe" in policies.policies else BY_OWNER
            if decision != expected:
                wrong.append(decision)

    threads = [threading.Thread(target=read) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    revisions = set()
    for number in range(RELOADS):
        text = (EVERYBODY_READS, b"permit(", b"")[number % 3]
        world.write(tmp_path, world.attack_files(text, tmp_path / "canary"))
        active.reload()
        assert active.health().ok == (number % 3 != 1)
        revisions.add(active.current().revision)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(revisions) == 2
