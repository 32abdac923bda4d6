# Constructs a subject by the names of its fields.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: a policy constructs nothing*
  document.owner != subject.name and
  x = new User(name: "root") and x.name = "root";
