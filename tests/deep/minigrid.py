"""The catalogue of mini-grid tenants: nouns, verbs, permission, whether Android may."""

from typing import Any

from tests.deep.catalogue import rows

ROLES = frozenset({"owner", "admin", "financial-manager", "user"})
#: Permission -> the roles that hold it.
HOLDERS = {
    "users": {"owner", "admin"},
    "roles": {"owner", "admin"},
    "settings": {"owner", "admin"},
    "settings.api-keys": {"owner", "admin"},
    "plugins": {"owner", "admin"},
    "horizon": {"owner", "admin"},
    "events": {"owner", "admin"},
    "customers": {"owner", "admin", "financial-manager", "user"},
    "assets": {"owner", "admin", "financial-manager", "user"},
    "tickets": {"owner", "admin", "financial-manager", "user"},
    "payments": {"owner", "admin", "financial-manager"},
    "transactions": {"owner", "admin", "financial-manager"},
    "reports": {"owner", "admin", "financial-manager"},
    "exports": {"owner", "admin", "financial-manager"},
    "signed-in": {"owner", "admin", "financial-manager", "user"},
}
TABLE = """
user | list read create update set_password delete demote | users | no
role | list read assign | roles | no
settings sms_gateway map mail ppp | read update | settings | no
tariff target connection_group | create update delete | settings | no
connection_type commission_type | create update delete | settings | no
tariff connection_group connection_type location | read | signed-in | yes
cluster minigrid village | create update delete | settings | no
api_client | list create revoke | settings.api-keys | no
plugin | list enable disable configure | plugins | no
queue_dashboard | read | horizon | no
customer | list read create update | customers | yes
customer | delete import | customers | no
asset appliance | list read create update assign | assets | yes
asset appliance | delete import | assets | no
ticket | list read create comment close | tickets | yes
payment | list read create | payments | yes
transaction | list read generate_token refund import | transactions | no
report | list read download | reports | no
export | run | exports | no
agent | list read | signed-in | no
agent | create update set_password charge receipt delete | settings | no
event | list read | events | no
"""
#: What the Protected Pages Password covers (R14, R21).
PROTECTED_TABLE = """
user | list read create update set_password delete demote
settings | read update
tariff target connection_group connection_type commission_type | create update delete
cluster minigrid village | create update delete
plugin | list enable disable configure
"""
#: Whether these are pages of the settings is not said.
UNSAID_TABLE = """
sms_gateway map mail ppp | read update
role | list read assign
user | set_access
"""
#: What an export is about that needs no more than `exports`; None is not said.
WITHOUT_PEOPLE = {None, "customers", "transactions", "payments", "tickets", "reports"}
WITHOUT_PEOPLE |= {"assets", "appliances", "devices"}
#: Narrowed to the clusters that a bound person is responsible for (R7, D3).
NARROWED = ("customer", "asset", "appliance", "ticket")


ROWS = rows(TABLE)
PROTECTED, PERHAPS_PROTECTED = set(rows(PROTECTED_TABLE)), set(rows(UNSAID_TABLE))
WEB_ONLY = frozenset(action for action, (_, android) in ROWS.items() if android == "no")


def allowed(asked: Any) -> bool | None:
    """Whether a person of a mini-grid company is allowed."""
    if asked.action in ("user:set_access", "access:explain"):
        return None if asked.who.roles & HOLDERS["users"] else False
    if asked.action not in ROWS:
        return False
    permission, _ = ROWS[asked.action]
    holding = asked.who.roles & HOLDERS[permission]
    if not holding:
        # Nobody says whether a person without any role counts as signed in.
        return None if permission == "signed-in" else False
    locked = asked.who.pages_protected and not asked.unlocked
    if locked and asked.action in PROTECTED:
        return False
    answer = _by_target(asked, holding)
    if answer and locked and asked.action in PERHAPS_PROTECTED:
        return None
    return answer


def _by_target(asked: Any, holding: frozenset[str]) -> bool | None:
    noun, verb = asked.action.split(":")
    if noun in ("user", "role") and verb in ("assign", "create"):
        by_role = _may_give(asked)
        if by_role is not True:
            return by_role
    if hasattr(asked.target, "roles"):
        return _on_person(asked, verb)
    if asked.action == "export:run" and asked.subject_matter not in WITHOUT_PEOPLE:
        return bool(asked.who.roles & HOLDERS["users"])
    bound = asked.who.to("cluster")
    if noun in NARROWED and holding == {"user"} and bound:
        # Nobody says what a bound person may ask of the company as a whole.
        return asked.target.cluster in bound if asked.target.cluster else None
    return True


def _may_give(asked: Any) -> bool | None:
    """Whether the role that is given is one that the giver may give (R31, R40)."""
    if asked.role is None:
        return asked.action == "user:create"
    if asked.role not in ROLES:
        return False
    if asked.role == "owner":
        return "owner" in asked.who.roles
    return True


def _on_person(asked: Any, verb: str) -> bool | None:
    """Users of user accounts: admins, owners, oneself and the last owner."""
    target, own = asked.target, asked.who.roles
    if verb == "read":
        return True
    if verb in ("delete", "demote", "assign") and asked.is_self:  # R40
        return False
    if verb in ("delete", "demote") and target.is_last_owner:  # R39
        return False
    if "owner" in target.roles and "owner" not in own:  # R31
        return False
    if target.status != "active":
        return None
    if "admin" in target.roles and "owner" not in own:  # D7
        if verb in ("delete", "demote"):
            return False
        if verb == "assign":
            return None
    if verb == "demote" and not target.roles & {"owner", "admin"}:
        return None
    return True
