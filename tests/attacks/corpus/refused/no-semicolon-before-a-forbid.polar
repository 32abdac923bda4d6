# Forgets the end of a rule, and swallows the forbid after it.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != subject.name

forbid("attack.other", _subject, _action, _resource, _context);  # refused: *
