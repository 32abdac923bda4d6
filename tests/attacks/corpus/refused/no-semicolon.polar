# Forgets the end of a rule.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: a rule ends with*
  document.owner != subject.name
