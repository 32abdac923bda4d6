# An ordered comparison with nothing.

EFFECT("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != "nobody" and subject.name != "nobody" and
  nothing = nil and subject.level < nothing;
