# Constructs a subject.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: a policy constructs nothing*
  document.owner != subject.name and
  x = new User("root") and x.name = "root";
