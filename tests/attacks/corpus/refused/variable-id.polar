# Leaves the id open, so that it answers to every name.

permit(_id, _subject: User, "document:read", _document: Document, _context);  # refused: *its id, written out*
