# Calls a method of a class that is registered.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: *calls no methods*
  document.owner != subject.name and
  x = User.mro() and x != 1;
