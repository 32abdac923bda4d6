# Misspells a type, so that the forbid would never match.

forbid("attack.probe", _subject: Usr, _action, _resource, _context);  # refused: unknown type `Usr`, did you mean `User`[?]
