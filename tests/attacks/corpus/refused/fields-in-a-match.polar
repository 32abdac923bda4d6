# Restricts by fields, which a dictionary of the caller could fake.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: *restricted by a type alone*
  document.owner != subject.name and
  subject matches User{name: "ann"};
