"""What roles, options, kinds of bindings and types are called, in English.

These are the source texts that other languages translate. What the policies name and this
page does not know is called by its id, so that a new role needs no edit here.
"""

from collections.abc import Mapping

from authz.said import Said, said

ROLES: Mapping[str, Said] = {
    "owner": said("Owner"),
    "admin": said("Admin"),
    "financial-manager": said("Financial Manager"),
    "user": said("User"),
    "platform_admin": said("Platform Administrator"),
    "platform_reader": said("Platform Reader"),
    "supply_company_admin": said("Supply Company Administrator"),
    "service_company_admin": said("Service Company Administrator"),
    "manufacturer": said("Manufacturer"),
    "branch": said("Branch"),
    "consumer": said("Consumer"),
    "operator": said("Operator"),
    "reviewer": said("Reviewer"),
}
OPTIONS: Mapping[str, Said] = {
    "reporting": said("Reporting"),
    "accounting": said("Accounting"),
    "export": said("Export"),
    "equipment_monitoring": said("Equipment monitoring"),
    "technical_support": said("Technical support"),
    "configuration_request": said("Configuration requests"),
    "communication_schedule": said("Communication schedule"),
    "lock_control": said("Lock control"),
    "send_parameters": said("Send parameters"),
    "metrology": said("Metrology"),
}
#: Kind of binding, or type -> what one of them is called, with its article.
THINGS: Mapping[str, Said] = {
    "cluster": said("a cluster"),
    "minigrid": said("a mini-grid"),
    "village": said("a village"),
    "supply_company": said("a supply company"),
    "service_organization": said("a service organization"),
    "manufacturer": said("a manufacturer"),
    "consumer": said("a consumer"),
    "metering_unit": said("a metering unit"),
    "api_client": said("an API client"),
    "tenant": said("a company"),
    "user": said("a person"),
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
