# Asks something false, which leaves the rules loaded in plain oso.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != subject.name;

?= 1 = 2;  # refused: an inline query*
