# Every tenant: the account, one's own profile, the channel, and the care of people.
# The catalogue (common.yaml) says why; common_test.yaml holds the tests.

# Kinds of tenant. The roles of a kind stand in its own file.

tenant_kind("minigrid");
tenant_kind("metering");
tenant_kind("system");

# One's own account.

own_profile("profile:read");
own_profile("profile:update");
own_profile("profile:change_password");

# People, keys and events are looked after the same way everywhere: on the web.

needs_permission("user:list", "users");
needs_permission("user:read", "users");
needs_permission("user:create", "users");
needs_permission("user:update", "users");
needs_permission("user:set_password", "users");
needs_permission("user:delete", "users");
needs_permission("user:demote", "roles");
needs_permission("user:set_access", "users.set-access");
needs_permission("role:list", "roles");
needs_permission("role:read", "roles");
needs_permission("role:assign", "roles");
needs_permission("api_client:list", "settings.api-keys");
needs_permission("api_client:create", "settings.api-keys");
needs_permission("api_client:revoke", "settings.api-keys");
needs_permission("event:list", "events");
needs_permission("event:read", "events");
needs_permission("access:explain", "access");

web_only("user:list"); web_only("user:read"); web_only("user:create");
web_only("user:update"); web_only("user:set_password"); web_only("user:delete");
web_only("user:demote"); web_only("user:set_access");
web_only("role:list"); web_only("role:read"); web_only("role:assign");
web_only("api_client:list"); web_only("api_client:create"); web_only("api_client:revoke");
web_only("event:list"); web_only("event:read");
web_only("access:explain");

# What touches a person's account, and what may give somebody a role.

touches_person("user:update");
touches_person("user:set_password");
touches_person("user:set_access");
touches_person("user:demote");
touches_person("user:delete");
touches_person("role:assign");

gives_role("user:create");
gives_role("user:set_access");
gives_role("role:assign");

# Permits.

permit("common.own-profile", subject: User, action, account: User, _context) if
  own_profile(action) and
  account.id = subject.id;

# Forbids: the tenant, the account, the channel.

forbid("common.other-tenant", subject: User, _action, resource, _context) if
  subject.tenant != resource.tenant;

forbid("common.tenant-not-active", subject: User, _action, _resource, _context) if
  subject.tenant_status != "active";

forbid("common.account-not-active", subject: User, _action, _resource, _context) if
  subject.status != "active";

forbid("common.web-only", _subject: User, action, _resource, context: Context) if
  web_only(action) and
  context.channel != "web";

# Forbids: incomplete access, read-only access.

forbid("common.role-lacks-a-required-binding", subject: User, action, _resource, _context) if
  not own_profile(action) and
  role(kind, role) and
  role_requires_binding(role, binding) and
  subject.tenant_kind = kind and
  role in subject.roles and
  not binding in subject.binding_kinds;

forbid("common.reader-changes-nothing", subject: User, action, _resource, _context) if
  not own_profile(action) and
  not reads(action) and
  role(kind, role) and
  read_only_role(role) and
  subject.tenant_kind = kind and
  role in subject.roles;

# Forbids: people.

forbid("common.person-beyond-reach", subject: User, action, person: User, _context) if
  touches_person(action) and
  role(kind, other) and
  subject.tenant_kind = kind and
  other in person.roles and
  not manages(subject, kind, other);

forbid("common.person-may-not-be-removed", subject: User, action, person: User, _context) if
  action in ["user:delete", "user:demote"] and
  role(kind, other) and
  subject.tenant_kind = kind and
  other in person.roles and
  not removes(subject, kind, other);

forbid("common.nobody-deletes-themselves", subject: User, "user:delete", person: User, _context) if
  person.id = subject.id;

forbid("common.nobody-changes-their-own-role", subject: User, action, person: User, _context) if
  action in ["role:assign", "user:demote", "user:set_access"] and
  person.id = subject.id;

forbid("common.last-owner-stays", _subject: User, action, person: User, _context) if
  action in ["user:delete", "user:demote", "user:set_access"] and
  person.is_last_owner = true;

# Forbids: roles that cannot be given. The console's form asks the same facts.

forbid("common.role-must-be-named", _subject: User, "role:assign", _person: User, context: Context) if
  context.action_role = "";

forbid("common.role-not-assignable", subject: User, action, _resource, context: Context) if
  gives_role(action) and
  role(kind, other) and
  subject.tenant_kind = kind and
  context.action_role = other and
  not assigns(subject, kind, other);

forbid("common.role-unknown", subject: User, action, _resource, context: Context) if
  gives_role(action) and
  context.action_role != "" and
  tenant_kind(kind) and
  subject.tenant_kind = kind and
  not role(kind, context.action_role);

forbid("common.role-needs-its-bindings", subject: User, action, _resource, context: Context) if
  gives_role(action) and
  role(kind, other) and
  role_requires_binding(other, binding) and
  subject.tenant_kind = kind and
  context.action_role = other and
  not binding in context.action_binding_kinds;

# A role gives nothing in a tenant of another kind.

holds(subject, kind, role) if
  subject.tenant_kind = kind and
  role in subject.roles and
  role(kind, role);

# What a role carries: its own permissions, those of its other names, those it inherits.

carries(role, permission) if
  role_permission(role, permission);

carries(role, permission) if
  permission_alias(permission, name) and
  carries(role, name);

carries(role, permission) if
  role_inherits(role, base) and
  carries(base, permission);

has(subject, kind, permission) if
  role(kind, role) and
  carries(role, permission) and
  role in subject.roles;

# The two grounds for doing something within a scope: a role, or an option that the role allows.

by_role(subject, kind, scope, action) if
  needs_permission(action, permission) and
  holds(subject, kind, role) and
  role_scope(role, scope) and
  carries(role, permission);

by_option(subject, kind, scope, action) if
  needs_permission(action, permission) and
  holds(subject, kind, role) and
  role_scope(role, scope) and
  option in subject.options and
  option_permission(option, permission) and
  role_allows_option(role, option) and
  not option_withheld(role, permission);

# Whom a person may manage, remove and appoint. Each ends in one membership, so that `not` is exact.

manages(subject, kind, other) if
  may_manage(role, other) and
  entrusted(kind, role, other) and
  role in subject.roles;

removes(subject, kind, other) if
  may_remove(role, other) and
  entrusted(kind, role, other) and
  role in subject.roles;

assigns(subject, kind, other) if
  may_assign(role, other) and
  entrusted(kind, role, other) and
  role in subject.roles;

entrusted(kind, role, other) if
  role(kind, role) and
  managing_needs(other, permission) and
  carries(role, permission);
