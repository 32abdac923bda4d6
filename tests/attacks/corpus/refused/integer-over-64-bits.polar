# Writes an integer that no 64 bits hold.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != subject.name and
  subject.level != 9223372036854775808;  # refused: *integer overflow*
