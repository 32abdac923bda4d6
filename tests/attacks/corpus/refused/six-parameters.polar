# Adds a parameter.

forbid("attack.probe", _subject, _action, _resource, _context, _more);  # refused: `forbid` takes*
