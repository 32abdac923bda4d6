"""What operators do with the companies of the server."""

import pytest

from authz.administration import companies
from authz.administration.access import held
from authz.administration.desk import Refused
from authz.administration.founding import Company, Owner
from authz.errors import Conflict, InvalidChange, NotFound, RequestError
from authz.storage import tenants
from tests.administration.names import AMINA

OPERATOR, REVIEWER = "operator@gatehouse.example", "reviewer@gatehouse.example"
OWNER = Owner("Keza I.", "keza@kivu.example", "canary-words-7", "Africa/Kigali", "fr")


def added(world, **more):
    given = {"kind": "minigrid", "company": Company("Kivu Light"), "owner": OWNER}
    return companies.add(world.desk(OPERATOR), **given | more)


def test_operators_see_every_company_and_how_many_people_it_has(world):
    found = companies.page(world.desk(OPERATOR))
    assert [(one.tenant.slug, one.people) for one in found.listed] == [
        ("gasmeter-uz", 10),
        ("system", 2),
        ("pwani", 8),
        ("ziwa", 4),
    ]


def test_the_list_of_companies_goes_on_and_back(world):
    desk = world.desk(OPERATOR)
    first = companies.page(desk, limit=3)
    rest = companies.page(desk, limit=3, after=first.next)
    assert [one.tenant.slug for one in rest.listed] == ["ziwa"]
    assert rest.next is None
    assert companies.page(desk, limit=3, before=rest.previous).listed == first.listed
    assert [o.tenant.slug for o in companies.page(desk, "MINI pwa").listed] == ["pwani"]
    with pytest.raises(RequestError):
        companies.page(desk, after="nonsense")


@pytest.mark.parametrize("who", [AMINA, "root@gasmeter.example", REVIEWER])
def test_nobody_but_operators_looks_after_companies(world, who):
    desk = world.desk(who)
    for refused in (
        lambda: companies.page(desk),
        lambda: companies.find(desk, "pwani"),
        lambda: companies.add(desk, kind="metering", company=Company("Abc"), owner=OWNER),
        lambda: companies.suspend(desk, "ziwa"),
        lambda: companies.resume(desk, "ziwa"),
    ):
        with pytest.raises(Refused):
            refused()
    assert tenants.find_tenant(world.database, "ziwa").status == "active"


@pytest.mark.parametrize(
    ("kind", "role"), [("minigrid", "owner"), ("metering", "platform_admin")]
)
def test_r28_a_new_company_has_a_first_person_who_may_do_all(world, kind, role):
    made = added(world, kind=kind, slug="kivu")
    assert (made.tenant.slug, made.tenant.kind) == ("kivu", kind)
    assert held(made.owner).roles == {role: None}
    assert world.desk_of("kivu", OWNER.email).may("user:create", "tenant", "kivu")
    actions = [entry.action for entry in world.events("kivu")]
    assert actions == ["tenant.created", "user.created", "user.access_set"]
    entry = world.events("system")[-1]
    assert (entry.action, entry.object_id, entry.actor_label) == (
        "tenant.created",
        "kivu",
        OPERATOR,
    )
    assert "canary-words-7" not in repr(world.events("kivu") + world.events("system"))


def test_without_a_short_name_one_is_made_of_the_name(world):
    assert added(world).tenant.slug.startswith("kivu-light-")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"kind": "system"}, "kind"),
        ({"slug": "Kivu!"}, "slug"),
        ({"slug": "pwani"}, "slug"),
        ({"company": Company("Pwani Mini-Grids")}, "company"),
        ({"owner": Owner("Keza", AMINA, "canary-words-7")}, "email"),
        ({"owner": Owner("Keza", OWNER.email, "short")}, "password"),
        ({"pages_password": OWNER.password}, "pages_password"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_a_company_that_cannot_be_is_refused_whole(world, more, field):
    before = (tenants.list_tenants(world.database), world.events("system"))
    with pytest.raises((InvalidChange, Conflict)) as caught:
        added(world, **more)
    assert caught.value.field == field
    assert (tenants.list_tenants(world.database), world.events("system")) == before


def test_a_suspended_company_is_allowed_nothing_until_it_is_resumed(world):
    amina, operator = world.desk(AMINA), world.desk(OPERATOR)
    assert amina.may("user:list", "tenant", "pwani")
    assert companies.suspend(operator, "pwani").tenant.status == "suspended"
    companies.suspend(operator, "pwani")
    assert not amina.may("user:list", "tenant", "pwani")
    assert not amina.may("profile:read", "user", amina.person.account)
    assert companies.resume(operator, "pwani").tenant.status == "active"
    assert amina.may("user:list", "tenant", "pwani")
    for tenant in ("pwani", "system"):
        changes = [e for e in world.events(tenant) if e.action == "tenant.status_set"]
        assert [(e.object_id, e.after) for e in changes] == [
            ("pwani", '{"status": "suspended"}'),
            ("pwani", '{"status": "active"}'),
        ]


def test_the_company_of_the_operators_is_not_suspended(world):
    with pytest.raises(Conflict, match="cannot be suspended"):
        companies.suspend(world.desk(OPERATOR), "system")
    with pytest.raises(NotFound):
        companies.suspend(world.desk(OPERATOR), "nobody")
