"""The Protected Pages Password: which refusals it alone is the reason for."""

from authz.decisions.pdp import Answer

#: The policy that keeps the pages shut until the password was given.
LOCK = "protected_pages.page-is-locked"


def locked(answer: Answer) -> bool:
    """Whether the policies would allow it, were the pages unlocked.

    WHY it asks what was overruled: the password is a step more for those who may, and never
    tells the others that there is something behind it.
    """
    decision = answer.decision
    return decision.determining == (LOCK,) and bool(decision.overruled)
