# Comments may hold anything.

# ?= "".__class__; resource Document { (((((((((( "
permit("attack.probe", subject: User, "document:read", document: Document, _context) if # new debug( cut "
  # [[[[[[[[ and
  document.owner != subject.name; # ;;;; "
# the last line has no end