# Names that begin like forbidden words.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != subject.name and
  debugging(subject.name) and newer("ann", "bob") and type_of("ann", "x");
debugging("ann");
newer("ann", "bob");
type_of("ann", "x");
actor_of("ann") if newer("ann", "bob");
resource_of("ann") if actor_of("ann");
printing("ann") if resource_of("ann");
debugging("bob") if printing("ann");
