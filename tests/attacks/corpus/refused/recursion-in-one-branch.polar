# Calls itself in one branch of an alternative.

forbid("attack.probe", subject: User, _action, _resource, _context) if
  loops(subject.name);

loops(x) if x = "a" or loops(x);  # refused: `loops` calls itself*
