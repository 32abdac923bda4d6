"""The first operator of a new installation, for whom nobody is there to decide.

Whoever holds the database makes the first one, and only the first: from then on operators
are accounts of their own tenant like any other, made by one of them.
"""

from authz.accounts.passwords import Hasher
from authz.administration import founding
from authz.administration.founding import Company, Owner
from authz.engine.policyset import PolicySet
from authz.errors import Conflict
from authz.storage import tenants
from authz.storage.database import Database
from authz.storage.events import Actor
from authz.storage.people import Account

TENANT = KIND = "system"
NAME = "Gatehouse"


def first(
    database: Database, hasher: Hasher, policies: PolicySet, owner: Owner, *, actor: Actor
) -> Account:
    """The tenant of the operators with its first person, who may do everything there.

    Raises: Conflict when there is that tenant already; InvalidChange with the field.
    """
    company = Company(NAME)
    founding.check(company, owner, None)
    secrets = founding.hashed(hasher, owner, None)
    with database.transaction():
        if any(known.slug == TENANT for known in tenants.list_tenants(database)):
            raise Conflict("there are operators already: act for one of them with `--as`")
        return founding.found(
            database,
            policies,
            TENANT,
            KIND,
            company=company,
            owner=owner,
            secrets=secrets,
            actor=actor,
        ).owner
