"""Somebody keeps the roles that a company cannot be without.

Which these are, the schema of the policies says (`sole_holder_of`). The policies refuse to
remove the last one who holds such a role now; a role that ends by itself is beyond what
they see, so it is looked after here.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from authz.administration.desk import PERSON, Desk
from authz.errors import InvalidChange
from authz.said import said
from authz.storage.role_holders import lasting_holders


@contextmanager
def kept(desk: Desk) -> Iterator[None]:
    """After the change inside, as before it, somebody holds such a role without an end.

    Inside a transaction only. Raises: InvalidChange with the field `roles`.
    """
    roles = sole_roles(desk)
    before = lasting_holders(desk.database, desk.tenant, roles)
    yield
    if before and not lasting_holders(desk.database, desk.tenant, roles):
        raise InvalidChange(
            said("nobody else keeps this role without an end, so it stays as it is"),
            field="roles",
        )


def sole_roles(desk: Desk) -> tuple[str, ...]:
    """The roles whose last holder stays."""
    declared = desk.policies.schema.types[PERSON].attributes.values()
    return tuple(role for one in declared for role in one.sole_holder_of)
