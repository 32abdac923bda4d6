# Calls a method of a string.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: *calls no methods*
  document.owner != subject.name and
  subject.name.upper() = "ANN";
