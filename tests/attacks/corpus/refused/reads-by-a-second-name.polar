# Reads an attribute that this record does not have.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: *second name*
  document.owner != "nobody" and subject.name != "nobody" and
  x = document and not x.level = 4;
