# Reads the class of a record where an error counts as success.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != subject.name and
  not subject.__class__ = 1;  # refused: unknown attribute `__class__` of `subject`
