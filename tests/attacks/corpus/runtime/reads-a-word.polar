# Reads an attribute of a string.

EFFECT("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != "nobody" and subject.name != "nobody" and
  x = subject.name and x.level = 3;
