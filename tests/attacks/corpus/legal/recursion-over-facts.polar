# Recursion that a fact narrows each time.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != subject.name and
  reports_to("ann", "root");
reports_to(x, y) if manager(x, y);
reports_to(x, y) if manager(x, z) and reports_to(z, y);
manager("ann", "bob");
manager("bob", "carol");
manager("carol", "root");
