# Forgets the context.

permit("attack.probe", _subject: User, "document:read", _document: Document);  # refused: `permit` takes*
