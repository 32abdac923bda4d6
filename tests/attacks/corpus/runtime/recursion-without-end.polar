# Calls itself for ever.

EFFECT("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != "nobody" and subject.name != "nobody" and
  forever("a");

one("1");
forever(x) if one("1") and forever(x);
