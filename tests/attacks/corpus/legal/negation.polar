# Negations of a comparison and of a fact.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != subject.name and
  not subject.level = 4 and not blocked("ann") and subject.nickname = nil;
blocked("bob");
