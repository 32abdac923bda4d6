# Opens the debugger on the subject.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if  # refused: a policy opens no debugger*
  document.owner != subject.name and
  debug(subject);
