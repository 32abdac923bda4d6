# Half of a surrogate pair, written as JSON would: in Polar it is a backslash and five letters.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != subject.name and
  subject.name != "\ud800";
