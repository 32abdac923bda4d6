# Calls itself inside a negation.

forbid("attack.probe", subject: User, _action, _resource, _context) if
  odd(subject.name);

odd(x) if not odd(x);  # refused: `odd` calls itself*
