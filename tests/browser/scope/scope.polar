# Who looks after the policies, and which units a Service Company Administrator reaches.

may("reviewer", "policy:read");
may("reviewer", "policy:stage");
may("reviewer", "policy:approve");
may("operator", "policy:read");
may("operator", "policy:stage");
may("operator", "policy:approve");
may("operator", "policy:activate");
may("operator", "policy:roll_back");

may("service_company_admin", "metering_unit:read");

permit("scope.role-looks-after-policies", subject: User, action, tenant: Tenant, context: Context) if
  subject.tenant = tenant.tenant and
  subject.status = "active" and
  context.channel = "web" and
  role in subject.roles and
  may(role, action);

permit("scope.service-company-reaches-its-units", subject: User, action, unit: MeteringUnit, _context) if
  subject.tenant = unit.tenant and
  subject.status = "active" and
  "service_company_admin" in subject.roles and
  may("service_company_admin", action) and
  company in subject.supply_companies and
  company in unit.supply_line and
  unit.service_organization != nil and
  unit.service_organization in subject.service_organizations;
