# Closes what was never opened.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != subject.name);  # refused: *
