# Letters of other scripts.

permit("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != subject.name and
  subject.name != "Ўзбекистон 中文 🔒 é";
