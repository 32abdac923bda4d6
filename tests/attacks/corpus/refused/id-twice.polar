# Uses an id twice, so that an error of one clause would hide the other.

permit("attack.probe", _subject: User, "document:read", _document: Document, _context);
permit("attack.probe", _subject: User, "document:write", _document: Document, _context);  # refused: *`attack.probe` is taken at attack.polar:3*
