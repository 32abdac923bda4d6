"""The function that one would write by hand: what a decision costs without a policy engine.

Plain dicts and sets, the same rules, the same questions. Compiled decisions are measured
against it, so it is what a careful person would write for this one platform: it explains
nothing, knows no other type, and nobody could review its rules.
"""

from collections.abc import Callable, Mapping
from typing import Any

from authz.assurance.bench_policies import RESOURCE
from authz.assurance.bench_rules import REQUIRED, Rules
from authz.assurance.bench_world import World, supply_line

Given = Mapping[str, Any]
#: Subject, action, resource and context in the shape of AuthZEN -> whether it is allowed.
IsAllowed = Callable[[Given, Given, Given, Given], bool]
#: The same of prepared facts alone; None where something is not prepared.
Quick = Callable[[Given, Given, Given, Given], bool | None]


def written_by_hand(world: World) -> IsAllowed:
    """`is_allowed` of this world."""
    users, units, rules = _users(world), _units(world), world.rules
    by_role, by_option = _scopes(rules, "role"), _scopes(rules, "option")
    options_with = {
        permission: {
            o for o, held in rules.option_permissions.items() if permission in held
        }
        for permission in rules.needs.values()
    }

    def is_allowed(subject: Given, action: Given, resource: Given, context: Given) -> bool:
        if subject["type"] != "user" or resource["type"] != RESOURCE:
            return False
        user, unit = users.get(subject["id"]), units.get(resource["id"])
        name = action["name"]
        if user is None or unit is None or name not in rules.needs:
            return False
        if user["tenant"] != unit["tenant"] or user["status"] != "active":
            return False
        if name in rules.web_only and context.get("channel") != "web":
            return False
        permission, allowed = rules.needs[name], False
        for role in user["roles"]:
            scope = rules.scopes[role]
            if not REQUIRED[scope] <= user["bound"]:
                return False
            if role in rules.read_only and name not in rules.reads:
                return False
            if not allowed and (
                (permission in rules.permissions[role] and scope in by_role[name])
                or (
                    scope in by_option[name]
                    and user["options"] & options_with[permission] & rules.options[role]
                )
            ):
                allowed = reaches(scope, user, unit)
        return allowed

    def reaches(scope: str, user: Given, unit: Given) -> bool:
        if scope == "platform":
            return True
        if user["companies"].isdisjoint(unit["line"]):
            return False
        return scope != "service_company" or unit["organization"] in user["organizations"]

    return is_allowed


def _users(world: World) -> dict[str, Given]:
    return {
        person.id: {
            "tenant": world.tenant,
            "status": person.status,
            "roles": person.roles,
            "options": person.options,
            "companies": person.supply_companies,
            "organizations": person.service_organizations,
            "bound": {
                kind
                for kind, targets in (
                    ("supply_company", person.supply_companies),
                    ("service_organization", person.service_organizations),
                )
                if targets
            },
        }
        for person in world.people
    }


def _units(world: World) -> dict[str, Given]:
    return {
        unit.id: {
            "tenant": world.tenant,
            "line": supply_line(world.parents, unit.supply_company),
            "organization": unit.service_organization,
        }
        for unit in world.units
    }


def _scopes(rules: Rules, ground: str) -> dict[str, set[str]]:
    """Action -> the scopes that have a permit for it on that ground."""
    return {
        action: {p.scope for p in rules.permits if (p.action, p.ground) == (action, ground)}
        for action in rules.needs
    }
