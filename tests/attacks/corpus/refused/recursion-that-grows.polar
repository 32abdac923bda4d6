# Calls itself with a longer list each time.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != "nobody" and subject.name != "nobody" and
  grows([]);

one("1");
grows(x) if  # refused: *to the right of `in`*
  one("1") and grows([x, x]);
