"""Disagreements between the two ways to decide, as entries of the Events Log."""

from collections.abc import Callable
from dataclasses import asdict

from authz.decisions.sample import Disagreement
from authz.model import Decision
from authz.storage.database import Database
from authz.storage.events import SERVICE, record

ACTION = "engine.disagreement"
REASON = "the compiled conditions and the policies differ"


def recorder(database: Database) -> Callable[[Disagreement], None]:
    """What writes a disagreement into the log of the tenant it happened in.

    It raises Unavailable when the log cannot be written.
    """

    def write(found: Disagreement) -> None:
        about = found.sampled
        record(
            database,
            about.tenant,
            actor=SERVICE,
            action=ACTION,
            about=("policy_set", about.policy_revision),
            label=f"{about.signature.action} on {about.signature.resource}",
            after={
                "request": asdict(about.signature),
                "data_revision": about.data_revision,
                "compiled": _told(found.compiled),
                "reference": _told(found.reference),
            },
            refused=REASON,
        )

    return write


def _told(decision: Decision) -> dict[str, object]:
    return {
        "decision": decision.allowed,
        "reason": decision.reason.value,
        "policies": decision.determining,
        "errors": [asdict(error) for error in decision.errors],
    }
