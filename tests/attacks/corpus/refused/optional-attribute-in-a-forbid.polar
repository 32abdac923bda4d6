# Forbids by an attribute that may be absent.

forbid("attack.probe", subject: User, _action, _resource, _context) if  # refused: a forbid reads `nickname`*
  subject.nickname = "evil";
