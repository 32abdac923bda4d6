# Writes forbid with a capital.

Forbid("attack.probe", _subject, _action, _resource, _context);  # refused: *
