# Calls itself first.

forbid("attack.probe", subject: User, _action, _resource, _context) if
  above(subject.name, "root");

above(x, y) if above(x, z) and parent(z, y);  # refused: `above` calls itself*
above("ann", "bob");
parent("bob", "root");
