"""What a candidate promises no longer: invariants of the base that it drops or rewords.

A proof says nothing of a promise that is not made any more; so somebody has to look at it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from authz.assurance.reviewing.step import Level, Remark
from authz.engine.beside import INVARIANTS_FILE
from authz.yamlfile import YamlError, parse

RULE = "promise-dropped"
#: What only tells people about a promise.
_TOLD = ("title", "why", "owner")


def dropped(base: Path, candidate: Path) -> Iterator[Remark]:
    """One remark for each promise of the base that the candidate does not make so."""
    now = _promises(candidate)
    for id, promise in _promises(base).items():
        if id not in now:
            said = f"the promise `{id}` is no longer made"
        elif now[id] != promise:
            said = f"the promise `{id}` says something else now"
        else:
            continue
        yield Remark(RULE, Level.WARNING, said, INVARIANTS_FILE)


def _promises(directory: Path) -> Mapping[str, Any]:
    """Id -> what it says; of a file that cannot be read, nothing: its own step tells that.

    WHY not `read_invariants`: a promise may name what only its own policies have.
    """
    try:
        text = (directory / INVARIANTS_FILE).read_text("utf-8")
        found = parse(text)["invariants"].items()
        return {
            id: {key: value for key, value in said.items() if key not in _TOLD}
            for id, said in found
        }
    except (
        OSError,
        ValueError,
        YamlError,
        LookupError,
        TypeError,
        AttributeError,
    ):
        return {}
