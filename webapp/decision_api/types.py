"""The shapes of requests, from which they are decoded and the OpenAPI document is made.

Unknown members are ignored at every level. A required member that is missing, null or of
the wrong type is refused with its path; an optional one that is null is taken as absent.
Source: AuthZEN 1.0, sections 5 to 7.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar, get_args

import msgspec
from msgspec import Meta, Struct

from authz import model
from authz.engine.catalogue import FALLBACK_LANGUAGE
from authz.errors import RequestError

Members = dict[str, Any]
T = TypeVar("T")

Level = Literal["reasons", "full"]
REASONS, FULL = get_args(Level)
Semantic = Literal["execute_all", "deny_on_first_deny", "permit_on_first_permit"]
EXECUTE_ALL, DENY_ON_FIRST_DENY, PERMIT_ON_FIRST_PERMIT = get_args(Semantic)
#: Member -> the only texts that it may hold.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "explain": get_args(Level),
    "evaluations_semantic": get_args(Semantic),
}

_MESSAGE = re.compile(
    r"(?:Object missing required field `(?P<missing>[^`]+)`"
    r"|Expected `(?P<wanted>[^`]+)`, got `(?P<found>[^`]+)`"
    r"|(?P<other>.*?))(?: - at (?P<key>`key` in )?`\$\.?(?P<path>[^`]*)`)?"
)
_WORDS = {
    "object": "an object",
    "array": "an array",
    "str": "a string",
    "bool": "a boolean",
    "int": "a number",
    "float": "a number",
}
#: Where only an integer will do, a number is told from it.
_EXACT = {"int": "an integer", "float": "a number that is no integer"}


SubjectId = Annotated[
    str,
    Meta(description="Opaque; of a `user`, the e-mail of a live account is taken too."),
]


class Subject(Struct, frozen=True):
    """Who wants to act."""

    type: str
    id: SubjectId
    properties: Members | None = None


class Resource(Struct, frozen=True):
    """What is acted on."""

    type: str
    id: str
    properties: Members | None = None


class Action(Struct, frozen=True):
    """What is to be done."""

    name: str
    properties: Members | None = None


class EvaluationRequest(Struct, frozen=True):
    """May this subject do this action on this resource, in this context?"""

    subject: Subject
    action: Action
    resource: Resource
    context: Members | None = None

    @property
    def question(self) -> model.Request:
        """The same in the words of a decision."""
        return model.Request(
            entity(self.subject),
            action(self.action),
            entity(self.resource),
            self.context or {},
        )


class EvaluationItem(Struct, frozen=True):
    """One question of several; what it leaves out is the default's, whole."""

    subject: Subject | None = None
    action: Action | None = None
    resource: Resource | None = None
    context: Members | None = None


class EvaluationOptions(Struct, frozen=True):
    """What a caller wants besides the decision: our extension of the standard."""

    explain: Annotated[
        Level | None,
        Meta(description="Why: in a sentence, or everything that led to it."),
    ] = None
    language: Annotated[
        str | None,
        Meta(description="Of the sentence for the person: `en`, `fr`, `ru`, `uz`."),
    ] = None


class EvaluationsOptions(EvaluationOptions, frozen=True):
    """How several questions are to be answered."""

    evaluations_semantic: Annotated[
        Semantic | None,
        Meta(description="After which answer to stop; `execute_all` where it is not said."),
    ] = None


class EvaluationsRequest(Struct, frozen=True):
    """Several questions; a default is not looked at before an item needs it."""

    evaluations: list[Any] | None = None
    options: EvaluationsOptions | None = None


class Options(Struct, frozen=True):
    """What a caller wants besides the decision, with defaults for what was not said."""

    #: `REASONS` or `FULL`; empty: the decision alone.
    explain: str = ""
    language: str = FALLBACK_LANGUAGE


def entity(named: Subject | Resource) -> model.Entity:
    """A subject or resource in the words of a decision."""
    return model.Entity(named.type, named.id, named.properties or {})


def action(named: Action) -> model.Action:
    """An action in the words of a decision."""
    return model.Action(named.name, named.properties or {})


def options_of(body: Mapping[str, object]) -> Options:
    """The options in a body. Raises: RequestError.

    The standard gives them no meaning beside a single question, so what is no object is
    ignored there as any unknown member is.
    """
    options = body.get("options")
    if not isinstance(options, Mapping):
        return Options()
    return with_defaults(decoded(EvaluationOptions, options, "options"))


def with_defaults(options: EvaluationOptions | None) -> Options:
    """The options, with defaults for what was not said."""
    if options is None:
        return Options()
    language = FALLBACK_LANGUAGE if options.language is None else options.language
    return Options(options.explain or "", language)


def decoded(kind: type[T], members: object, where: str = "", *, strict: bool = True) -> T:
    """What JSON values say, as that type.

    where: the path of `members` in the body. strict: no texts for numbers.
    Raises: RequestError with the path at fault.
    """
    try:
        return msgspec.convert(members, kind, strict=strict)
    except msgspec.ValidationError as exc:
        raise _refusal(str(exc), where) from exc


def _refusal(message: str, where: str) -> RequestError:
    found = _MESSAGE.fullmatch(message)
    assert found is not None
    path = ".".join(p for p in (where, found["path"] or "", found["missing"] or "") if p)
    name = path.rpartition(".")[2]
    if found["key"]:
        text = f"the names of the members of `{path}` must be strings"
    elif name in CHOICES:
        text = f"`{path}` must be one of: " + ", ".join(f"`{c}`" for c in CHOICES[name])
    elif found["missing"] or found["found"] == "null":
        text = f"`{path}` is missing"
    elif found["wanted"]:
        wanted = found["wanted"].removesuffix(" | null")
        words = _WORDS | _EXACT if wanted == "int" else _WORDS
        text = f"`{path}` must be {words.get(wanted, wanted)}"
        # WHY not always: a program may send what JSON has no word for.
        if found["found"] != wanted:
            text += f", and is {words.get(found['found'], found['found'])}"
    else:
        text = f"`{path}`: {found['other'][:1].lower()}{found['other'][1:]}"
    return RequestError(text, where=path)
