# Makes somebody else of the subject.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: *calls no methods*
  document.owner != subject.name and
  subject.__setattr__("name", "bob") = nil;
