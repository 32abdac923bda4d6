# Reads an attribute whose name is a value.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != subject.name and
  subject.(document.owner) = 1;  # refused: *
