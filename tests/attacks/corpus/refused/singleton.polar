# Binds a variable that nobody uses, as a misspelt one is.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  docment.owner != subject.name and document.owner = "x";  # refused: *docment*
