# Multiplies past 64 bits.

EFFECT("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != "nobody" and subject.name != "nobody" and
  subject.level * 9223372036854775807 = 1;
