# Fills a gigabyte with one host call.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: *calls no methods*
  document.owner != subject.name and
  "a".ljust(1000000000) != subject.name;
