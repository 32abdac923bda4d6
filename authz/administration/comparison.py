"""Two people beside each other: what the one may do and the other may not."""

from msgspec import Struct

from authz.administration import preview, reach
from authz.administration.desk import PERSON, Desk
from authz.administration.effective import EXPLAIN
from authz.administration.preview import Difference
from authz.storage.people import Account, find_account


class Comparison(Struct, frozen=True):
    """What each may do that the other may not, on the web, with protected pages open."""

    one: Account
    other: Account
    only_one: tuple[Difference, ...]
    only_other: tuple[Difference, ...]


def compare(desk: Desk, one: str, other: str) -> Comparison:
    """The difference between two people, by id or e-mail, but for what everybody may do
    with the own account. Raises: Refused, NotFound.
    """
    desk.require(EXPLAIN, "tenant", desk.tenant)
    first, second = (find_account(desk.database, desk.tenant, who) for who in (one, other))
    more, less, _ = preview.compared(
        desk, reach.viewpoint(desk, first.id), reach.viewpoint(desk, second.id)
    )
    return Comparison(
        first, second, only_one=_without(first, less), only_other=_without(second, more)
    )


def _without(whose: Account, found: tuple[Difference, ...]) -> tuple[Difference, ...]:
    own = (PERSON, (whose.id,))
    return tuple(one for one in found if (one.type, one.ids) != own)
