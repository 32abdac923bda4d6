# Restricts a parameter by fields.

permit("attack.probe", _subject: User{name: "ann"}, "document:read", _document: Document, _context);  # refused: *restricted by a type alone*
