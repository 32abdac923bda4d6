# Cuts the other clauses of a helper away.

forbid("attack.probe", subject: User, _action, _resource, _context) if
  special(subject.name);

special(_name) if cut and 1 = 2;  # refused: *cut*
special("ann");
