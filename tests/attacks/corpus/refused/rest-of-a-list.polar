# Takes a list apart.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: *
  document.owner != subject.name and
  [first, *rest] = [1, 2] and first = rest;
