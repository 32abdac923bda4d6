"""What the rules of the benchmark say, as data: how many there are is a parameter.

Two things are made from it, so that they say the same: the policy set in Polar
(`bench_policies.py`) and the dicts of the function written by hand (`bench_by_hand.py`).
Each module of the generated platform is one action with up to five permits; the forbids are
those of the shipped policies that can meet a metering unit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from random import Random

FORBIDS = 6
PERMITS_OF_A_MODULE = tuple(
    (ground, scope)
    for ground, scopes in (
        ("role", ("platform", "supply_company", "service_company")),
        ("option", ("supply_company", "service_company")),
    )
    for scope in scopes
)
#: Scope of a role -> the kinds of binding that it needs.
REQUIRED = {
    "platform": frozenset[str](),
    "supply_company": frozenset({"supply_company"}),
    "service_company": frozenset({"supply_company", "service_organization"}),
}
OPTIONS = ("reporting", "monitoring", "accounting", "technical_support")
#: The forbids, one whole module and one more action: fewer would leave a helper that
#: nothing asks for, or a forbid that never holds.
RULES_LEAST = FORBIDS + len(PERMITS_OF_A_MODULE) + 1
RULES_PER_ROLE = 50
ROLES_LEAST = 6


@dataclass(frozen=True, slots=True)
class Permit:
    """One permit: whoever has the permission on that ground, within that scope."""

    action: str
    #: `role` or `option`.
    ground: str
    scope: str


@dataclass(frozen=True, slots=True)
class Rules:
    """Who may do what on the generated platform."""

    permits: tuple[Permit, ...]
    #: Action -> the permission that it needs.
    needs: Mapping[str, str]
    #: Role -> how far it reaches.
    scopes: Mapping[str, str]
    #: Role -> the permissions that it carries.
    permissions: Mapping[str, frozenset[str]]
    #: Role -> the options that it may have.
    options: Mapping[str, frozenset[str]]
    #: Option -> the permissions that it carries.
    option_permissions: Mapping[str, frozenset[str]]
    web_only: frozenset[str]
    #: Actions that change nothing: all that a read-only role may do.
    reads: frozenset[str]
    read_only: frozenset[str]


def generated_rules(count: int, random: Random) -> Rules:
    """Rules that amount to `count` policies, `RULES_LEAST` or more."""
    permits = tuple(islice(_permits(), count - FORBIDS))
    actions = list(dict.fromkeys(permit.action for permit in permits))
    needs = {action: action.partition(":")[0] for action in actions}
    scopes = list(REQUIRED)
    roles = [f"role_{n}" for n in range(max(ROLES_LEAST, count // RULES_PER_ROLE))]
    modules = list(needs.values())
    # WHY some hold all: each permit is reached by somebody.
    complete = {*roles[len(scopes) : 2 * len(scopes)], OPTIONS[0]}

    def held(name: str, share: float) -> frozenset[str]:
        some = _some(modules, share, random)
        return frozenset(modules) if name in complete else some

    return Rules(
        permits=permits,
        needs=needs,
        scopes={role: scopes[n % len(scopes)] for n, role in enumerate(roles)},
        permissions={role: held(role, 0.6) for role in roles},
        options={role: _some(OPTIONS, 0.5, random) for role in roles},
        option_permissions={option: held(option, 0.3) for option in OPTIONS},
        web_only=_some(actions, 0.3, random),
        reads=_some(actions[:-1], 0.6, random),
        read_only=frozenset(roles[:1]),
    )


def _permits() -> Iterable[Permit]:
    number = 0
    while True:
        for ground, scope in PERMITS_OF_A_MODULE:
            yield Permit(f"module_{number:03}:use", ground, scope)
        number += 1


def _some(names: Iterable[str], share: float, random: Random) -> frozenset[str]:
    """About that share of the names, and at least the first."""
    first, *others = names
    return frozenset([first, *(name for name in others if random.random() < share)])
