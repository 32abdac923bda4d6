# Mini-grid tenants: companies that run village grids, their staff in the office and in the field.
# The catalogue (minigrid.yaml) says why; minigrid_test.yaml holds the tests.

# Roles, and how far each reaches.

role("minigrid", "owner");
role("minigrid", "admin");
role("minigrid", "financial-manager");
role("minigrid", "user");

role_scope("owner", "company");
role_scope("admin", "company");
role_scope("financial-manager", "company");
role_scope("user", "clusters"); # "company" here would end the narrowing to one's clusters (D3)

# What each role carries.

role_permission("owner", "users");
role_permission("owner", "users.manage-admin");
role_permission("owner", "users.manage-owner");
role_permission("owner", "roles");
role_permission("owner", "settings");
role_permission("owner", "settings.api-keys");
role_permission("owner", "plugins");
role_permission("owner", "horizon");
role_permission("owner", "customers");
role_permission("owner", "assets");
role_permission("owner", "tickets");
role_permission("owner", "payments");
role_permission("owner", "transactions");
role_permission("owner", "reports");
role_permission("owner", "exports");
role_permission("owner", "events");
role_permission("owner", "access");

role_permission("admin", "users");
role_permission("admin", "users.manage-admin");
role_permission("admin", "roles");
role_permission("admin", "settings");
role_permission("admin", "settings.api-keys");
role_permission("admin", "plugins");
role_permission("admin", "horizon");
role_permission("admin", "customers");
role_permission("admin", "assets");
role_permission("admin", "tickets");
role_permission("admin", "payments");
role_permission("admin", "transactions");
role_permission("admin", "reports");
role_permission("admin", "exports");
role_permission("admin", "events");
role_permission("admin", "access");

role_permission("financial-manager", "customers");
role_permission("financial-manager", "assets");
role_permission("financial-manager", "tickets");
role_permission("financial-manager", "payments");
role_permission("financial-manager", "transactions");
role_permission("financial-manager", "reports");
role_permission("financial-manager", "exports");

role_permission("user", "customers");
role_permission("user", "assets");
role_permission("user", "tickets");

permission_alias("appliances", "assets"); # the name until 2025 (R35, D13)

# Who may appoint, manage and remove whom: only an owner touches an owner.

may_assign("owner", "owner");
may_assign("owner", "admin");
may_assign("owner", "financial-manager");
may_assign("owner", "user");
may_assign("admin", "admin");
may_assign("admin", "financial-manager");
may_assign("admin", "user");

may_manage("owner", "owner");
may_manage("owner", "admin");
may_manage("owner", "financial-manager");
may_manage("owner", "user");
may_manage("admin", "admin"); # an admin edits an admin (D7)
may_manage("admin", "financial-manager");
may_manage("admin", "user");

may_remove("owner", "owner");
may_remove("owner", "admin");
may_remove("owner", "financial-manager");
may_remove("owner", "user");
may_remove("admin", "financial-manager"); # and not "admin": only an owner removes one (D7)
may_remove("admin", "user");

managing_needs("owner", "users.manage-owner");
managing_needs("admin", "users.manage-admin");
managing_needs("financial-manager", "users");
managing_needs("user", "users");

# Configuration, on the web.

needs_permission("settings:read", "settings");
needs_permission("settings:update", "settings");
needs_permission("sms_gateway:read", "settings");
needs_permission("sms_gateway:update", "settings");
needs_permission("map:read", "settings");
needs_permission("map:update", "settings");
needs_permission("mail:read", "settings");
needs_permission("mail:update", "settings");
needs_permission("ppp:read", "settings");
needs_permission("ppp:update", "settings");
needs_permission("tariff:create", "settings");
needs_permission("tariff:update", "settings");
needs_permission("tariff:delete", "settings");
needs_permission("target:create", "settings");
needs_permission("target:update", "settings");
needs_permission("target:delete", "settings");
needs_permission("connection_group:create", "settings");
needs_permission("connection_group:update", "settings");
needs_permission("connection_group:delete", "settings");
needs_permission("connection_type:create", "settings");
needs_permission("connection_type:update", "settings");
needs_permission("connection_type:delete", "settings");
needs_permission("commission_type:create", "settings");
needs_permission("commission_type:update", "settings");
needs_permission("commission_type:delete", "settings");
needs_permission("cluster:create", "settings");
needs_permission("cluster:update", "settings");
needs_permission("cluster:delete", "settings");
needs_permission("minigrid:create", "settings");
needs_permission("minigrid:update", "settings");
needs_permission("minigrid:delete", "settings");
needs_permission("village:create", "settings");
needs_permission("village:update", "settings");
needs_permission("village:delete", "settings");
needs_permission("plugin:list", "plugins");
needs_permission("plugin:enable", "plugins");
needs_permission("plugin:disable", "plugins");
needs_permission("plugin:configure", "plugins");
needs_permission("queue_dashboard:read", "horizon");

web_only("settings:read"); web_only("settings:update");
web_only("sms_gateway:read"); web_only("sms_gateway:update");
web_only("map:read"); web_only("map:update");
web_only("mail:read"); web_only("mail:update");
web_only("ppp:read"); web_only("ppp:update");
web_only("tariff:create"); web_only("tariff:update"); web_only("tariff:delete");
web_only("target:create"); web_only("target:update"); web_only("target:delete");
web_only("connection_group:create"); web_only("connection_group:update");
web_only("connection_group:delete");
web_only("connection_type:create"); web_only("connection_type:update");
web_only("connection_type:delete");
web_only("commission_type:create"); web_only("commission_type:update");
web_only("commission_type:delete");
web_only("cluster:create"); web_only("cluster:update"); web_only("cluster:delete");
web_only("minigrid:create"); web_only("minigrid:update"); web_only("minigrid:delete");
web_only("village:create"); web_only("village:update"); web_only("village:delete");
web_only("plugin:list"); web_only("plugin:enable"); web_only("plugin:disable");
web_only("plugin:configure");
web_only("queue_dashboard:read");

# What every member of the staff may read: the forms in the field need it (R13).

open_to_members("tariff:read");
open_to_members("connection_group:read");
open_to_members("connection_type:read");
open_to_members("location:read");
open_to_members("agent:list");
open_to_members("agent:read");

# Daily work.

needs_permission("customer:list", "customers");
needs_permission("customer:read", "customers");
needs_permission("customer:create", "customers");
needs_permission("customer:update", "customers");
needs_permission("customer:delete", "customers");
needs_permission("customer:import", "customers");
needs_permission("asset:list", "assets");
needs_permission("asset:read", "assets");
needs_permission("asset:create", "assets");
needs_permission("asset:update", "assets");
needs_permission("asset:assign", "assets");
needs_permission("asset:delete", "assets");
needs_permission("asset:import", "assets");
needs_permission("appliance:list", "appliances");
needs_permission("appliance:read", "appliances");
needs_permission("appliance:create", "appliances");
needs_permission("appliance:update", "appliances");
needs_permission("appliance:assign", "appliances");
needs_permission("appliance:delete", "appliances");
needs_permission("appliance:import", "appliances");
needs_permission("ticket:list", "tickets");
needs_permission("ticket:read", "tickets");
needs_permission("ticket:create", "tickets");
needs_permission("ticket:comment", "tickets");
needs_permission("ticket:close", "tickets");
needs_permission("payment:list", "payments");
needs_permission("payment:read", "payments");
needs_permission("payment:create", "payments");
needs_permission("transaction:list", "transactions");
needs_permission("transaction:read", "transactions");
needs_permission("transaction:generate_token", "transactions");
needs_permission("transaction:refund", "transactions");
needs_permission("transaction:import", "transactions");
needs_permission("report:list", "reports");
needs_permission("report:read", "reports");
needs_permission("report:download", "reports");
needs_permission("export:run", "exports");
needs_permission("agent:create", "settings");
needs_permission("agent:update", "settings");
needs_permission("agent:set_password", "settings");
needs_permission("agent:charge", "settings");
needs_permission("agent:receipt", "settings");
needs_permission("agent:delete", "settings");

web_only("customer:delete"); web_only("customer:import");
web_only("asset:delete"); web_only("asset:import");
web_only("appliance:delete"); web_only("appliance:import");
web_only("transaction:list"); web_only("transaction:read");
web_only("transaction:generate_token"); web_only("transaction:refund");
web_only("transaction:import");
web_only("report:list"); web_only("report:read"); web_only("report:download");
web_only("export:run");
web_only("agent:list"); web_only("agent:read"); web_only("agent:create");
web_only("agent:update"); web_only("agent:set_password"); web_only("agent:charge");
web_only("agent:receipt"); web_only("agent:delete");

# What an export may be about without being about people. Whatever stands not here may be.

export_without_people("customers");
export_without_people("assets");
export_without_people("appliances");
export_without_people("devices");
export_without_people("tickets");
export_without_people("payments");
export_without_people("transactions");
export_without_people("reports");

# Asked of the whole company: what such a list shows is filtered one thing at a time.

lists("customer:list");
lists("asset:list");
lists("appliance:list");
lists("ticket:list");

# Permits.

permit("minigrid.role-reaches-the-whole-company", subject: User, action, _resource, _context) if
  by_role(subject, "minigrid", "company", action);

permit("minigrid.unbound-role-reaches-the-whole-company", subject: User, action, _resource, _context) if
  by_role(subject, "minigrid", "clusters", action) and
  not "cluster" in subject.binding_kinds;

permit("minigrid.role-reaches-its-clusters", subject: User, action, thing: Located, _context) if
  by_role(subject, "minigrid", "clusters", action) and
  thing.cluster in subject.clusters;

permit("minigrid.role-lists-its-clusters", subject: User, action, _company: Tenant, _context) if
  lists(action) and
  by_role(subject, "minigrid", "clusters", action);

permit("minigrid.staff-reads-the-basics", subject: User, action, _resource, _context) if
  open_to_members(action) and
  holds(subject, "minigrid", _role);

# Forbids: further needs.

forbid("minigrid.page-password-needs-users", subject: User, action, _resource, _context) if
  action in ["ppp:read", "ppp:update"] and
  not has(subject, "minigrid", "users");

forbid("minigrid.people-export-needs-users", subject: User, "export:run", _resource, context: Context) if
  context.action_subject_matter != "" and
  not export_without_people(context.action_subject_matter) and
  not has(subject, "minigrid", "users");
