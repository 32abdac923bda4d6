# Is a sentence that runs into a rule.

Owners may read what is theirs.  # refused: *

permit("attack.probe", _subject: User, "document:read", _document: Document, _context);
