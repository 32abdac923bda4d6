# Hides a call in a negation, where an error counts as success.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: *calls no methods*
  document.owner != subject.name and
  not subject.name.nothing() = 1;
