"""The paths that take a question, each with one that is answered."""

from typing import Any

from tests.api.doors import EVALUATION, question

EVALUATIONS = "/access/v1/evaluations"
SEARCH = "/access/v1/search"
ALICE_READS = question("user:alice", "read", "record:record-1")
SUBJECT, ACTION, RESOURCE = (
    ALICE_READS[part] for part in ("subject", "action", "resource")
)

#: Path -> a question that is sound there.
POSTS: dict[str, dict[str, Any]] = {
    EVALUATION: ALICE_READS,
    EVALUATIONS: ALICE_READS | {"evaluations": [{}, {}]},
    f"{SEARCH}/subject": ALICE_READS | {"subject": {"type": "user"}},
    f"{SEARCH}/resource": ALICE_READS | {"resource": {"type": "record"}},
    f"{SEARCH}/action": {"subject": SUBJECT, "resource": RESOURCE},
}
