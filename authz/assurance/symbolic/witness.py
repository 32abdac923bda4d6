"""The question: is there a request for which a formula holds?"""

import hashlib
from collections.abc import MutableSet

from authz.assurance.symbolic.encoding import Encoding
from authz.assurance.symbolic.formula import Formula, true_of
from authz.assurance.symbolic.reading import request_of
from authz.assurance.symbolic.solver import Undecided, solve
from authz.assurance.symbolic.universe import Universe
from authz.engine.gate.requests import Request

#: How long one question may take.
TIMEOUT_MS = 10_000


def witness(
    formula: Formula,
    universe: Universe,
    *,
    timeout_ms: int = TIMEOUT_MS,
    without: MutableSet[str] | None = None,
) -> Request | None:
    """A complete request for which the formula holds; None: it is proved that there is
    none.

    Sets are sorted tuples, and what the formula does not mention is plain.
    without: hashes of questions of which it is proved already; this one is added if so.
    Raises: Undecided with the reason.
    """
    encoding = Encoding(formula, universe)
    key = hashlib.sha256(encoding.text.encode()).hexdigest()
    if without is not None and key in without:
        return None
    model = solve(encoding.text, encoding.asked(), timeout_ms=timeout_ms)
    if model is None:
        if without is not None:
            without.add(key)
        return None
    request = request_of(encoding, model)
    if not true_of(formula, request):
        raise Undecided("the solver found a request for which it does not hold")
    return request
