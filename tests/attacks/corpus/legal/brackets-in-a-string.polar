# Brackets, quotes and the end of a rule, in a string.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != subject.name and
  subject.name != "((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((( ; # [{ ?= \" debug() cut";
