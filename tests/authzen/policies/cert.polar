# The certification scenario: alice and bob, record-1 (active) and record-2 (archived).

permit("cert.alice-and-bob-read", subject: User, "read", doc: Record, _context) if
  doc.fixture = "cert" and
  subject.id in ["alice", "bob"];

permit("cert.alice-writes-what-is-not-archived", subject: User, "write", doc: Record, _context) if
  doc.fixture = "cert" and
  doc.status != "archived" and
  subject.id = "alice";

permit("cert.admins-write-what-is-archived", subject: User, "write", doc: Record, _context) if
  doc.fixture = "cert" and
  doc.status = "archived" and
  subject.role = "admin";

permit("cert.alice-deletes-softly", subject: User, "delete", doc: Record, context: Context) if
  doc.fixture = "cert" and
  subject.id = "alice" and
  context.action_soft = true;
