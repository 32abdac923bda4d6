"""A company registers itself: the company, its first owner and, where it wants one, the
password of its protected pages; all of it or nothing.

It is off unless an operator switches it on, and tries are counted by where they come from.
"""

from authz.accounts import throttle
from authz.accounts.passwords import Hasher
from authz.administration import founding
from authz.administration.founding import Company as Company
from authz.administration.founding import Founded
from authz.administration.founding import Owner as Owner
from authz.engine.policyset import PolicySet
from authz.errors import Forbidden
from authz.said import said
from authz.storage.database import Database
from authz.storage.events import Actor

KIND = "minigrid"


def register(
    database: Database,
    hasher: Hasher,
    policies: PolicySet,
    *,
    company: Company,
    owner: Owner,
    is_open: bool,
    pages_password: str | None = None,
    address: str | None = None,
    request_id: str | None = None,
) -> Founded:
    """A new company with its first owner.

    pages_password: None where the company wants no protected pages.
    Raises: Forbidden while it is off; throttle.Throttled; Conflict and InvalidChange with
    the field, as `founding.check` and `founding.found`.
    """
    if not is_open:
        raise Forbidden(said("companies cannot be registered here: ask the operator"))
    throttle.begin(database, "registration", owner.email, address)
    founding.check(company, owner, pages_password)
    secrets = founding.hashed(hasher, owner, pages_password)
    visitor = Actor("visitor", "registration", owner.email, "web", address, request_id)
    with database.transaction():
        return founding.found(
            database,
            policies,
            founding.made_slug(company.name),
            KIND,
            company=company,
            owner=owner,
            secrets=secrets,
            actor=visitor,
        )
