# Metering tenants: a platform, its supply companies, and those who service, make and use the meters.
# The catalogue (metering.yaml) says why; metering_test.yaml holds the tests.

# Access levels, and how far each reaches.

role("metering", "platform_admin");
role("metering", "platform_reader");
role("metering", "supply_company_admin");
role("metering", "service_company_admin");
role("metering", "manufacturer");
role("metering", "branch");
role("metering", "consumer");

role_scope("platform_admin", "platform");
role_scope("platform_reader", "platform");
role_scope("supply_company_admin", "supply_company");
role_scope("service_company_admin", "service_company");
role_scope("manufacturer", "manufacturer");
role_scope("branch", "supply_company");
role_scope("consumer", "consumer");

read_only_role("platform_reader");

role_requires_binding("supply_company_admin", "supply_company");
role_requires_binding("service_company_admin", "supply_company");
role_requires_binding("service_company_admin", "service_organization");
role_requires_binding("manufacturer", "manufacturer");
role_requires_binding("branch", "supply_company");
role_requires_binding("consumer", "consumer");

# What each level carries.

role_permission("platform_admin", "users");
role_permission("platform_admin", "users.set-access");
role_permission("platform_admin", "settings.api-keys");
role_permission("platform_admin", "events");
role_permission("platform_admin", "access");
role_permission("platform_admin", "suppliers");
role_permission("platform_admin", "partners");
role_permission("platform_admin", "organizations");
role_permission("platform_admin", "consumers");
role_permission("platform_admin", "consumers.manage");
role_permission("platform_admin", "units");
role_permission("platform_admin", "units.manage");
role_permission("platform_admin", "units.service");
role_permission("platform_admin", "units.device-password");
role_permission("platform_admin", "schedules");
role_permission("platform_admin", "locks");
role_permission("platform_admin", "configuration");
role_permission("platform_admin", "configuration.create");
role_permission("platform_admin", "configuration.approve");
role_permission("platform_admin", "send-parameters");
role_permission("platform_admin", "resource-parameters");
role_permission("platform_admin", "reports.view");
role_permission("platform_admin", "reports.export");
role_permission("platform_admin", "report-templates");
role_permission("platform_admin", "monitoring");

role_permission("platform_reader", "users");
role_permission("platform_reader", "settings.api-keys");
role_permission("platform_reader", "events");
role_permission("platform_reader", "access");
role_permission("platform_reader", "suppliers");
role_permission("platform_reader", "partners");
role_permission("platform_reader", "consumers");
role_permission("platform_reader", "units");
role_permission("platform_reader", "schedules");
role_permission("platform_reader", "configuration");
role_permission("platform_reader", "send-parameters");
role_permission("platform_reader", "resource-parameters");
role_permission("platform_reader", "reports.view");
role_permission("platform_reader", "report-templates");
role_permission("platform_reader", "monitoring");

role_permission("supply_company_admin", "suppliers");
role_permission("supply_company_admin", "partners");
role_permission("supply_company_admin", "consumers");
role_permission("supply_company_admin", "consumers.manage");
role_permission("supply_company_admin", "units");

role_permission("service_company_admin", "suppliers");
role_permission("service_company_admin", "partners");
role_permission("service_company_admin", "consumers");
role_permission("service_company_admin", "units");
role_permission("service_company_admin", "units.service");

role_permission("manufacturer", "partners");
role_permission("manufacturer", "units");

role_permission("branch", "suppliers");
role_permission("branch", "consumers");
role_permission("branch", "units");
role_permission("branch", "reports.view");

role_permission("consumer", "consumers");
role_permission("consumer", "units");

# What each option carries, and which levels may have it (R57, R77: never level 3).

option_permission("reporting", "reports.view");
option_permission("reporting", "reports.export");
option_permission("accounting", "reports.view");
option_permission("accounting", "reports.export");
option_permission("export", "reports.export");
option_permission("equipment_monitoring", "monitoring");
option_permission("technical_support", "monitoring");
option_permission("technical_support", "configuration");
option_permission("technical_support", "configuration.create");
option_permission("technical_support", "configuration.approve");
option_permission("configuration_request", "configuration");
option_permission("configuration_request", "configuration.create");
option_permission("configuration_request", "configuration.approve");
option_permission("communication_schedule", "schedules");
option_permission("lock_control", "locks");
option_permission("send_parameters", "send-parameters");
option_permission("metrology", "resource-parameters");

role_allows_option("supply_company_admin", "reporting");
role_allows_option("supply_company_admin", "accounting");
role_allows_option("supply_company_admin", "export");
role_allows_option("supply_company_admin", "equipment_monitoring");
role_allows_option("supply_company_admin", "lock_control");
role_allows_option("supply_company_admin", "send_parameters");
role_allows_option("supply_company_admin", "metrology");

role_allows_option("service_company_admin", "reporting");
role_allows_option("service_company_admin", "accounting");
role_allows_option("service_company_admin", "export");
role_allows_option("service_company_admin", "equipment_monitoring");
role_allows_option("service_company_admin", "technical_support");
role_allows_option("service_company_admin", "configuration_request");
role_allows_option("service_company_admin", "communication_schedule");
role_allows_option("service_company_admin", "lock_control");
role_allows_option("service_company_admin", "send_parameters");
role_allows_option("service_company_admin", "metrology");

role_allows_option("manufacturer", "reporting");
role_allows_option("manufacturer", "accounting");
role_allows_option("manufacturer", "export");
role_allows_option("manufacturer", "equipment_monitoring");
role_allows_option("manufacturer", "technical_support");
role_allows_option("manufacturer", "configuration_request");

# A service company asks for a new configuration; whether it comes is for others to say.

option_withheld("service_company_admin", "configuration");
option_withheld("service_company_admin", "configuration.approve");

# The platform administrator sets every level.

may_assign("platform_admin", "platform_admin");
may_assign("platform_admin", "platform_reader");
may_assign("platform_admin", "supply_company_admin");
may_assign("platform_admin", "service_company_admin");
may_assign("platform_admin", "manufacturer");
may_assign("platform_admin", "branch");
may_assign("platform_admin", "consumer");

may_manage("platform_admin", "platform_admin");
may_manage("platform_admin", "platform_reader");
may_manage("platform_admin", "supply_company_admin");
may_manage("platform_admin", "service_company_admin");
may_manage("platform_admin", "manufacturer");
may_manage("platform_admin", "branch");
may_manage("platform_admin", "consumer");

may_remove("platform_admin", "platform_admin");
may_remove("platform_admin", "platform_reader");
may_remove("platform_admin", "supply_company_admin");
may_remove("platform_admin", "service_company_admin");
may_remove("platform_admin", "manufacturer");
may_remove("platform_admin", "branch");
may_remove("platform_admin", "consumer");

managing_needs("platform_admin", "users");
managing_needs("platform_reader", "users");
managing_needs("supply_company_admin", "users");
managing_needs("service_company_admin", "users");
managing_needs("manufacturer", "users");
managing_needs("branch", "users");
managing_needs("consumer", "users");

# Organizations.

needs_permission("supply_company:list", "suppliers");
needs_permission("supply_company:read", "suppliers");
needs_permission("service_organization:list", "partners");
needs_permission("service_organization:read", "partners");
needs_permission("manufacturer:list", "partners");
needs_permission("manufacturer:read", "partners");
needs_permission("supply_company:create", "organizations");
needs_permission("supply_company:update", "organizations");
needs_permission("supply_company:delete", "organizations");
needs_permission("service_organization:create", "organizations");
needs_permission("service_organization:update", "organizations");
needs_permission("service_organization:delete", "organizations");
needs_permission("manufacturer:create", "organizations");
needs_permission("manufacturer:update", "organizations");
needs_permission("manufacturer:delete", "organizations");
needs_permission("consumer:list", "consumers");
needs_permission("consumer:read", "consumers");
needs_permission("consumer:create", "consumers.manage");
needs_permission("consumer:update", "consumers.manage");
needs_permission("consumer:delete", "consumers.manage");

# Metering units and what is done with them.

needs_permission("metering_unit:list", "units");
needs_permission("metering_unit:read", "units");
needs_permission("metering_unit:readings", "units");
needs_permission("metering_unit:create", "units.manage");
needs_permission("metering_unit:delete", "units.manage");
needs_permission("metering_unit:transfer", "units.manage");
needs_permission("metering_unit:assign_service", "units.manage");
needs_permission("metering_unit:update_service_fields", "units.service");
needs_permission("metering_unit:set_device_password", "units.device-password");
needs_permission("communication_schedule:read", "schedules");
needs_permission("communication_schedule:update", "schedules");
needs_permission("lock_control:open", "locks");
needs_permission("lock_control:close", "locks");
needs_permission("configuration_request:list", "configuration");
needs_permission("configuration_request:create", "configuration.create");
needs_permission("configuration_request:approve", "configuration.approve");
needs_permission("send_parameters:read", "send-parameters");
needs_permission("send_parameters:send", "send-parameters");
needs_permission("resource_parameters:read", "resource-parameters");
needs_permission("resource_parameters:send", "resource-parameters");
needs_permission("report:view", "reports.view");
needs_permission("report:export", "reports.export");
needs_permission("report_template:read", "report-templates");
needs_permission("report_template:manage", "report-templates");
needs_permission("reporting_period:read", "report-templates");
needs_permission("reporting_period:manage", "report-templates");
needs_permission("monitoring:view", "monitoring");

# Every change is made on the web.

web_only("supply_company:create"); web_only("supply_company:update");
web_only("supply_company:delete");
web_only("service_organization:create"); web_only("service_organization:update");
web_only("service_organization:delete");
web_only("manufacturer:create"); web_only("manufacturer:update");
web_only("manufacturer:delete");
web_only("consumer:create"); web_only("consumer:update"); web_only("consumer:delete");
web_only("metering_unit:create"); web_only("metering_unit:delete");
web_only("metering_unit:transfer"); web_only("metering_unit:assign_service");
web_only("metering_unit:update_service_fields");
web_only("metering_unit:set_device_password");
web_only("communication_schedule:update");
web_only("lock_control:open"); web_only("lock_control:close");
web_only("configuration_request:create"); web_only("configuration_request:approve");
web_only("send_parameters:send");
web_only("resource_parameters:send");
web_only("report_template:read"); web_only("report_template:manage");
web_only("reporting_period:read"); web_only("reporting_period:manage");
web_only("access_level:create");

# What changes nothing.

reads("user:list"); reads("user:read");
reads("api_client:list");
reads("event:list"); reads("event:read");
reads("access:explain");
reads("supply_company:list"); reads("supply_company:read");
reads("service_organization:list"); reads("service_organization:read");
reads("manufacturer:list"); reads("manufacturer:read");
reads("consumer:list"); reads("consumer:read");
reads("metering_unit:list"); reads("metering_unit:read"); reads("metering_unit:readings");
reads("communication_schedule:read");
reads("configuration_request:list");
reads("send_parameters:read");
reads("resource_parameters:read");
reads("report:view");
reads("report_template:read");
reads("reporting_period:read");
reads("monitoring:view");

# Asked of the whole tenant: what such a page shows is filtered one thing at a time.

lists("supply_company:list");
lists("service_organization:list");
lists("manufacturer:list");
lists("consumer:list");
lists("metering_unit:list");
lists("communication_schedule:read");
lists("configuration_request:list");
lists("report:view"); lists("report:export");
lists("monitoring:view");

# Permits: the whole platform, and its lists.

permit("metering.platform-reaches-everything", subject: User, action, _resource, _context) if
  by_role(subject, "metering", "platform", action);

permit("metering.level-opens-its-lists", subject: User, action, _platform: Tenant, _context) if
  lists(action) and
  by_role(subject, "metering", _scope, action);

permit("metering.option-opens-its-lists", subject: User, action, _platform: Tenant, _context) if
  lists(action) and
  by_option(subject, "metering", _scope, action);

# Permits: metering units, by level.

permit("metering.supply-company-reaches-its-units", subject: User, action, unit: MeteringUnit, _context) if
  by_role(subject, "metering", "supply_company", action) and
  supplied_by_own(subject, unit);

permit("metering.service-company-reaches-its-units", subject: User, action, unit: MeteringUnit, _context) if
  by_role(subject, "metering", "service_company", action) and
  supplied_by_own(subject, unit) and
  serviced_by_own(subject, unit);

permit("metering.manufacturer-reaches-its-units", subject: User, action, unit: MeteringUnit, _context) if
  by_role(subject, "metering", "manufacturer", action) and
  made_by_own(subject, unit);

permit("metering.consumer-reaches-own-units", subject: User, action, unit: MeteringUnit, _context) if
  by_role(subject, "metering", "consumer", action) and
  unit.consumer != nil and
  unit.consumer in subject.consumers;

# Permits: metering units, by option. An option never widens the scope of its level (R61).

permit("metering.supply-company-option-reaches-its-units", subject: User, action,
    unit: MeteringUnit, _context) if
  by_option(subject, "metering", "supply_company", action) and
  supplied_by_own(subject, unit);

permit("metering.service-company-option-reaches-its-units", subject: User, action,
    unit: MeteringUnit, _context) if
  by_option(subject, "metering", "service_company", action) and
  supplied_by_own(subject, unit) and
  serviced_by_own(subject, unit);

permit("metering.manufacturer-option-reaches-its-units", subject: User, action, unit: MeteringUnit, _context) if
  by_option(subject, "metering", "manufacturer", action) and
  made_by_own(subject, unit);

# Permits: supply companies and consumers.

permit("metering.supply-company-reaches-its-branches", subject: User, action,
    company: SupplyCompany, _context) if
  by_role(subject, "metering", "supply_company", action) and
  supplied_by_own(subject, company);

permit("metering.service-company-reaches-its-suppliers", subject: User, action,
    company: SupplyCompany, _context) if
  by_role(subject, "metering", "service_company", action) and
  supplied_by_own(subject, company);

permit("metering.supply-company-reaches-its-consumers", subject: User, action, consumer: Consumer, _context) if
  by_role(subject, "metering", "supply_company", action) and
  supplied_by_own(subject, consumer);

permit("metering.service-company-reaches-its-consumers", subject: User, action, consumer: Consumer, _context) if
  by_role(subject, "metering", "service_company", action) and
  supplied_by_own(subject, consumer) and
  organization in subject.service_organizations and
  organization in consumer.service_organizations;

permit("metering.consumer-reaches-itself", subject: User, action, consumer: Consumer, _context) if
  by_role(subject, "metering", "consumer", action) and
  consumer.id in subject.consumers;

# Permits: those who service and those who make the meters.

permit("metering.supply-company-reaches-partners", subject: User, action, _partner: Partner, _context) if
  by_role(subject, "metering", "supply_company", action);

permit("metering.service-company-reaches-its-organization", subject: User, action,
    organization: ServiceOrganization, _context) if
  by_role(subject, "metering", "service_company", action) and
  organization.id in subject.service_organizations;

permit("metering.service-company-reaches-manufacturers", subject: User, action,
    _maker: Manufacturer, _context) if
  by_role(subject, "metering", "service_company", action);

permit("metering.manufacturer-reaches-itself", subject: User, action, maker: Manufacturer, _context) if
  by_role(subject, "metering", "manufacturer", action) and
  maker.id in subject.manufacturers;

permit("metering.manufacturer-reaches-service-organizations", subject: User, action,
    _organization: ServiceOrganization, _context) if
  by_role(subject, "metering", "manufacturer", action);

# Forbids: access that cannot be given. The console's form asks the same facts.

forbid("metering.levels-are-fixed", _subject: User, "access_level:create", _resource, _context);

forbid("metering.options-need-a-level", subject: User, action, _resource, context: Context) if
  gives_role(action) and
  subject.tenant_kind = "metering" and
  context.action_role = "" and
  _option in context.action_options;

forbid("metering.option-not-of-this-level", subject: User, action, _resource, context: Context) if
  gives_role(action) and
  subject.tenant_kind = "metering" and
  role("metering", level) and
  context.action_role = level and
  option in context.action_options and
  not role_allows_option(level, option);

# Whose something is.

supplied_by_own(subject, thing) if
  company in subject.supply_companies and
  company in thing.supply_line;

serviced_by_own(subject, unit) if
  unit.service_organization != nil and
  unit.service_organization in subject.service_organizations;

made_by_own(subject, unit) if
  unit.manufacturer != nil and
  unit.manufacturer in subject.manufacturers;
