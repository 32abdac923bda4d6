# Calls a method of a set attribute.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: *calls no methods*
  document.owner != subject.name and
  subject.roles.__len__() = 1;
