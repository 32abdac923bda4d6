# A set attribute and a list that is written out.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != subject.name and
  "reader" in subject.roles and subject.level in [1, 2, 3];
