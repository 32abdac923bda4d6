# An error in a rule that is called inside a negation.

EFFECT("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != "nobody" and subject.name != "nobody" and
  not tall(subject);

tall(someone) if someone.level > "x";
