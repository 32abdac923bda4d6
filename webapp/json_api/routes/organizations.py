"""Organizations of a metering company: supply companies and their branches, service
organizations, manufacturers and consumers.
"""

from msgspec import UNSET, Struct, UnsetType

from authz.administration import organizations, versions
from authz.storage.organizations import KINDS
from authz.storage.organizations import Organization as Stored
from authz.storage.things import Wanted
from webapp.json_api.answers import DONE, Done
from webapp.json_api.bodies import Body
from webapp.json_api.declared import Routes
from webapp.json_api.listing import ListQuery, narrowed
from webapp.json_api.parts import Present
from webapp.json_api.shapes import VersionQuery

routes = Routes("organizations", __name__, group="Organizations")

KIND = f"<any({', '.join(KINDS)}):kind>"


class OrganizationQuery(ListQuery, frozen=True):
    """A page of organizations."""

    #: Of supply companies: the one that they are branches of.
    parent: str | None = None
    #: Of consumers: who supplies them, and in which category they are.
    supply_company: str | None = None
    category: str | None = None


class Organization(Struct, frozen=True):
    """One organization."""

    kind: str
    id: str
    name: str
    #: Of a supply company: the one that it is a branch of.
    parent: str | None
    #: Of a consumer: who supplies it, and its category.
    supply_company: str | None
    category: str | None
    version: str


class ListedOrganization(Struct, frozen=True):
    """An organization in a list, with the actions that are open to the reader."""

    organization: Organization
    marks: list[str]


class Organizations(Struct, frozen=True):
    """A page of them; `next` and `previous` are what to ask `after` and `before`."""

    organizations: list[ListedOrganization]
    next: str | None
    previous: str | None


class NewOrganization(Body, frozen=True):
    """An organization to be added; without an id it gets one that is made of its name."""

    name: str
    id: str = ""
    parent: str | None = None
    supply_company: str | None = None
    category: str | None = None


class OrganizationChange(Body, frozen=True):
    """What is to change; what is left out stays."""

    name: str | None = None
    #: What it belongs to: a branch to its company, a consumer to its supplier.
    above: str | None | UnsetType = UNSET
    version: str | None = None


@routes.route_of(
    "GET",
    f"/organizations/{KIND}",
    "List organizations of a kind",
    query=OrganizationQuery,
    answer=Organizations,
    action="{kind}:list",
)
def list_organizations(who: Present, kind: str, query: OrganizationQuery) -> Organizations:
    """Those that the person may see."""
    wanted = Wanted(
        query.q,
        narrowed(
            parent=query.parent,
            supply_company=query.supply_company,
            category=query.category,
        ),
    )
    found = organizations.page(
        who.desk,
        kind,
        wanted,
        after=query.after,
        before=query.before,
        limit=query.limit,
    )
    listed = [
        ListedOrganization(_shown(one.thing), sorted(one.marks)) for one in found.listed
    ]
    return Organizations(listed, found.next, found.previous)


@routes.route_of(
    "POST",
    f"/organizations/{KIND}",
    "Add an organization",
    about="Who looks after one supplier only adds consumers of that one.",
    body=NewOrganization,
    answer=Organization,
    status=201,
    action="{kind}:list",
)
def add_organization(who: Present, kind: str, body: NewOrganization) -> Organization:
    """A new organization."""
    made = organizations.create(
        who.desk,
        kind,
        name=body.name,
        id=body.id,
        parent=body.parent,
        supply_company=body.supply_company,
        category=body.category,
    )
    return _shown(made)


@routes.route_of(
    "GET",
    f"/organizations/{KIND}/<id>",
    "Read an organization",
    answer=Organization,
    action="{kind}:read",
    on="{kind}",
)
def read_organization(who: Present, kind: str, id: str) -> Organization:
    """One organization."""
    return _shown(organizations.find(who.desk, kind, id))


@routes.route_of(
    "PATCH",
    f"/organizations/{KIND}/<id>",
    "Change an organization",
    body=OrganizationChange,
    answer=Organization,
    action="{kind}:update",
    on="{kind}",
)
def edit_organization(
    who: Present, kind: str, id: str, body: OrganizationChange
) -> Organization:
    """Another name, another place in the tree, or both at once."""
    before = organizations.find(who.desk, kind, id)
    field = organizations.ABOVE.get(kind)
    there = getattr(before, field) if field else None
    saved = organizations.edit(
        who.desk,
        kind,
        id,
        name=before.name if body.name is None else body.name,
        above=there if body.above is UNSET else body.above,
        # WHY that one: what is left out stays as it was when it was looked up.
        version=body.version or versions.of(before),
    )
    return _shown(saved)


@routes.route_of(
    "DELETE",
    f"/organizations/{KIND}/<id>",
    "Delete an organization",
    about="Refused while anything belongs to it, or somebody would lose all access.",
    query=VersionQuery,
    action="{kind}:delete",
    on="{kind}",
    confirmed=True,
)
def delete_organization(who: Present, kind: str, id: str, query: VersionQuery) -> Done:
    """It is gone."""
    organizations.delete(who.desk, kind, id, version=query.version)
    return DONE


def _shown(one: Stored) -> Organization:
    return Organization(
        kind=one.kind,
        id=one.id,
        name=one.name,
        parent=one.parent,
        supply_company=one.supply_company,
        category=one.category,
        version=versions.of(one),
    )
