# The last good policy: whatever an attack does, these two go on answering.

permit("base.owner-reads", subject: User, "document:read", document: Document, _context) if
  document.owner = subject.name;

forbid("base.banned-does-nothing", subject: User, _action, _resource, _context) if
  subject.banned = true;
