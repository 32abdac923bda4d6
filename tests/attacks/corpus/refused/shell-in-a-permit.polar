# Walks to a shell when the policy is evaluated.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: *calls no methods*
  document.owner != subject.name and
  c in "".__class__.__base__.__subclasses__() and
  c.__name__ = "_wrap_close" and
  c.__init__.__globals__.get("system").__call__("touch CANARY") = 0;
