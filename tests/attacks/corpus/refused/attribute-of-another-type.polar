# Reads an attribute that only another type has.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != subject.name and
  document.banned = false;  # refused: unknown attribute `banned` of `document`*
