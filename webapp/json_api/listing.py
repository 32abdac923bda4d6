"""What lists of things share: how a page is asked for, and what is said of each thing."""

from typing import Annotated

from msgspec import Meta

from authz.administration.things import PAGE_MAX
from webapp.json_api.bodies import Body

Limit = Annotated[int, Meta(ge=1, le=PAGE_MAX)]


class ListQuery(Body, frozen=True):
    """A page of a list, and whom it is to show."""

    #: A part of the name, of what is noted of it, or of the id.
    q: str = ""
    after: str = ""
    before: str = ""
    limit: Limit = 50


def narrowed(**values: str | None) -> tuple[tuple[str, str], ...]:
    """Column and value of every filter that is set."""
    return tuple((name, value) for name, value in values.items() if value)
