# Calls a method of a record.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: *calls no methods*
  document.owner != subject.name and
  subject.read("name") = "ann";
