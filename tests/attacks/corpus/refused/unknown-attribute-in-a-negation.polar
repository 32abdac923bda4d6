# Misspells an attribute where plain oso would grant.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != subject.name and
  not subject.baned = true;  # refused: unknown attribute `baned` of `subject`*
