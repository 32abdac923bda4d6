# Reads an attribute that this record does not have.

EFFECT("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != "nobody" and subject.name != "nobody" and
  x = document and not x.level = 4;
