# The Protected Pages Password: one more lock, for tenants that use it. It opens nothing by itself.
# The catalogue (protected_pages.yaml) says why; protected_pages_test.yaml holds the tests.

# Settings.

protected("settings:read"); protected("settings:update");
protected("sms_gateway:read"); protected("sms_gateway:update");
protected("map:read"); protected("map:update");
protected("mail:read"); protected("mail:update");
protected("ppp:read"); protected("ppp:update");
protected("plugin:list"); protected("plugin:enable"); protected("plugin:disable");
protected("plugin:configure");

# People and roles.

protected("user:list"); protected("user:read"); protected("user:create");
protected("user:update"); protected("user:set_password"); protected("user:set_access");
protected("user:demote"); protected("user:delete");
protected("role:list"); protected("role:read"); protected("role:assign");

# Changes to tariffs, targets, connections, commissions and places. Reading stays open (R13).

protected("tariff:create"); protected("tariff:update"); protected("tariff:delete");
protected("target:create"); protected("target:update"); protected("target:delete");
protected("connection_group:create"); protected("connection_group:update");
protected("connection_group:delete");
protected("connection_type:create"); protected("connection_type:update");
protected("connection_type:delete");
protected("commission_type:create"); protected("commission_type:update");
protected("commission_type:delete");
protected("cluster:create"); protected("cluster:update"); protected("cluster:delete");
protected("minigrid:create"); protected("minigrid:update"); protected("minigrid:delete");
protected("village:create"); protected("village:update"); protected("village:delete");

# Forbids.

forbid("protected_pages.page-is-locked", subject: User, action, _resource, context: Context) if
  protected(action) and
  subject.pages_protected = true and
  context.pages_unlocked = false;
