# Misspells an attribute.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != subject.name and
  subject.baned = false;  # refused: unknown attribute `baned` of `subject`, did you mean `banned`[?]
