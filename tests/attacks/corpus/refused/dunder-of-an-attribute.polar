# Reads on from an attribute.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: `__class__` is read of *
  document.owner != subject.name and
  subject.name.__class__ = 1;
