"""What a personal token says, and what of it the policies derive."""

import base64
import secrets
from collections.abc import Mapping, Sequence

from msgspec import DecodeError, Struct, json

from authz.engine.policyset import PolicySet
from authz.storage.people import Account

#: Longer texts are not looked at. Units: characters.
LENGTH_MAX = 8192
TOKEN_SECONDS = 15 * 60
JTI_BYTES = 12


class Header(Struct, frozen=True, forbid_unknown_fields=True):
    """How a token is signed.

    WHY nothing else: `crit`, `jku`, `jwk`, `x5u` and `zip` have no place in our tokens.
    """

    alg: str
    typ: str
    kid: str


class Claims(Struct, frozen=True, forbid_unknown_fields=True):
    """What a token says. Source: RFC 7519, section 4.1; the others are ours."""

    iss: str
    aud: str
    #: Id of the account.
    sub: str
    #: Slug of the tenant.
    tid: str
    #: Channel of the app.
    cli: str
    roles: tuple[str, ...]
    #: Permissions that the policies derive from roles and options.
    perms: tuple[str, ...]
    opts: tuple[str, ...]
    #: Kind of binding -> ids; None where they are too many for a token.
    bnd: Mapping[str, tuple[str, ...]] | None
    #: Version of the person's rights.
    av: int
    #: Revision of the policies.
    pv: str
    iat: int
    nbf: int
    exp: int
    #: The login it comes from, a dot, and what tells it apart.
    jti: str

    @property
    def family(self) -> str:
        """The family of refresh tokens of the same login."""
        return self.jti.partition(".")[0]


def claims_of(
    policies: PolicySet,
    kind: str,
    account: Account,
    *,
    issuer: str,
    audience: str,
    channel: str,
    family: str,
    now: float,
    until: float | None = None,
) -> Claims:
    """What a token says of a person in a company of that kind, from now on.

    It ends after TOKEN_SECONDS, or with the first role that does, or at `until`: when the
    key of the app does. Units: epoch seconds.
    """
    held = [r for r in account.roles if r.expires_at is None or r.expires_at > now]
    known = [until, *(role.expires_at for role in held)]
    ends = [end for end in known if end is not None]
    roles = known_roles(policies, kind, [role.role for role in held])
    return Claims(
        iss=issuer,
        aud=audience,
        sub=account.id,
        tid=account.tenant,
        cli=channel,
        roles=roles,
        perms=permissions(policies, roles, account.options),
        opts=account.options,
        bnd=account.bindings,
        av=account.authz_version,
        pv=policies.revision,
        iat=int(now),
        nbf=int(now),
        exp=int(min([now + TOKEN_SECONDS, *ends])),
        jti=f"{family}.{secrets.token_hex(JTI_BYTES)}",
    )


def known_roles(policies: PolicySet, kind: str, roles: Sequence[str]) -> tuple[str, ...]:
    """Those of the roles that the policies know in a company of that kind, sorted."""
    known = {role for _, role in policies.rows("role", kind, None)}
    return tuple(sorted(known.intersection(roles)))


def permissions(
    policies: PolicySet, roles: Sequence[str], options: Sequence[str]
) -> tuple[str, ...]:
    """What the policies derive from roles and options: names of permissions, sorted."""
    found = set()
    for role in roles:
        found |= {name for _, name in policies.rows("carries", role, None)}
        withheld = {name for _, name in policies.rows("option_withheld", role, None)}
        for _, option in policies.rows("role_allows_option", role, None):
            if option in options:
                given = policies.rows("option_permission", option, None)
                found |= {name for _, name in given} - withheld
    return tuple(sorted(found))


def header_of(text: str) -> Header | None:
    """The header of a token, read before anything else of it; None where it has none."""
    first, _, rest = text.partition(".")
    if len(text) > LENGTH_MAX or not text.isascii() or rest.count(".") != 1:
        return None
    try:
        padded = first + "=" * (-len(first) % 4)
        return json.decode(base64.b64decode(padded, b"-_", True), type=Header)
    except (ValueError, DecodeError):
        return None
