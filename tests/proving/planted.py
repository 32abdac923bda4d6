"""For each shipped invariant an edit of the shipped rules that breaks it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from authz.engine.gate.vet import digest
from authz.engine.source import PolicySource, read_directory
from tests.shipped import POLICIES


@dataclass(frozen=True)
class Edit:
    """In a rule file, one text in the place of another that is there once."""

    file: str
    old: str
    new: str


COMMON, GRID, METER = "common.polar", "minigrid.polar", "metering.polar"
PAGES, SYSTEM = "protected_pages.polar", "system.polar"

#: Invariant -> the edits that break it.
PLANTED: Mapping[str, tuple[Edit, ...]] = {
    "no-access-across-tenants": (
        Edit(
            COMMON,
            "subject.tenant != resource.tenant;",
            'subject.tenant != resource.tenant and\n  subject.tenant_kind = "minigrid";',
        ),
    ),
    "closed-tenants-do-nothing": (
        Edit(COMMON, 'subject.tenant_status != "active"', 'subject.tenant_status = "gone"'),
    ),
    "closed-accounts-do-nothing": (
        Edit(COMMON, 'subject.status != "active"', 'subject.status = "deleted"'),
    ),
    "own-profile-stays-open": (
        Edit(
            COMMON,
            'web_only("user:list");',
            'web_only("profile:update"); web_only("user:list");',
        ),
    ),
    "web-only-work-stays-on-the-web": (
        Edit(COMMON, 'context.channel != "web"', 'context.channel = "android"'),
    ),
    "administration-needs-the-web": (
        Edit(GRID, 'web_only("settings:read"); web_only("settings:update");', ""),
    ),
    "locked-pages-grant-nothing": (
        Edit(
            PAGES,
            "context.pages_unlocked = false;",
            'context.pages_unlocked = false and\n  subject.tenant_kind = "minigrid";',
        ),
    ),
    "settings-and-people-are-protected-pages": (
        Edit(PAGES, 'protected("user:list"); protected("user:read");', ""),
    ),
    "an-admin-never-manages-an-owner": (
        Edit(COMMON, 'touches_person("user:set_password");', ""),
    ),
    "an-admin-never-makes-an-owner": (
        Edit(
            GRID,
            'may_assign("admin", "user");',
            'may_assign("admin", "user"); may_assign("admin", "owner");',
        ),
        Edit(
            GRID,
            'managing_needs("owner", "users.manage-owner");',
            'managing_needs("owner", "users");',
        ),
    ),
    "people-are-managed-as-the-facts-say": (
        Edit(COMMON, 'touches_person("user:set_password");', ""),
    ),
    "nobody-changes-their-own-rights": (
        Edit(
            COMMON,
            'action in ["role:assign", "user:demote", "user:set_access"] and\n'
            "  person.id = subject.id",
            'action in ["role:assign", "user:demote"] and\n  person.id = subject.id',
        ),
    ),
    "the-last-owner-stays": (
        Edit(
            COMMON,
            'action in ["user:delete", "user:demote", "user:set_access"] and\n'
            "  person.is_last_owner",
            'action in ["user:delete", "user:set_access"] and\n  person.is_last_owner',
        ),
    ),
    "office-roles-stay-out-of-administration": (
        Edit(
            GRID,
            'role_permission("financial-manager", "exports");',
            'role_permission("financial-manager", "exports"); '
            'role_permission("financial-manager", "plugins");',
        ),
    ),
    "field-staff-stays-in-its-clusters": (
        Edit(GRID, 'role_scope("user", "clusters");', 'role_scope("user", "company");'),
    ),
    "the-owner-keeps-the-settings": (
        Edit(GRID, 'role_permission("owner", "settings");', ""),
    ),
    "service-administrator-needs-both-bindings": (
        Edit(
            METER,
            'role_requires_binding("service_company_admin", "service_organization");',
            "",
        ),
    ),
    "service-administrator-keeps-to-both-scopes": (
        Edit(
            METER,
            'by_role(subject, "metering", "service_company", action) and\n'
            "  supplied_by_own(subject, unit) and\n"
            "  serviced_by_own(subject, unit);",
            'by_role(subject, "metering", "service_company", action) and\n'
            "  supplied_by_own(subject, unit);",
        ),
    ),
    "supply-options-keep-to-the-supply-line": (
        Edit(
            METER,
            'by_option(subject, "metering", "supply_company", action) and\n'
            "  supplied_by_own(subject, unit);",
            'by_option(subject, "metering", "supply_company", action) and\n'
            "  unit.supply_company in subject.supply_companies;",
        ),
    ),
    "maker-options-keep-to-the-own-make": (
        Edit(
            METER,
            'by_option(subject, "metering", "manufacturer", action) and\n'
            "  made_by_own(subject, unit);",
            'by_option(subject, "metering", "manufacturer", action) and\n'
            "  unit.manufacturer != nil;",
        ),
    ),
    "options-give-third-levels-nothing": (
        Edit(
            METER,
            'role_allows_option("manufacturer", "reporting");',
            'role_allows_option("manufacturer", "reporting"); '
            'role_allows_option("branch", "lock_control");',
        ),
    ),
    "options-alone-give-nothing": (
        Edit(
            COMMON,
            "  holds(subject, kind, role) and\n"
            "  role_scope(role, scope) and\n"
            "  option in subject.options and",
            "  subject.tenant_kind = kind and\n"
            "  role_scope(role, scope) and\n"
            "  option in subject.options and",
        ),
    ),
    "readers-change-nothing": (
        Edit(
            METER,
            'reads("monitoring:view");',
            'reads("monitoring:view"); reads("api_client:revoke");',
        ),
    ),
    "who-asks-for-a-configuration-never-approves-one": (
        Edit(
            METER,
            'option_withheld("service_company_admin", "configuration.approve");',
            "",
        ),
    ),
    "access-levels-are-fixed": (
        Edit(
            METER,
            'forbid("metering.levels-are-fixed", _subject: User, "access_level:create", '
            "_resource, _context);",
            'forbid("metering.levels-are-fixed", subject: User, "access_level:create", '
            '_resource, _context) if\n  subject.tenant_kind = "minigrid";\n'
            'needs_permission("access_level:create", "organizations");',
        ),
    ),
    "operators-reach-no-company": (
        Edit(
            SYSTEM,
            'role_permission("operator", "roles");',
            'role_permission("operator", "roles"); '
            'role_permission("operator", "customers");',
        ),
    ),
}


def planted(edits: Iterable[Edit]) -> PolicySource:
    """The shipped files with these edits."""
    files = dict(read_directory(POLICIES).files)
    for edit in edits:
        text = files[edit.file].decode()
        assert text.count(edit.old) == 1, edit
        files[edit.file] = text.replace(edit.old, edit.new).encode()
    return PolicySource(MappingProxyType(files), digest(files))
