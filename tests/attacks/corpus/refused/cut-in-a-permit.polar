# Cuts the other permits away.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: *cut*
  document.owner != subject.name and
  cut and 1 = 2;
