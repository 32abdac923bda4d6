# Writes a dictionary.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: *dictionary*
  document.owner != subject.name and
  subject.name = {a: 1};
