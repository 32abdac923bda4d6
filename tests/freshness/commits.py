"""What one worker commits, and what another one answers right after."""

from collections.abc import Iterable

from tests.freshness.conftest import Worker


def late_answers(
    changes: Worker, asks: Worker, rounds: Iterable[int]
) -> list[tuple[int, str]]:
    """In which rounds an answer was older than the last commit, and how."""
    wrong = []
    for number in rounds:
        changes.does("revoke")
        if asks.does("ask") is not False:
            wrong.append((number, "allowed after a revoke"))
        changes.does("grant")
        if asks.does("ask") is not True:
            wrong.append((number, "denied after a grant"))
    return wrong
