# Calls a predicate with a named argument.

helper(1);
permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: *
  document.owner != subject.name and helper(level: 1);
