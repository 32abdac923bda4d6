"""What a line of the log must not hold, and that it says what was left out.

A path names a member from the top of a request, as `subject.properties.email`; in a batch
it counts for every item too. The session is always left out. An account that was named by
its e-mail stands there by its opaque id, and without an id where there is none.
"""

import json
import re
from collections.abc import Mapping, Sequence

import msgspec

from authz.engine.place import near_miss
from authz.errors import ConfigError

#: The members of one question, in the order of a line.
QUESTION = ("subject", "action", "resource", "context")
#: All members of a request that are kept, in the order of a line.
MEMBERS = (*QUESTION, "evaluations", "options", "page")
ALWAYS = ("context", "session")
#: The type of accounts, which a caller may name by e-mail.
ACCOUNT = "user"

Path = tuple[str, ...]
_QUESTION, _MEMBERS = frozenset(QUESTION), frozenset(MEMBERS)
_encoder = msgspec.json.Encoder()
_NAME = re.compile(r"[^\s.\[\]]+")


class Masks:
    """The configured paths, and what becomes of a request by them."""

    def __init__(self, paths: Sequence[str]):
        """Raises: ConfigError for a path that no request can have."""
        self._paths = tuple(dict.fromkeys(_path(text) for text in paths))

    def written(
        self,
        body: Mapping[str, object] | None,
        accounts: Mapping[str, str],
        text: bytes = b"",
    ) -> tuple[bytes, list[str]]:
        """The JSON of what may be kept of a request, and the paths that it does not hold.

        accounts: e-mail -> opaque id. text: the JSON that `body` was read from, if known.
        body: None for a text without escapes and unknown members.
        """
        if body is None and (self._paths or b"@" in text):
            body = msgspec.json.decode(text)
        if body is None:
            return _on_one_line(text), []
        if not self._paths and _has_known_members_only(body):
            # WHY not with an escape: a name could be written so that it is not found.
            text = _json(body) if not text or b"\\" in text else _on_one_line(text)
            # WHY: this is all that there is to hide, and looking for it in the text takes
            # a hundredth of what going through the items of a batch does.
            if text.find(b'"session"') < 0 and text.find(b"@") < 0:
                return text, []
        request, hidden = self._applied(body, accounts)
        return _json(request), hidden

    def _applied(
        self, body: Mapping[str, object], accounts: Mapping[str, str]
    ) -> tuple[dict[str, object], list[str]]:
        hidden: list[str] = []
        request = {name: body[name] for name in MEMBERS if name in body}
        request = self._hidden(request, "", accounts, hidden)
        items = request.get("evaluations")
        if isinstance(items, list):
            masked = [
                self._item(item, number, accounts, hidden)
                for number, item in enumerate(items)
            ]
            request = request | {"evaluations": masked}
        return request, hidden

    def _item(
        self, item: object, number: int, accounts: Mapping[str, str], hidden: list[str]
    ) -> object:
        if isinstance(item, list):
            # WHY: it asks nothing sound, and may hold what must not be kept all the same.
            return [self._item(part, number, accounts, hidden) for part in item]
        if not isinstance(item, dict):
            return item
        if not item.keys() <= _QUESTION:
            item = {name: value for name, value in item.items() if name in _QUESTION}
        return self._hidden(item, f"evaluations[{number}].", accounts, hidden)

    def _hidden(
        self,
        question: dict[str, object],
        where: str,
        accounts: Mapping[str, str],
        hidden: list[str],
    ) -> dict[str, object]:
        context = question.get("context")
        if isinstance(context, list) or (
            isinstance(context, dict) and "session" in context
        ):
            masked = _without(question, ALWAYS)
            if masked is not question:
                question = masked
                hidden.append(f"{where}context.session")
        for name in ("subject", "resource"):
            entity = question.get(name)
            if isinstance(entity, dict) and entity.get("type") == ACCOUNT:
                named = entity.get("id")
                if isinstance(named, str) and "@" in named:
                    shown = _by_opaque_id(entity, accounts.get(named))
                    question = question | {name: shown}
                    if "id" not in shown:
                        hidden.append(f"{where}{name}.id")
        for path in self._paths:
            masked = _without(question, path)
            if masked is not question:
                question = masked
                hidden.append(where + ".".join(path))
        return question


def _has_known_members_only(body: Mapping[str, object]) -> bool:
    if not _MEMBERS.issuperset(body):
        return False
    items = body.get("evaluations")
    if items is None:
        return True
    try:
        return all(map(_QUESTION.issuperset, items))  # type: ignore[call-overload]
    except TypeError:
        return False


def _on_one_line(text: bytes) -> bytes:
    """The same JSON: a line feed in it can only stand between two of its tokens."""
    return text.replace(b"\n", b" ").replace(b"\r", b" ")


def _json(value: object) -> bytes:
    try:
        return _encoder.encode(value)
    except OverflowError:
        # WHY: a number of JSON may be larger than what the quick encoder takes.
        return json.dumps(value).encode()


def _by_opaque_id(entity: dict[str, object], known: str | None) -> dict[str, object]:
    if known is None:
        return {name: value for name, value in entity.items() if name != "id"}
    return entity | {"id": known}


def _without(members: dict[str, object], path: Path) -> dict[str, object]:
    """The same without what the path leads to; itself where there is no such thing."""
    name, rest = path[0], path[1:]
    if name not in members:
        return members
    if not rest:
        return {other: value for other, value in members.items() if other != name}
    inner = members[name]
    masked = _without_inside(inner, rest)
    return members if masked is inner else members | {name: masked}


def _without_inside(value: object, path: Path) -> object:
    """The same for any value: a path leads through every part of a list."""
    if isinstance(value, dict):
        return _without(value, path)
    if isinstance(value, list):
        masked = [_without_inside(part, path) for part in value]
        if any(new is not old for new, old in zip(masked, value, strict=True)):
            return masked
    return value


def _path(text: str) -> Path:
    names = tuple(text.split("."))
    if not all(_NAME.fullmatch(name) for name in names):
        raise ConfigError(
            f"`decisions.log.mask`: `{text}` is no path: names with dots between them, as "
            "`subject.properties.email`"
        )
    if names[0] not in _QUESTION:
        raise ConfigError(
            f"`decisions.log.mask`: `{text}` must begin with subject, action, resource or "
            f"context{near_miss(names[0], QUESTION)}"
        )
    return names
