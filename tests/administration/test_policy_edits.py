"""One line of a policy file is changed, and the pages of administration change with it."""

import shutil

import pytest

from authz.administration import clients, matrix, preview, rights
from authz.administration.access import Access, Incomplete
from authz.administration.desk import Refused
from tests.administration.conftest import Clock, World
from tests.administration.names import AMINA, BRANCH, FRESH, JUMA, NEWCOMER, ROOT
from tests.shipped import POLICIES, changed


@pytest.fixture
def edited(seeded, tmp_path):
    """A world whose policies have one line replaced."""
    made = []

    def edit(file: str, line: str, instead: str) -> World:
        directory = tmp_path / "policies"
        shutil.copytree(POLICIES, directory)
        text = (directory / file).read_text("utf-8")
        assert text.count(line) == 1, line
        (directory / file).write_text(text.replace(line, instead), "utf-8")
        path = tmp_path / "gatehouse.db"
        path.write_bytes(seeded.read_bytes())
        path.chmod(0o600)
        made.append(World(path, Clock(), changed(directory)))
        return made[0]

    yield edit
    for one in made:
        one.close()


def choice(form, role):
    return next(one for one in form.choices if one.role.id == role)


def test_r55_r58_a_level_that_needs_one_more_binding_asks_for_it(edited):
    line = 'role_requires_binding("branch", "supply_company");'
    world = edited(
        "metering.polar",
        line,
        line + ' role_requires_binding("branch", "manufacturer");',
    )
    desk = world.desk(ROOT)
    form = rights.form(desk, FRESH)
    assert choice(form, "branch").role.requires == ("manufacturer", "supply_company")
    kinds = {"supply_company": frozenset({"hg-poytaxt"})}
    with pytest.raises(Incomplete) as refused:
        rights.save(desk, FRESH, Access({"branch": None}, frozenset(), kinds))
    assert refused.value.field == "manufacturer"
    assert not world.desk(BRANCH).may("metering_unit:list", "tenant", "gasmeter-uz")
    both = {**kinds, "manufacturer": frozenset({"metrix"})}
    rights.save(desk, FRESH, Access({"branch": None}, frozenset(), both))


def test_r55_a_level_that_needs_no_binding_any_more_asks_for_none(edited):
    world = edited(
        "metering.polar",
        'role_requires_binding("service_company_admin", "service_organization");',
        "",
    )
    form = rights.form(world.desk(ROOT), FRESH)
    assert choice(form, "service_company_admin").role.requires == ("supply_company",)
    kinds = {"supply_company": frozenset({"hududgaz"})}
    rights.save(
        world.desk(ROOT), FRESH, Access({"service_company_admin": None}, frozenset(), kinds)
    )


def test_r57_an_option_that_a_level_may_have_is_offered_and_saved(edited):
    line = 'role_allows_option("manufacturer", "reporting");'
    world = edited(
        "metering.polar", line, line + ' role_allows_option("branch", "reporting");'
    )
    desk = world.desk(ROOT)
    assert choice(rights.form(desk, BRANCH), "branch").role.options == ("reporting",)
    mine = rights.form(desk, BRANCH).held
    rights.save(desk, BRANCH, Access(mine.roles, frozenset({"reporting"}), mine.bindings))


def test_r23_r28_a_new_role_is_in_the_form_the_matrix_and_the_preview(edited):
    line = 'role("minigrid", "user");'
    world = edited(
        "minigrid.polar",
        line,
        line
        + ' role("minigrid", "cashier"); role_scope("cashier", "company");'
        + ' role_permission("cashier", "payments"); may_assign("owner", "cashier");'
        + ' managing_needs("cashier", "users");',
    )
    desk = world.desk(AMINA)
    assert choice(rights.form(desk, NEWCOMER), "cashier").may_give
    assert not choice(rights.form(world.desk(JUMA), NEWCOMER), "cashier").may_give
    assert "cashier" in {role.id for role in matrix.matrix(desk).roles}
    seen = preview.preview(desk, NEWCOMER, Access({"cashier": None}))
    gained = {action for one in seen.gains for action in one.actions}
    assert "payment:create" in gained
    rights.save(desk, NEWCOMER, Access({"cashier": None}))
    assert world.desk(NEWCOMER).may("payment:create", "tenant", "pwani")


def test_r40_who_may_no_longer_give_a_role_is_neither_offered_nor_allowed_it(edited):
    world = edited("minigrid.polar", 'may_assign("admin", "admin");', "")
    desk = world.desk(JUMA)
    assert not choice(rights.form(desk, NEWCOMER), "admin").may_give
    with pytest.raises(Refused):
        rights.save(desk, NEWCOMER, Access({"admin": None}))


def test_r36_settings_without_keys_opens_no_keys(edited):
    world = edited("minigrid.polar", 'role_permission("admin", "settings.api-keys");', "")
    desk = world.desk(JUMA)
    assert desk.may("settings:update", "tenant", "pwani")
    with pytest.raises(Refused):
        clients.listed(desk)
    with pytest.raises(Refused):
        clients.create(desk, name="app", scopes=["decision:check"])
