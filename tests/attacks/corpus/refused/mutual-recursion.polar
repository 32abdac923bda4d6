# Two rules that call each other.

forbid("attack.probe", subject: User, _action, _resource, _context) if
  ping(subject.name);

ping(x) if pong(x);  # refused: *calls itself*
pong(x) if ping(x);
