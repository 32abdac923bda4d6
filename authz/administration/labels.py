"""What roles, options, kinds of bindings and types are called, in English.

These are the source texts that other languages translate. What the policies name and this
page does not know is called by its id, so that a new role needs no edit here.
"""

from collections.abc import Mapping

ROLES: Mapping[str, str] = {
    "owner": "Owner",
    "admin": "Admin",
    "financial-manager": "Financial Manager",
    "user": "User",
    "platform_admin": "Platform Administrator",
    "platform_reader": "Platform Reader",
    "supply_company_admin": "Supply Company Administrator",
    "service_company_admin": "Service Company Administrator",
    "manufacturer": "Manufacturer",
    "branch": "Branch",
    "consumer": "Consumer",
    "operator": "Operator",
    "reviewer": "Reviewer",
}
OPTIONS: Mapping[str, str] = {
    "reporting": "Reporting",
    "accounting": "Accounting",
    "export": "Export",
    "equipment_monitoring": "Equipment monitoring",
    "technical_support": "Technical support",
    "configuration_request": "Configuration requests",
    "communication_schedule": "Communication schedule",
    "lock_control": "Lock control",
    "send_parameters": "Send parameters",
    "metrology": "Metrology",
}
#: Kind of binding, or type -> what one of them is called, with its article.
THINGS: Mapping[str, str] = {
    "cluster": "a cluster",
    "minigrid": "a mini-grid",
    "village": "a village",
    "supply_company": "a supply company",
    "service_organization": "a service organization",
    "manufacturer": "a manufacturer",
    "consumer": "a consumer",
    "metering_unit": "a metering unit",
    "api_client": "an API client",
    "tenant": "a company",
    "user": "a person",
}


def role(id: str) -> str:
    """The name of a role or access level."""
    return ROLES.get(id) or _spelt(id)


def option(id: str) -> str:
    """The name of an additional option."""
    return OPTIONS.get(id) or _spelt(id)


def one(kind: str) -> str:
    """One thing of that kind, as `a supply company`."""
    return THINGS.get(kind) or f"a {_spelt(kind).lower()}"


def _spelt(id: str) -> str:
    words = id.replace("_", " ").replace("-", " ").replace(".", " ")
    return words[:1].upper() + words[1:]
