# Records 101 to 120 of the search scenario.

permit("search.owners-view", subject: User, "view", doc: Record, _context) if
  doc.fixture = "search" and
  doc.owner = subject.id;

permit("search.departments-view-theirs", subject: User, "view", doc: Record, _context) if
  doc.fixture = "search" and
  same_department(subject, doc);

permit("search.managers-view-all", subject: User, "view", doc: Record, _context) if
  doc.fixture = "search" and
  subject.role = "manager";

permit("search.owners-edit", subject: User, "edit", doc: Record, _context) if
  doc.fixture = "search" and
  doc.owner = subject.id;

permit("search.managers-edit-in-their-department", subject: User, "edit", doc: Record, _context) if
  doc.fixture = "search" and
  subject.role = "manager" and
  same_department(subject, doc);

permit("search.owners-delete", subject: User, "delete", doc: Record, _context) if
  doc.fixture = "search" and
  doc.owner = subject.id;

same_department(subject: User, doc: Record) if
  doc.department != nil and
  doc.department = subject.department;
