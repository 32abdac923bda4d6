# Raises an integer to a power that no machine has room for.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: *calls no methods*
  document.owner != subject.name and
  subject.level.__pow__(12000000) = 1;
