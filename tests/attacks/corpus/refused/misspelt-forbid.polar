# Misspells forbid, so that nothing would ask for it.

fobid("attack.probe", _subject, _action, _resource, _context);  # refused: nothing asks for `fobid`, did you mean `forbid`[?]
