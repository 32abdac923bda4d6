# Misspells an attribute where plain oso would grant.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: unknown attribute `baned` of `subject`*
  document.owner != subject.name and
  not subject.baned = true;
