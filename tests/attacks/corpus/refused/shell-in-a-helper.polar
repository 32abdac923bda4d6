# Walks to a shell in a rule that a forbid calls.

forbid("attack.probe", subject: User, "document:read", _document: Document, _context) if
  creeps(subject.name);

creeps(_name) if  # refused: *calls no methods*
  c in "".__class__.__base__.__subclasses__() and
  c.__name__ = "_wrap_close" and
  c.__init__.__globals__.get("system").__call__("touch CANARY") = 0;
