"""The numbered facts of AuthZEN 1.0 that concern the metadata of the service.

Source: OpenID AuthZEN Authorization API 1.0, section 9.
"""

import re
import time
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import ECKey

from authz import config
from authz.accounts import keyfiles
from authz.errors import ConfigError
from tests.api.doors import CONFIG, Client, Data, Reply, function_door
from webapp.serve import build_app

#: Configured in tests/authzen/config.yaml.
IDENTIFIER = "https://pdp.example/authzen"
WELL_KNOWN = "/.well-known/authzen-configuration"
PLACE = WELL_KNOWN + "/authzen"
ENDPOINTS = {
    "access_evaluation_endpoint": "/access/v1/evaluation",
    "access_evaluations_endpoint": "/access/v1/evaluations",
    "search_subject_endpoint": "/access/v1/search/subject",
    "search_resource_endpoint": "/access/v1/search/resource",
    "search_action_endpoint": "/access/v1/search/action",
}
IDS = [f"MD-{number}" for number in range(1, 15)]
#: What binds those who read the document.
NOT_OURS = {"MD-12": "readers ignore members that they do not know; we read no metadata"}


def test_each_fact_has_a_test_or_a_reason():
    named = re.findall(r"^test_md_(\d+)_", "\n".join(globals()), re.MULTILINE)
    tested = {f"MD-{number}" for number in named}
    assert tested | set(NOT_OURS) == set(IDS)
    assert not tested & set(NOT_OURS)


def read(client: Client, path: str = PLACE, **headers: str | None) -> Reply:
    """The document, asked for without a key."""
    plain = {"authorization": None, "content_type": None}
    return client.send(b"", method="GET", path=path, **(plain | headers))


def configured(data: Data, identifier: str | None, max_age_seconds: int = 60) -> Client:
    """A service of that identifier over the same facts."""
    about = replace(
        data.config.server.metadata, identifier=identifier, max_age_seconds=max_age_seconds
    )
    server = replace(data.config.server, metadata=about)
    return Client(function_door(build_app(replace(data.config, server=server))), data.key)


def test_md_1_there_is_a_document(client: Client):
    assert read(client).status == 200


def test_md_2_its_place_is_between_the_host_and_the_path_of_the_identifier(
    client: Client, data: Data
):
    assert read(client, PLACE).json["policy_decision_point"] == IDENTIFIER
    for other in (PLACE + "/", WELL_KNOWN + "/other", "/authzen" + WELL_KNOWN):
        assert read(client, other).status == 404
    for identifier, place in (
        ("https://h.example", WELL_KNOWN),
        ("https://h.example:8443/a/b", WELL_KNOWN + "/a/b"),
        ("https://h.example/a%20b", WELL_KNOWN + "/a b"),
        ("https://h.example/a%20b", WELL_KNOWN + "/a%20b"),
    ):
        reply = read(configured(data, identifier), place)
        assert reply.json["policy_decision_point"] == identifier


def test_md_2_who_asks_at_the_bare_path_is_told_the_right_one(client: Client):
    reply = read(client, WELL_KNOWN)
    assert reply.status == 404
    assert f"`{PLACE}`" in reply.json["error"]["message"]


def test_md_2_it_is_read_with_get(client: Client):
    for method in ("POST", "PUT", "DELETE"):
        reply = client.send(b"{}", method=method, path=PLACE)
        assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD")


def test_md_3_it_is_a_json_object_without_empty_members(client: Client):
    reply = read(client)
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert reply.json.keys() == {"policy_decision_point", "signed_metadata", *ENDPOINTS}
    assert all(isinstance(value, str) and value for value in reply.json.values())


def test_md_3_without_an_identifier_there_is_none_and_the_error_says_why(data: Data):
    reply = read(configured(data, None), WELL_KNOWN)
    assert (reply.status, reply.json["error"]["code"]) == (404, "not_found")
    assert "`server.metadata.identifier`" in reply.json["error"]["message"]


@pytest.mark.parametrize(
    "identifier",
    [
        "http://pdp.example",
        "https://pdp.example?a=b",
        "https://pdp.example/a#b",
        "https://",
        "pdp.example",
        "",
    ],
)
def test_md_4_the_identifier_is_an_https_url_without_query_and_fragment(identifier: str):
    with pytest.raises(ConfigError, match=r"server\.metadata\.identifier"):
        config.load(CONFIG, {}, {"server.metadata.identifier": identifier})


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:9", "[::1]", "LOCALHOST"])
def test_md_5_the_identifier_is_the_configured_one_whatever_the_host(
    client: Client, host: str
):
    reply = read(client, host=host, x_forwarded_host="evil.example", forwarded="host=evil")
    assert reply.body == read(client).body
    assert reply.json["policy_decision_point"] == IDENTIFIER


def test_md_6_every_endpoint_is_an_absolute_https_url(client: Client):
    document = read(client).json
    for member in ENDPOINTS:
        url = urlsplit(document[member])
        assert (url.scheme, url.netloc) == ("https", "pdp.example")
        assert (url.query, url.fragment) == ("", "")


def test_md_7_exactly_what_is_served_is_told(client: Client):
    document = read(client).json
    told = {name for name in document if name.endswith("_endpoint")}
    assert told == set(ENDPOINTS)
    for member in told:
        path = document[member].removeprefix(IDENTIFIER)
        assert client.send(b"{}", path=path).status == 400


def test_md_8_each_endpoint_is_the_default_path_behind_the_identifier(
    client: Client, data: Data
):
    for at, identifier in (
        (client, IDENTIFIER),
        (configured(data, "https://h.example"), "https://h.example"),
    ):
        place = PLACE if at is client else WELL_KNOWN
        document = read(at, place).json
        assert {name: document[name] for name in ENDPOINTS} == {
            name: identifier + path for name, path in ENDPOINTS.items()
        }


def test_md_9_no_capability_is_claimed(client: Client):
    assert not {"capabilities", "supported_capabilities"} & read(client).json.keys()


def test_md_10_the_signed_document_says_the_same(client: Client, data: Data):
    document = read(client).json
    signed = jwt.decode(document.pop("signed_metadata"), public_key(data), ["ES256"])
    claims = dict(signed.claims)
    assert claims.pop("iss") == IDENTIFIER
    assert isinstance(claims.pop("iat"), int)
    assert claims == document
    assert "signed_metadata" not in claims


def test_md_10_a_changed_document_does_not_verify(client: Client, data: Data):
    header, claims, signature = read(client).json["signed_metadata"].split(".")
    changed = claims[:-4] + ("AAAA" if claims[-4:] != "AAAA" else "BBBB")
    with pytest.raises(BadSignatureError):
        jwt.decode(f"{header}.{changed}.{signature}", public_key(data), ["ES256"])


def test_md_11_issuer_algorithm_and_times_are_as_they_must_be(client: Client, data: Data):
    signed = jwt.decode(read(client).json["signed_metadata"], public_key(data), ["ES256"])
    assert signed.header == {
        "alg": "ES256",
        "typ": "authzen-metadata+jwt",
        "kid": public_key(data).thumbprint(),
    }
    assert signed.claims["iss"] == IDENTIFIER
    assert signed.claims["iat"] <= time.time()
    assert not {"exp", "nbf"} & signed.claims.keys()


def public_key(data: Data) -> ECKey:
    """As `authz key show metadata` prints it for those who verify."""
    path = keyfiles.path_of(data.config.store.path, keyfiles.METADATA)
    return ECKey.import_key(dict(keyfiles.existing_signing_key(path).jwk))


def test_md_13_others_may_keep_it_for_as_long_as_is_configured(client: Client, data: Data):
    assert read(client).headers["cache-control"] == "max-age=3600"
    other = configured(data, "https://h.example", max_age_seconds=7)
    assert read(other, WELL_KNOWN).headers["cache-control"] == "max-age=7"


@pytest.mark.parametrize("authorization", [None, "", "Bearer gh_x_y", "Basic YTpi"])
def test_md_14_no_key_is_asked_for(client: Client, authorization: str | None):
    assert read(client, authorization=authorization).status == 200


def test_the_document_survives_a_restart_with_the_same_key(data: Data):
    first, second = (
        read(configured(data, IDENTIFIER)).json["signed_metadata"] for _ in range(2)
    )
    key = public_key(data)
    assert (
        jwt.decode(first, key, ["ES256"]).header
        == jwt.decode(second, key, ["ES256"]).header
    )


def test_the_document_tells_no_secret(client: Client, data: Data):
    text = read(client).body.decode()
    assert "PRIVATE" not in text
    assert data.key not in text
