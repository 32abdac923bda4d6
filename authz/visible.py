"""Text that somebody else wrote, on its way to a terminal or a page."""


def visible(text: str) -> str:
    """The text with a mark in the place of what cannot be seen.

    WHY: what somebody was called must not steer the terminal of who reads it.
    """
    return "".join(char if char.isprintable() else "\ufffd" for char in text)
