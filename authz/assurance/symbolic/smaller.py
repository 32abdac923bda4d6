"""The smallest request of which something is true, and that there can be."""

from collections.abc import Callable
from typing import Any

from authz.assurance.symbolic.possible import as_one, is_one, is_possible, said_twice
from authz.assurance.symbolic.universe import Universe
from authz.engine.gate.counterexample import TENANT, smallest
from authz.engine.gate.requests import Request


def smallest_possible(
    request: Request,
    universe: Universe,
    shows: Callable[[Request], bool],
    *,
    one_type: bool,
) -> Request:
    """A request that shows it, and from which nothing can be left out.

    one_type: whether subject and resource are of one type.
    """
    one = one_type and is_one(request)

    def whole(found: Request) -> Request:
        # WHY: what is one thing twice only gets smaller at both ends at once.
        return as_one(found, universe) if one else found

    def fits(found: Request) -> bool:
        return is_possible(found, universe, one_type=one_type) and shows(found)

    kept = universe.leaving_out(said_twice(universe)) if one else universe
    small = whole(smallest(request, kept.attributes, lambda found: fits(whole(found))))
    # WHY: a tenant that two things share only gets plain at both ends at once.
    plain = _with(small, small["subject"]["tenant"], TENANT)
    return plain if fits(plain) else small


def _with(value: Any, old: str, new: str) -> Any:
    """The same with one string in the place of another, wherever it is."""
    if isinstance(value, dict):
        return {key: _with(of, old, new) for key, of in value.items()}
    if isinstance(value, tuple):
        return tuple(_with(of, old, new) for of in value)
    return new if value == old else value
