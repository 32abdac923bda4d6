import pytest

from authz.accounts.throttle import Throttled
from authz.administration.access import held
from authz.administration.registration import Company, Owner, register
from authz.errors import Conflict, Forbidden, InvalidChange
from authz.storage import tenants
from tests.administration.conftest import CHEAP
from tests.administration.names import AMINA
from tests.shipped import shipped

COMPANY = Company("Kivu Light", "office@kivu.example", "+250 1", "Rubavu", "RW")
OWNER = Owner("Keza I.", "keza@kivu.example", "canary-words-7", "Africa/Kigali", "fr")


def registered(world, **more):
    given = {"company": COMPANY, "owner": OWNER, "is_open": True, "address": "192.0.2.9"}
    return register(world.database, CHEAP, shipped(), **{**given, **more})


def slugs(world):
    return {tenant.slug for tenant in tenants.list_tenants(world.database)}


def owner(**more):
    fields = {name: getattr(OWNER, name) for name in OWNER.__struct_fields__}
    return Owner(**{**fields, **more})


def test_r28_a_company_registers_with_its_first_owner(world):
    made = registered(world)
    assert made.tenant.slug.startswith("kivu-light-")
    assert (made.tenant.kind, made.tenant.phone, made.tenant.country) == (
        "minigrid",
        "+250 1",
        "RW",
    )
    assert held(made.owner).roles == {"owner": None}
    assert (made.owner.timezone, made.owner.language) == ("Africa/Kigali", "fr")
    actions = [entry.action for entry in world.events(made.tenant.slug)]
    assert actions == ["tenant.created", "user.created", "user.access_set"]
    assert world.events(made.tenant.slug)[0].address == "192.0.2.9"
    assert "canary-words-7" not in repr(world.events(made.tenant.slug))


def test_r17_the_protected_pages_password_is_set_with_it(world):
    made = registered(world, pages_password="kivu-pages-7")
    assert made.tenant.ppp_enabled
    assert not registered(
        world, company=Company("Other"), owner=owner(email="o@other.example")
    ).tenant.ppp_enabled


BAD = {
    "a short name": ({"company": Company("ab")}, "company"),
    "a long name": ({"company": Company("x" * 51)}, "company"),
    "a name that hides": ({"company": Company("abc\u202edef")}, "company"),
    "a bad company e-mail": ({"company": Company("Kivu", "nobody")}, "company_email"),
    "no owner e-mail": ({"owner": owner(email="")}, "email"),
    "a weak password": ({"owner": owner(password="short1")}, "password"),
    "no name": ({"owner": owner(name=" ")}, "name"),
    "no time zone": ({"owner": owner(timezone="Mars/Base")}, "timezone"),
    "no language": ({"owner": owner(language="xx")}, "language"),
    "an empty pages password": ({"pages_password": ""}, "pages_password"),
    "a short pages password": ({"pages_password": "ab1"}, "pages_password"),
    "the login password": ({"pages_password": "canary-words-7"}, "pages_password"),
}


@pytest.mark.parametrize(("change", "field"), BAD.values(), ids=BAD.keys())
def test_r17_what_is_wrong_is_named_and_nothing_is_made(world, change, field):
    before = slugs(world)
    with pytest.raises(InvalidChange) as refused:
        registered(world, **change)
    assert refused.value.field == field
    assert slugs(world) == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"owner": owner(email=f" {AMINA.upper()} ")}, "email"),
        ({"company": Company("Ziwa Energy Cooperative")}, "company"),
    ],
)
def test_r48_what_is_taken_leaves_no_half_made_company(world, change, field):
    before = slugs(world)
    with pytest.raises(Conflict) as refused:
        registered(world, **change)
    assert refused.value.field == field
    assert slugs(world) == before


def test_it_is_off_unless_an_operator_opens_it(world):
    with pytest.raises(Forbidden):
        registered(world, is_open=False)
    assert len(slugs(world)) == 4


def test_it_is_throttled_by_address(world):
    def attempt(number, address="192.0.2.9"):
        mail = f"o{number}@kivu.example"
        company = Company(f"Company {number}")
        registered(world, company=company, owner=owner(email=mail), address=address)

    def many():
        for number in range(1, 100):
            attempt(number)

    attempt(0)
    with pytest.raises(Throttled):
        many()
    attempt(200, "198.51.100.1")


def test_r05_the_new_owner_reaches_no_other_company(world):
    registered(world)
    desk = world.desk_of(registered_tenant(world), OWNER.email)
    assert desk.may("settings:update", "tenant", desk.tenant)
    assert not desk.may("settings:update", "tenant", "pwani")
    assert not desk.may("user:read", "user", world.id(AMINA))


def registered_tenant(world):
    return next(slug for slug in slugs(world) if slug.startswith("kivu-light-"))
