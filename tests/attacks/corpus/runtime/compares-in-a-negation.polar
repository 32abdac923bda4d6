# An error inside a negation, which must not count as success.

EFFECT("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != "nobody" and subject.name != "nobody" and
  not subject.level < "x";
