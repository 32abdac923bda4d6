# Writes a float.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: *number*
  document.owner != subject.name and
  subject.level = 1.5;
