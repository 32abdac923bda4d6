# Misspells an action.

forbid("attack.probe", _subject, "document:raed", _resource, _context);  # refused: unknown action `document:raed`, did you mean `document:read`[?]
