"""People: who is there, and how their accounts are made, changed and deleted.

Each change needs its own action of the policies. A new password and a new e-mail count as
managing the account, for who has either can take it over.
"""

from collections.abc import Mapping
from dataclasses import replace

from msgspec import Struct
from msgspec.structs import asdict

from authz.accounts import passwords
from authz.administration import holders, marks, passwords_of_others, versions
from authz.administration.access import Access, check_whole, giving, rules_of
from authz.administration.cursors import cursor, place
from authz.administration.desk import PERSON, Desk
from authz.administration.locales import check_place
from authz.errors import RequestError
from authz.storage import access, directory, event_pages, people
from authz.storage.directory import Listed, Wanted
from authz.storage.events import Actor
from authz.storage.people import Account

PAGE_MAX = 200
CREATE = "user:create"
NOTHING = Wanted()
NO_ACCESS = Access()


class Profile(Struct, frozen=True):
    """What a person may say of themselves; None keeps what is there."""

    name: str | None = None
    phone: str | None = None
    street: str | None = None
    timezone: str | None = None
    language: str | None = None


UNCHANGED = Profile()


class People(Struct, frozen=True):
    """A page of people."""

    listed: tuple[Listed, ...]
    #: What to ask `before` and `after` for the pages beside this one; None: there is none.
    previous: str | None
    next: str | None


def find(desk: Desk, who: str) -> Account:
    """One person, by id or e-mail. Raises: Refused, NotFound."""
    desk.require("user:read", PERSON, who)
    return people.find_account(desk.database, desk.tenant, who)


def page(
    desk: Desk,
    wanted: Wanted = NOTHING,
    *,
    sort: str = "name",
    after: str = "",
    before: str = "",
    limit: int = 50,
) -> People:
    """Those of the wanted whom this person may see, with the actions that are open.

    Raises: Refused; RequestError for a sort, a limit or a cursor that there is not.
    """
    if sort not in directory.SORTS:
        raise RequestError(f"unknown sort `{sort}`", where="sort")
    if not 1 <= limit <= PAGE_MAX:
        raise RequestError(f"`limit` must be from 1 to {PAGE_MAX}", where="limit")
    start, end = place(after, "after"), place(before, "before")
    desk.require("user:list", "tenant", desk.tenant)
    seen = desk.filter("user:read", PERSON)
    listed, more = directory.page(
        desk.database,
        desk.tenant,
        seen.kind,
        seen.tree,
        wanted=wanted,
        marks=marks.of_people(desk),
        sort=sort,
        after=end or start,
        backwards=end is not None,
        limit=limit,
    )
    goes_back, goes_on = (more, True) if end else (start is not None, more)
    return People(
        tuple(listed),
        cursor(listed[0].place) if listed and goes_back else None,
        cursor(listed[-1].place) if listed and goes_on else None,
    )


def add(
    desk: Desk,
    *,
    email: str,
    name: str,
    password: str,
    timezone: str = "UTC",
    language: str = "en",
    wanted: Access = NO_ACCESS,
) -> Account:
    """A new person, who without any access may look after the own profile and no more.

    Raises: Refused; Conflict with the field `email` when it is in use; InvalidChange with
    the field.
    """
    desk.require(CREATE, "tenant", desk.tenant)
    check_place(timezone, language)
    passwords.check(password, email)
    return add_hashed(
        desk,
        email=email,
        name=name,
        password_hash=desk.hasher.hash(password),
        timezone=timezone,
        language=language,
        wanted=wanted,
    )


def add_hashed(
    desk: Desk,
    *,
    email: str,
    name: str,
    password_hash: str | None,
    phone: str = "",
    street: str = "",
    timezone: str = "UTC",
    language: str = "en",
    wanted: Access = NO_ACCESS,
) -> Account:
    """The same by the hash of a password that was checked, or none. Raises: as `add`."""
    check_place(timezone, language)
    with desk.deciding():
        actor = desk.require(CREATE, "tenant", desk.tenant)
        _check_giving(desk, wanted)
        account = people.create_account(
            desk.database,
            desk.tenant,
            actor=actor,
            email=email,
            name=name,
            password_hash=password_hash,
            timezone=timezone,
            language=language,
        )
        actor = replace(actor, decided_at=None)
        if more := changed_of(account, {"phone": phone, "street": street}):
            account = people.update_account(
                desk.database, desk.tenant, account.id, actor=actor, **more
            )
        return account if wanted == NO_ACCESS else _given(desk, account, wanted, actor)


def _check_giving(desk: Desk, wanted: Access) -> None:
    if wanted != NO_ACCESS:
        check_whole(desk, rules_of(desk), None, wanted)
    for properties in giving(desk, wanted):
        desk.require(CREATE, "tenant", desk.tenant, **properties)


def _given(desk: Desk, account: Account, wanted: Access, actor: Actor) -> Account:
    """The new person with the access; a second change of the same moment."""
    return access.set_access(
        desk.database,
        desk.tenant,
        account.id,
        actor=actor,
        roles=wanted.roles,
        options=wanted.options,
        bindings=wanted.bindings,
    )


def edit(
    desk: Desk,
    who: str,
    *,
    version: str | None = None,
    email: str | None = None,
    password: str = "",
    profile: Profile = UNCHANGED,
) -> Account:
    """Another e-mail, name, phone, street, time zone, language or password.

    None keeps what is there, and so does a blank password. Raises: Refused; NotFound;
    Conflict for an e-mail in use and for an old version; InvalidChange with the field.
    """
    desk.require("user:update", PERSON, who)
    blank = not password.strip()
    hashed = None if blank else passwords_of_others.checked_hash(desk, who, password, email)
    with desk.deciding():
        actor = desk.require("user:update", PERSON, who)
        before = people.find_account(desk.database, desk.tenant, who)
        versions.check(before, version)
        changed = changed_of(before, {"email": email, **asdict(profile)})
        account = before
        if changed:
            account = people.update_account(
                desk.database, desk.tenant, before.id, actor=actor, **changed
            )
            actor = replace(actor, decided_at=None)
        if hashed is not None:
            desk.require("user:set_password", PERSON, before.id)
            account = people.set_password(
                desk.database, desk.tenant, before.id, hashed, actor=actor
            )
        return account


def edit_own(desk: Desk, profile: Profile, *, version: str | None = None) -> Account:
    """The own name, phone, street, time zone or language; None keeps what is there.

    Raises: Refused; Conflict for an old version; InvalidChange with the field.
    """
    with desk.deciding():
        actor = desk.require("profile:update", PERSON, desk.person.account)
        before = people.find_account(desk.database, desk.tenant, desk.person.account)
        versions.check(before, version)
        changed = changed_of(before, asdict(profile))
        if not changed:
            return before
        return people.update_account(
            desk.database, desk.tenant, before.id, actor=actor, **changed
        )


def event_count(desk: Desk, who: str) -> int:
    """How many events name the person as who did it, and will go on to.

    Raises: Refused, NotFound.
    """
    account = find(desk, who)
    return event_pages.count_by(desk.database, desk.tenant, account.id)


def block(desk: Desk, who: str, *, version: str | None = None) -> Account:
    """The person can no longer log in, and is logged out everywhere.

    It takes what deleting takes, for it takes away as much. Raises: as `delete`.
    """
    return _set_status(desk, who, "blocked", version)


def unblock(desk: Desk, who: str, *, version: str | None = None) -> Account:
    """The person can log in again, with the access from before. Raises: as `delete`."""
    return _set_status(desk, who, "active", version)


def delete(desk: Desk, who: str, *, version: str | None = None) -> Account:
    """Delete the account for good; what the person did stays, with the name.

    Raises: Refused, as for the own account and the last owner; NotFound, for one that is
    deleted too; Conflict for an old version.
    """
    with desk.deciding(), holders.kept(desk):
        actor = desk.require("user:delete", PERSON, who)
        before = people.find_account(desk.database, desk.tenant, who)
        versions.check(before, version)
        return people.delete_account(desk.database, desk.tenant, before.id, actor=actor)


def _set_status(desk: Desk, who: str, status: str, version: str | None) -> Account:
    with desk.deciding(), holders.kept(desk):
        actor = desk.require("user:delete", PERSON, who)
        before = people.find_account(desk.database, desk.tenant, who)
        versions.check(before, version)
        if before.status == status:
            return before
        return people.set_status(desk.database, desk.tenant, before.id, status, actor=actor)


def changed_of(before: Account, wanted: Mapping[str, str | None]) -> dict[str, str]:
    """The fields that differ from those there. Raises: InvalidChange with the field."""
    changed = {}
    for field, value in wanted.items():
        if value is None:
            continue
        kept = getattr(before, field, None) or ""
        if value.strip() != kept:
            changed[field] = value
    check_place(changed.get("timezone"), changed.get("language"))
    return changed
