# Allows everybody everything.

permit("attack.probe", _subject, _action, _resource, _context);  # refused: *allows everything*
