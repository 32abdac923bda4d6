"""What a change of people would come to, without making it: for reports before an import.

What is found here can be overtaken by somebody else; the change itself is decided again.
"""

from msgspec.structs import asdict

from authz.accounts.email import identity
from authz.administration.access import Access, check_whole, giving, rules_of
from authz.administration.desk import PERSON, Desk
from authz.administration.locales import check_place
from authz.administration.people import CREATE, Profile, changed_of
from authz.errors import Conflict
from authz.storage import directory, fields
from authz.storage.people import Account


def check_new(
    desk: Desk, *, email: str, name: str, timezone: str, language: str, wanted: Access
) -> None:
    """Nothing, if `add` would go well now. Raises: as `add`; nothing is written down."""
    identity(email)
    fields.text(name, "name")
    check_place(timezone, language)
    check_whole(desk, rules_of(desk), None, wanted)
    for properties in ({}, *giving(desk, wanted)):
        if refused := desk.refusal(CREATE, "tenant", desk.tenant, **properties):
            raise refused
    if directory.is_taken(desk.database, email):
        raise Conflict("this e-mail is already in use", field="email")


def check_edit(desk: Desk, account: Account, profile: Profile) -> bool:
    """Whether `edit` would change anything. Raises: as `edit`; nothing is written down."""
    changed = changed_of(account, asdict(profile))
    if changed and (refused := desk.refusal("user:update", PERSON, account.id)):
        raise refused
    return bool(changed)
