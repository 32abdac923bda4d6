"""Personal tokens: a JWT of fifteen minutes for an app in which a person has logged in, and
a refresh token that is used once.

The token tells the app who it is and, as a hint, what the policies give the person's roles.
The server believes only who it is, through what, and that it is still so: it looks at the
account, its rights' version, the app and the login behind it for every request. Source: RFC
7519 and RFC 8725; RFC 9700 for refreshing.
"""

from dataclasses import dataclass

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from authz.accounts.claims import LENGTH_MAX, Claims, claims_of, header_of
from authz.accounts.credentials import Door, admitted, authenticate
from authz.accounts.keyfiles import ALGORITHM
from authz.accounts.keys import CHANNELS
from authz.accounts.login import actor_of
from authz.accounts.passwords import Hasher
from authz.accounts.tokenkeys import TokenKeys
from authz.administration.person import Person
from authz.decisions.ports import Clock
from authz.engine.policyset import PolicySet
from authz.errors import AuthzError, ConfigError
from authz.storage import (
    clients,
    events,
    logins,
    people,
    refresh_tokens,
    sessions,
    tenants,
)
from authz.storage.clients import ApiClient
from authz.storage.database import Database
from authz.storage.events import Actor
from authz.storage.people import Account
from authz.storage.refresh_tokens import Refresh, Reuse

TYP = "gatehouse-person+jwt"
#: The channel of a program that is no app, or whose client has none of its own: never the
#: web.
UNFIXED_CHANNEL = "api"


class WrongToken(AuthzError):
    """No token, none of ours, or one that is over; the app logs in or refreshes."""

    def __init__(self) -> None:
        super().__init__("the token is missing, wrong or over")


@dataclass(frozen=True, slots=True)
class Issued:
    """What an app gets."""

    token: str
    #: Seconds until the token ends.
    expires_in: int
    #: Good once.
    refresh_token: str
    claims: Claims

    def __repr__(self) -> str:
        return f"Issued(sub={self.claims.sub!r}, token='***')"


def _channel(client: ApiClient | None) -> str:
    return (client and client.channel) or UNFIXED_CHANNEL


@dataclass(frozen=True, slots=True)
class Tokens:
    """What issues and verifies the tokens of one service."""

    database: Database
    keys: TokenKeys
    clock: Clock
    #: Who issues, and whom tokens are for; both are in every token.
    issuer: str
    audience: str

    def __post_init__(self) -> None:
        if not (self.issuer and self.audience):
            raise ConfigError("tokens need an issuer and an audience")

    def log_in(
        self,
        policies: PolicySet,
        hasher: Hasher,
        client: ApiClient | None,
        *,
        email: str,
        password: str,
        code: str | None,
        address: str | None,
        user_agent: str | None = None,
        request_id: str | None = None,
    ) -> Issued:
        """The first token of a person who logs in through the app of that client; None:
        through a program that is no app of the company.

        Raises: credentials.WrongLogin; credentials.SecondFactorNeeded without a `code`;
        throttle.Throttled; WrongToken, when the key of the app has ended.
        """
        door = Door(_channel(client), address, user_agent, request_id)
        candidate = authenticate(
            self.database,
            hasher,
            door,
            email,
            password,
            self.clock,
            code=code,
            tenant=client.tenant if client else None,
        )
        with self.database.transaction():
            account = admitted(self.database, candidate)
            issued = self.issue(policies, account, client, door)
            events.record(
                self.database,
                account.tenant,
                actor=door.actor(account),
                action="authorization",
                about=("user", account.id),
                label=account.email,
            )
        return issued

    def issue(
        self,
        policies: PolicySet,
        account: Account,
        client: ApiClient | None,
        door: Door | None = None,
    ) -> Issued:
        """The first token of a login; whoever calls has authenticated both.

        Raises: WrongToken, when the app is of another company or its key has ended.
        """
        if client and client.tenant != account.tenant:
            raise WrongToken
        if client and not client.is_live(self.clock()):
            raise WrongToken
        channel = _channel(client)
        door = door or Door(channel, None)
        whose = (self.database, account.tenant, account.id)
        with self.database.transaction():
            refresh = refresh_tokens.start(
                *whose, client=client.id if client else None, channel=channel
            )
            sessions.start(
                *whose,
                actor=door.actor(account),
                channel=channel,
                user_agent=door.user_agent,
                handle=refresh.family,
                expires_at=self.clock() + refresh_tokens.FAMILY_SECONDS,
            )
            return self._issued(policies, account, refresh, client)

    def refresh(self, policies: PolicySet, token: str) -> Issued:
        """The next token of the same login, by its refresh token.

        Raises: WrongToken, and where the refresh token had been used the login has ended.
        """
        found = refresh_tokens.replace(self.database, token)
        if isinstance(found, Reuse):
            self._record_reuse(found)
        if not isinstance(found, Refresh):
            raise WrongToken
        whose = logins.by_id(self.database, found.tenant, found.account)
        welcome = whose is not None and whose.is_welcome
        now = self.clock()
        app = clients.find(self.database, found.client) if found.client else None
        is_app_live = app.is_live(now) if app else found.client is None
        # WHY the login too: a token of one that is not there would be refused by us alone.
        named = (found.tenant, found.account, found.family)
        login = sessions.seen_app(self.database, *named, now=now)
        if not (welcome and is_app_live and login):
            refresh_tokens.end_family(self.database, found.family)
            raise WrongToken
        account = people.find_account(self.database, found.tenant, found.account)
        return self._issued(policies, account, found, app)

    def verify(self, text: str) -> Claims:
        """What the token says, when we signed it and it counts now. Raises: WrongToken."""
        header = header_of(text)
        if header is None or (header.alg, header.typ) != (ALGORITHM, TYP):
            raise WrongToken
        key = self.keys.find(header.kid)
        if key is None:
            raise WrongToken
        public = ECKey.import_key(dict(key))
        try:
            content = jwt.decode(text, public, algorithms=[ALGORITHM]).claims
            claims = msgspec.convert(content, Claims)
        except (JoseError, msgspec.ValidationError, ValueError) as exc:
            raise WrongToken from exc
        now = self.clock()
        told = (claims.iss, claims.aud) == (self.issuer, self.audience)
        if not (told and claims.nbf <= now < claims.exp and claims.cli in CHANNELS):
            raise WrongToken
        return claims

    def person_of(
        self,
        text: str,
        *,
        address: str | None = None,
        request_id: str | None = None,
    ) -> Person:
        """Who sends the token, as long as account, rights, app and login are as they were.

        Raises: WrongToken.
        """
        claims = self.verify(text)
        account = logins.by_id(self.database, claims.tid, claims.sub)
        whose = (claims.tid, claims.sub, claims.family)
        session = sessions.seen_app(self.database, *whose, now=self.clock())
        if account is None or not account.is_welcome or session is None:
            raise WrongToken
        if account.authz_version != claims.av:
            raise WrongToken
        return Person(
            tenant=account.tenant,
            account=account.account,
            email=account.email,
            channel=claims.cli,
            session=session.id,
            address=address,
            request_id=request_id,
            language=account.language,
        )

    def log_out(self, text: str, person: Person) -> None:
        """End the login that a token comes from: it and its refresh token are worthless."""
        with self.database.transaction():
            if refresh_tokens.end_family(self.database, self.verify(text).family):
                events.record(
                    self.database,
                    person.tenant,
                    actor=actor_of(person),
                    action="token.revoked",
                    about=("user", person.account),
                    label=person.email,
                )

    def revoke(self, token: str) -> None:
        """End the login of a refresh token; an unknown one is no error.

        Source: RFC 7009, section 2.2.
        """
        family = refresh_tokens.family_of(self.database, token)
        if family is not None:
            refresh_tokens.end_family(self.database, family)

    def _issued(
        self,
        policies: PolicySet,
        account: Account,
        refresh: Refresh,
        client: ApiClient | None,
    ) -> Issued:
        now = self.clock()
        claims = claims_of(
            policies,
            tenants.find_tenant(self.database, account.tenant).kind,
            account,
            issuer=self.issuer,
            audience=self.audience,
            channel=refresh.channel,
            family=refresh.family,
            now=now,
            until=client.expires_at if client else None,
        )
        text = self._signed(claims)
        if len(text) > LENGTH_MAX:
            claims = msgspec.structs.replace(claims, bnd=None)
            text = self._signed(claims)
        return Issued(text, max(0, claims.exp - int(now)), refresh.token, claims)

    def _signed(self, claims: Claims) -> str:
        return self.keys.current().signed(msgspec.to_builtins(claims), typ=TYP)

    def _record_reuse(self, found: Reuse) -> None:
        actor = Actor("anonymous", "", "")
        events.record(
            self.database,
            found.tenant,
            actor=actor,
            action="token.refreshed",
            about=("user", found.account),
            refused="a refresh token came twice: its login has ended",
        )
