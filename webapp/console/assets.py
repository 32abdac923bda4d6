"""The files that pages are drawn with, at addresses that change with their content.

So a browser keeps each for good, and never draws a new page with an old one.
"""

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
HASH_CHARACTERS = 10


@dataclass(frozen=True, slots=True)
class Asset:
    """One file."""

    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All of them."""

    #: Name in the address -> the file.
    served: Mapping[str, Asset]
    #: Name of a file -> its name in the address.
    names: Mapping[str, str]


@cache
def load(folder: Path = FOLDER) -> Assets:
    """The files of a folder, as they are now."""
    served, names = {}, {}
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        mark = hashlib.sha256(content).hexdigest()[:HASH_CHARACTERS]
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        if kind.startswith("text/"):
            kind += "; charset=utf-8"
        names[path.name] = f"{path.stem}.{mark}{path.suffix}"
        served[names[path.name]] = Asset(content, kind)
    return Assets(served, names)
