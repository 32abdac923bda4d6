# Reads an attribute of a string that is written out.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: `__class__` is read of *
  document.owner != subject.name and
  "".__class__ = subject.name;
