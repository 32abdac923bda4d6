# Declares a rule type of its own.

type permit(_id: Integer, _subject, _action, _resource, _context);  # refused: rule types*
