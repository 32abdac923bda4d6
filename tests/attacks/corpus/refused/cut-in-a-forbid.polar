# Cuts the other forbids away, and then does not hold itself.

forbid("attack.probe", _subject: User, _action, _resource, _context) if  # refused: *cut*
  cut and 1 = 2;
