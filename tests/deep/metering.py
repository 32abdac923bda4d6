"""The catalogue of metering tenants: what each level reaches, and with which option."""

from typing import Any

from tests.deep import minigrid
from tests.deep.catalogue import rows

ADMIN, READER, SUPPLY, SERVICE = (
    "platform_admin",
    "platform_reader",
    "supply_company_admin",
    "service_company_admin",
)
MAKER, BRANCH, CONSUMER = "manufacturer", "branch", "consumer"
LEVELS = frozenset({ADMIN, READER, SUPPLY, SERVICE, MAKER, BRANCH, CONSUMER})
WITH_OPTIONS = LEVELS - {BRANCH, CONSUMER}
#: Option -> the modules that it opens.
OPTIONS = {
    "reporting": {"report"},
    "equipment_monitoring": {"monitoring"},
    "technical_support": {"monitoring", "configuration_request"},
    "accounting": {"report"},
    "metrology": {"resource_parameters"},
    "configuration_request": {"configuration_request"},
    "send_parameters": {"send_parameters"},
    "communication_schedule": {"communication_schedule"},
    "lock_control": {"lock_control"},
    "export": set(),
}
#: What these options open besides is not said.
VAGUE = {
    "metrology": {"send_parameters", "metering_unit"},
    "send_parameters": {"resource_parameters"},
    "export": {"report"},
}
#: Which of the levels 1 and 2 may have the others is not said.
SURE_OPTIONS = {"reporting", "equipment_monitoring"}
#: Module -> the levels that the option opens it for.
OPENED_FOR = {
    "report": {SUPPLY, SERVICE, MAKER},
    "monitoring": {SUPPLY, SERVICE, MAKER},
    "communication_schedule": {SERVICE},
    "lock_control": {SUPPLY, SERVICE},
    "configuration_request": {SERVICE, MAKER},
    "send_parameters": {SUPPLY, SERVICE},
    "resource_parameters": {SUPPLY, SERVICE},
}
NEEDED_BINDINGS = {
    SUPPLY: {"supply_company"},
    SERVICE: {"supply_company", "service_organization"},
    MAKER: {"manufacturer"},
    BRANCH: {"supply_company"},
    CONSUMER: {"consumer"},
}
TABLE = """
user | list read create update set_password set_access delete demote
supply_company service_organization manufacturer consumer | list read create update delete
metering_unit | list read readings create delete transfer assign_service
metering_unit | update_service_fields set_device_password
communication_schedule | read update
lock_control | open close
configuration_request | list create approve
send_parameters resource_parameters | read send
report | view export
report_template reporting_period | read manage
monitoring | view
event | list read
api_client | list create revoke
"""
READS = ("list", "read", "readings", "view")
#: Who else than a platform administrator may do this to a unit that is in reach.
ACTIONS = set(rows(TABLE))
UNIT_VERBS = {
    "read": {SUPPLY, SERVICE, MAKER, BRANCH, CONSUMER},
    "readings": {SUPPLY, SERVICE, MAKER, BRANCH, CONSUMER},
    "update_service_fields": {SERVICE},
}
#: The writes that only metering tenants have, which need the web as all of them do.
WRITES_TABLE = """
metering_unit | create delete transfer assign_service
metering_unit | update_service_fields set_device_password
supply_company service_organization manufacturer consumer | create update delete
user | set_access
communication_schedule | update
lock_control | open close
configuration_request | create approve
send_parameters resource_parameters | send
report_template reporting_period | manage
"""
WEB_ONLY_EVERYWHERE = minigrid.WEB_ONLY | set(rows(WRITES_TABLE))


def is_well_bound(who: Any) -> bool:
    """Whether a service company administrator has both bindings (R58)."""
    return SERVICE not in who.roles or all(
        who.to(kind) for kind in NEEDED_BINDINGS[SERVICE]
    )


def allowed(asked: Any) -> bool | None:
    """Whether a person of a metering company is allowed."""
    levels = asked.who.roles & LEVELS
    noun, verb = asked.action.split(":")
    if asked.action == "access_level:create" or not levels:  # R74, R54
        return False
    if len(levels) > 1:
        return None
    (level,) = levels
    if not is_well_bound(asked.who):
        return False
    if asked.action == "access:explain":
        # The console's own page: the source documents do not know it.
        return None if level in (ADMIN, READER) else False
    if level == READER and verb not in (*READS, "export"):  # R75
        return False
    if asked.action not in ACTIONS:
        # It belongs to mini-grids; whether the platform's own people may is open.
        return None if level in (ADMIN, READER) else False
    if noun == "user":
        return _user(asked, level, verb)
    if noun in ("report_template", "reporting_period") and asked.channel != "web":
        # An administrator's pages; whether reading them administers anything is not said.
        return None if level in (ADMIN, READER) else False
    if level == ADMIN:
        return True
    if level == READER:
        return None if verb == "export" else True
    return _in_reach(asked, level, noun, verb)


def _user(asked: Any, level: str, verb: str) -> bool | None:
    """The accounts module, which only platform administrators reach (R42)."""
    if level != ADMIN:
        return level == READER
    if verb == "demote":
        return None
    if verb == "delete" and (asked.is_self or asked.target.is_last_owner):
        return False
    if verb in ("set_access", "delete") and asked.is_self:
        return None
    if getattr(asked.target, "status", "active") != "active":
        return None
    if verb == "set_access":
        return _set_access(asked)
    return None if verb == "create" and asked.role is not None else True


def _set_access(asked: Any) -> bool | None:
    if asked.target.is_last_owner or asked.role is None:
        return None
    if asked.role not in LEVELS or not asked.options <= set(OPTIONS):  # R56, R57
        return False
    if asked.options and asked.role not in WITH_OPTIONS:  # R77
        return False
    needed = NEEDED_BINDINGS.get(asked.role, set())
    if not needed <= asked.binding_kinds:
        return False if asked.role == SERVICE else None  # R58
    if asked.options - SURE_OPTIONS or (asked.options and asked.role in (ADMIN, READER)):
        return None
    return True if asked.binding_kinds == needed else None


def _in_reach(asked: Any, level: str, noun: str, verb: str) -> bool | None:
    if noun in OPENED_FOR:
        return _module(asked, level, noun, verb)
    target = asked.target
    if noun == "metering_unit":
        if verb == "list":
            return None
        if level not in UNIT_VERBS.get(verb, ()):
            return False
        return None if target.type == "tenant" else _reaches(asked.who, level, target)
    if noun == "supply_company":
        if verb not in READS or level in (MAKER, CONSUMER):
            return False
        return _reaches(asked.who, level, target) if target.type == noun else None
    if noun in ("service_organization", "manufacturer"):
        return None if verb in READS and level in (SUPPLY, SERVICE, MAKER) else False
    if noun == "consumer":
        return _consumer(asked, level, verb)
    return False


def _consumer(asked: Any, level: str, verb: str) -> bool | None:
    target = asked.target
    if level == MAKER:
        return False
    if verb not in READS and level in (SERVICE, BRANCH):
        return False
    if target.type == "tenant":
        return None
    if level == CONSUMER:
        if target.id not in asked.who.to("consumer") or target.type != "consumer":
            return False
        return True if verb in READS else None
    if target.type == "supply_company" and level == SERVICE:
        return None
    return _reaches(asked.who, level, target)


def _module(asked: Any, level: str, noun: str, verb: str) -> bool | None:
    """A module that an option opens, inside the reach that the level has anyway (R61)."""
    options = asked.who.options & set(OPTIONS)
    opened = bool(options & _openers(noun))
    perhaps = any(noun in VAGUE.get(option, ()) for option in options)
    if noun == "report" and level == BRANCH:
        if verb != "view" or asked.target.type == "tenant":
            return None
        return _reaches(asked.who, level, asked.target)
    if level not in OPENED_FOR[noun] or not (opened or perhaps):
        return False
    if asked.target.type == "tenant":
        return None
    if not _reaches(asked.who, level, asked.target):
        return False
    if noun == "configuration_request" and level == SERVICE and verb == "approve":
        return False
    unsaid = noun == "configuration_request" and (level, verb) != (SERVICE, "create")
    # Support is given to units; whether a supplier's own people do that is not said.
    unsaid |= level == SUPPLY and not options & _openers(noun) - {"technical_support"}
    return True if opened and not unsaid and verb != "export" else None


def _openers(module: str) -> set[str]:
    return {option for option, modules in OPTIONS.items() if module in modules}


def _reaches(who: Any, level: str, target: Any) -> bool:
    """Whether the level's scope holds a unit, a consumer or a supply company."""
    supplied = bool(target.supply_line & who.to("supply_company"))
    if level in (SUPPLY, BRANCH):  # R76
        return supplied
    if level == SERVICE:  # R66, D10
        if target.type == "supply_company":
            return supplied
        return supplied and bool(
            target.service_organizations & who.to("service_organization")
        )
    if level == MAKER:
        return target.manufacturer in who.to("manufacturer")
    return target.consumer in who.to("consumer")
