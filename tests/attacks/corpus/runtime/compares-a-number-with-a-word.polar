# An ordered comparison of two types.

EFFECT("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != "nobody" and subject.name != "nobody" and
  subject.level < "x";
