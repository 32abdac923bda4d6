"""The solver: SMT-LIB text in, a model or the proof that there is none out.

The only module that knows which solver it is.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from typing import Any

from authz.errors import AuthzError

INSTALL = "the solver is not installed: `pip install 'gatehouse[prove]'` brings it"
#: WHY one at a time: what a context holds is for one thread.
_TURN = threading.Lock()


class Undecided(AuthzError):
    """Neither a request nor a proof that there is none was found; the message says why."""


class SolverMissing(Undecided):
    """The solver is not installed."""


@dataclass(frozen=True, slots=True)
class Model:
    """What a solver says of the names in a text."""

    #: Name of a constant -> its value, as the solver writes it. What is not here is free.
    values: Mapping[str, str]
    #: Name of a predicate, value -> whether it holds.
    members: Mapping[tuple[str, str], bool]


def solve(
    text: str, asked: Mapping[str, Iterable[str]], *, timeout_ms: int
) -> Model | None:
    """A model of the text; None: there is none.

    asked: name of a predicate -> names of the constants to try it with.
    Raises: Undecided.
    """
    try:
        import z3
    except ImportError as exc:
        raise SolverMissing(INSTALL) from exc
    with _TURN:
        solver = z3.SimpleSolver()
        solver.set("timeout", timeout_ms)
        try:
            solver.from_string(text)
            found = solver.check()
        except z3.Z3Exception as exc:
            raise Undecided(f"the solver refuses the question: {exc}") from exc
        if found == z3.unsat:
            return None
        if found != z3.sat:
            why = solver.reason_unknown()
            late = why in ("timeout", "canceled", "interrupted from keyboard")
            raise Undecided("time: the solver did not end in time" if late else why)
        return _read(solver.model(), asked)


def solver_version() -> str:
    """Which solver it is; empty when it is not installed.

    WHY not asked of itself: whoever only compares it should not carry a solver around.
    """
    if find_spec("z3") is None:
        return ""
    return f"z3 {metadata.version('z3-solver')}"


def _read(model: Any, asked: Mapping[str, Iterable[str]]) -> Model:
    declared = {one.name(): one for one in model.decls()}
    terms = {name: model[one] for name, one in declared.items() if one.arity() == 0}
    values = {name: term.sexpr() for name, term in terms.items()}
    members = {
        (name, values[of]): model.eval(declared[name](terms[of])).sexpr() == "true"
        for name, constants in asked.items()
        for of in constants
        if name in declared and of in terms
    }
    return Model(values, members)
