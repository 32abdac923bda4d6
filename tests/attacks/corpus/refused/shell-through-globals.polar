# Takes the short way to a shell, over the globals of a method.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: *calls no methods*
  subject.__init__.__globals__.get("os").system("touch CANARY") = document.owner;
