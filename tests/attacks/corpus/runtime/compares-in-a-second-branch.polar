# An error in a branch that is tried last.

EFFECT("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != "nobody" and subject.name != "nobody" and
  (subject.level = 4 or subject.level < "x");
