# The system tenant: the operators of this server and the reviewers of its policies.
# The catalogue (system.yaml) says why; system_test.yaml holds the tests.

# Roles, and how far each reaches.

role("system", "operator");
role("system", "reviewer");

role_scope("operator", "server");
role_scope("reviewer", "server");

# What each role carries: an operator can do all that a reviewer can.

role_inherits("operator", "reviewer");

role_permission("reviewer", "policies");
role_permission("reviewer", "policies.stage");
role_permission("reviewer", "policies.approve");
role_permission("reviewer", "events");
role_permission("reviewer", "access");

role_permission("operator", "policies.activate");
role_permission("operator", "tenants");
role_permission("operator", "tenants.manage");
role_permission("operator", "users");
role_permission("operator", "roles");

# Operators look after the people of the system tenant.

may_assign("operator", "operator");
may_assign("operator", "reviewer");

may_manage("operator", "operator");
may_manage("operator", "reviewer");

may_remove("operator", "operator");
may_remove("operator", "reviewer");

managing_needs("operator", "users");
managing_needs("reviewer", "users");

# Server-wide work, on the web.

needs_permission("tenant:list", "tenants");
needs_permission("tenant:read", "tenants");
needs_permission("tenant:create", "tenants.manage");
needs_permission("tenant:suspend", "tenants.manage");
needs_permission("policy:read", "policies");
needs_permission("policy:stage", "policies.stage");
needs_permission("policy:approve", "policies.approve");
needs_permission("policy:activate", "policies.activate");
needs_permission("policy:roll_back", "policies.activate");

web_only("tenant:list"); web_only("tenant:read");
web_only("tenant:create"); web_only("tenant:suspend");
web_only("policy:read"); web_only("policy:stage"); web_only("policy:approve");
web_only("policy:activate"); web_only("policy:roll_back");

# Permits. That an author never approves their own change is the console's to see to.

permit("system.role-runs-the-server", subject: User, action, _resource, _context) if
  by_role(subject, "system", "server", action);
