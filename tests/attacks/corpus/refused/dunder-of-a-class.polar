# Reads the initialiser of a registered class.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != subject.name and
  User.__init__ = subject.name;  # refused: unknown attribute `__init__` of `User`
