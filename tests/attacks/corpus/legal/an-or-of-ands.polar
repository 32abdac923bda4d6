# Alternatives in brackets.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != subject.name and
  ((subject.level = 1 and subject.banned = true) or (subject.level = 3 and not subject.banned = true));
