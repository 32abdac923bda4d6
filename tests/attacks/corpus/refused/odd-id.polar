# Has an id that is no sentence.

permit("Attack Probe", _subject: User, "document:read", _document: Document, _context);  # refused: *is not a policy id*
