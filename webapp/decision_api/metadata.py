"""`GET /.well-known/authzen-configuration`: where the endpoints are, for whoever finds the
service by its identifier alone.

The identifier is configured and never taken from a request: who sends a wrong `Host` gets
no other document. Source: AuthZEN 1.0, section 9.
"""

from collections.abc import Collection
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec import UNSET, Struct, UnsetType

from authz.accounts.keyfiles import SigningKey
from authz.errors import NotFound
from webapp.decision_api.endpoint import READ_METHODS, Answered, Asked, Endpoint, Endpoints

WELL_KNOWN = "/.well-known/authzen-configuration"
#: WHY its own: nothing that we sign for another purpose can be taken for this.
TYP = "authzen-metadata+jwt"
#: Member -> the path of the endpoint that it tells of.
MEMBERS = {
    "access_evaluation_endpoint": "/access/v1/evaluation",
    "access_evaluations_endpoint": "/access/v1/evaluations",
    "search_subject_endpoint": "/access/v1/search/subject",
    "search_resource_endpoint": "/access/v1/search/resource",
    "search_action_endpoint": "/access/v1/search/action",
}


class Metadata(Struct, frozen=True):
    """What the service says of itself."""

    policy_decision_point: str
    access_evaluation_endpoint: str
    access_evaluations_endpoint: str | UnsetType = UNSET
    search_subject_endpoint: str | UnsetType = UNSET
    search_resource_endpoint: str | UnsetType = UNSET
    search_action_endpoint: str | UnsetType = UNSET
    #: The same members as a JWT whose `iss` is `policy_decision_point`.
    signed_metadata: str | UnsetType = UNSET


def endpoints(
    identifier: str,
    key: SigningKey,
    served: Collection[str],
    *,
    max_age_seconds: int,
    signed_at: int,
) -> Endpoints:
    """The document of the service of that identifier, at its place.

    served: the paths of the API; only those are told of. signed_at: epoch seconds.
    """
    members = {"policy_decision_point": identifier} | {
        member: identifier + path for member, path in MEMBERS.items() if path in served
    }
    claims = {"iss": identifier, "iat": signed_at, **members}
    signed = {"signed_metadata": key.signed(claims, typ=TYP)}
    # WHY through the type: what the documentation shows is what is sent.
    body = msgspec.json.encode(msgspec.convert(members | signed, Metadata))
    kept = (("Cache-Control", f"max-age={max_age_seconds}"),)

    def answer(_asked: Asked) -> Answered:
        return Answered(body, headers=kept)

    path, found = urlsplit(identifier).path, Endpoint(answer, READ_METHODS)
    # WHY both: our server leaves a path as it was sent, and a WSGI server decodes it.
    places = {WELL_KNOWN + path: found, WELL_KNOWN + unquote(path): found}
    return _elsewhere(WELL_KNOWN + path) | places


def no_endpoints() -> Endpoints:
    """What answers where no identifier is configured."""
    return _refusing("there is no metadata: set `server.metadata.identifier`")


def _elsewhere(place: str) -> dict[str, Endpoint]:
    """For who asks as if the identifier had no path."""
    return _refusing(f"the metadata of this service is at `{place}`")


def _refusing(why: str) -> dict[str, Endpoint]:
    def refuse(_asked: Asked) -> Answered:
        raise NotFound(why)

    return {WELL_KNOWN: Endpoint(refuse, READ_METHODS)}
