# Misspells a type in the body.

forbid("attack.probe", _subject, _action, resource, _context) if  # refused: unknown type `Documnet`*
  resource matches Documnet;
