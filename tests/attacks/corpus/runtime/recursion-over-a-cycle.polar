# Walks a cycle of facts for ever.

EFFECT("attack.probe", subject: User, "document:read", document: Document, _context) if
  document.owner != "nobody" and subject.name != "nobody" and
  reaches("a", "z");

edge("a", "b");
edge("b", "a");
reaches(x, y) if edge(x, y);
reaches(x, y) if edge(x, z) and reaches(z, y);
