# Calls a predicate that nobody defines.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != subject.name and
  is_freind(subject);  # refused: *is_freind*
