# Reads the field in which a record keeps its values.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != subject.name and
  subject._values = 1;  # refused: unknown attribute `_values` of `subject`
