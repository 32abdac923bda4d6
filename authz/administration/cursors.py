"""Where a list goes on, as a text that a link can carry."""

import base64
import binascii
import json

from authz.errors import RequestError


def cursor(place: tuple[str, str]) -> str:
    """The text for a place."""
    data = json.dumps(place, ensure_ascii=False).encode(errors="surrogatepass")
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def place(cursor: str, where: str) -> tuple[str, str] | None:
    """The place for a text; None for an empty one. Raises: RequestError."""
    if not cursor:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        value, id = found
        if isinstance(value, str) and isinstance(id, str):
            (value + id).encode()
            return value, id
    except (binascii.Error, ValueError, TypeError, RecursionError):
        pass
    raise RequestError(f"`{where}` is no place of this list", where=where)
