# An error deep inside a negation.

EFFECT("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != "nobody" and subject.name != "nobody" and
  not (subject.level = 3 and subject.level < "x");
