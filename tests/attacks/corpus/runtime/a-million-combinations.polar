# Tries every combination of six digits.

EFFECT("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != "nobody" and subject.name != "nobody" and
  digit(a) and digit(b) and digit(c) and digit(d) and digit(e) and digit(f) and
  f = "x" and e = "x" and d = "x" and c = "x" and b = "x" and a = "x";

digit("0");
digit("1");
digit("2");
digit("3");
digit("4");
digit("5");
digit("6");
digit("7");
digit("8");
digit("9");
