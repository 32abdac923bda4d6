"""A reviewer edits one line of a policy file, and the answer changes; nothing else does."""

import shutil

import pytest

from tests.policies.support import POLICIES, decide, person
from tests.shipped import changed

WEB = {"channel": "web"}
COMPANY = ("tenant", "here", {"kind": "minigrid", "status": "active"})
PLATFORM = ("tenant", "here", {"kind": "metering", "status": "active"})
NEWCOMER = ("user", "other", person("metering", id="other"))
UNIT = (
    "metering_unit",
    "unit",
    {"supply_company": "local", "supply_line": ["local"], "manufacturer": "maker"},
)
TECHNICIAN = person(
    "metering",
    "service_company_admin",
    binding_kinds=["supply_company"],
    supply_companies=["local"],
)
BRANCH = person(
    "metering", "branch", binding_kinds=["supply_company"], supply_companies=["local"]
)
MAKER = person(
    "metering",
    "manufacturer",
    binding_kinds=["manufacturer"],
    manufacturers=["maker"],
    options=["reporting"],
)


@pytest.fixture
def edited(tmp_path):
    """Loads the shipped policies with one line replaced, by another or by nothing."""

    def edit(file, line, instead):
        directory = tmp_path / "policies"
        shutil.copytree(POLICIES, directory)
        text = (directory / file).read_text("utf-8")
        assert text.count(line) == 1, line
        (directory / file).write_text(text.replace(line, instead), "utf-8")
        return changed(directory)

    return edit


def gives(role, **properties):
    return ("user:set_access", NEWCOMER, {"role": role, **properties})


#: what it is about: (file, line, instead), subject, action, resource, properties, before
CHANGES = {
    "a permission is taken from a role": (
        ("minigrid.polar", 'role_permission("financial-manager", "payments");', ""),
        person("minigrid", "financial-manager"),
        ("payment:list", COMPANY, {}),
        True,
    ),
    "a permission is given to a role": (
        (
            "minigrid.polar",
            'role_permission("user", "tickets");',
            'role_permission("user", "tickets"); role_permission("user", "reports");',
        ),
        person("minigrid", "user"),
        ("report:read", COMPANY, {}),
        False,
    ),
    "administrators no longer manage administrators": (
        ("minigrid.polar", 'role_permission("admin", "users.manage-admin");', ""),
        person("minigrid", "admin"),
        ("user:update", ("user", "other", person("minigrid", "admin", id="other")), {}),
        True,
    ),
    "a binding is no longer required to use a level": (
        (
            "metering.polar",
            'role_requires_binding("service_company_admin", "service_organization");',
            "",
        ),
        TECHNICIAN,
        ("metering_unit:list", PLATFORM, {}),
        False,
    ),
    "a binding is no longer required to save a level": (
        (
            "metering.polar",
            'role_requires_binding("service_company_admin", "service_organization");',
            "",
        ),
        person("metering", "platform_admin"),
        gives("service_company_admin", binding_kinds=["supply_company"]),
        False,
    ),
    "another binding is required to use a level": (
        (
            "metering.polar",
            'role_requires_binding("branch", "supply_company");',
            'role_requires_binding("branch", "supply_company");'
            'role_requires_binding("branch", "service_organization");',
        ),
        BRANCH,
        ("metering_unit:read", UNIT, {}),
        True,
    ),
    "a binding is required to use a role of a mini-grid company": (
        (
            "minigrid.polar",
            'role("minigrid", "user");',
            'role("minigrid", "user"); role_requires_binding("user", "cluster");',
        ),
        person("minigrid", "user"),
        ("customer:list", COMPANY, {}),
        True,
    ),
    "a binding is required to give a role of a mini-grid company": (
        (
            "minigrid.polar",
            'role("minigrid", "user");',
            'role("minigrid", "user"); role_requires_binding("user", "cluster");',
        ),
        person("minigrid", "owner"),
        ("user:create", COMPANY, {"role": "user"}),
        True,
    ),
    "a role of a mini-grid company becomes read-only": (
        (
            "minigrid.polar",
            'role("minigrid", "financial-manager");',
            'role("minigrid", "financial-manager"); read_only_role("financial-manager");',
        ),
        person("minigrid", "financial-manager"),
        ("payment:create", COMPANY, {}),
        True,
    ),
    "a kind of export is without people": (
        (
            "minigrid.polar",
            'export_without_people("reports");',
            'export_without_people("reports"); export_without_people("tariffs");',
        ),
        person("minigrid", "financial-manager"),
        ("export:run", COMPANY, {"subject_matter": "tariffs"}),
        False,
    ),
    "an option is taken from a level that has it": (
        ("metering.polar", 'role_allows_option("manufacturer", "reporting");', ""),
        MAKER,
        ("report:view", UNIT, {}),
        True,
    ),
    "an option is no longer given to a level": (
        ("metering.polar", 'role_allows_option("manufacturer", "reporting");', ""),
        person("metering", "platform_admin"),
        gives("manufacturer", binding_kinds=["manufacturer"], options=["reporting"]),
        True,
    ),
    "an option carries one thing more": (
        (
            "metering.polar",
            'option_permission("reporting", "reports.view");',
            'option_permission("reporting", "reports.view");'
            'option_permission("reporting", "monitoring");',
        ),
        MAKER,
        ("monitoring:view", UNIT, {}),
        False,
    ),
    "administrators no longer appoint administrators": (
        ("minigrid.polar", 'may_assign("admin", "admin");', ""),
        person("minigrid", "admin"),
        ("user:create", COMPANY, {"role": "admin"}),
        True,
    ),
    "administrators appoint owners": (
        (
            "minigrid.polar",
            'may_assign("admin", "admin");',
            'may_assign("admin", "owner"); role_permission("admin", "users.manage-owner");',
        ),
        person("minigrid", "admin"),
        ("user:create", COMPANY, {"role": "owner"}),
        False,
    ),
    "administrators delete administrators": (
        (
            "minigrid.polar",
            'may_remove("admin", "user");',
            'may_remove("admin", "user"); may_remove("admin", "admin");',
        ),
        person("minigrid", "admin"),
        ("user:delete", ("user", "other", person("minigrid", "admin", id="other")), {}),
        False,
    ),
    "a cluster no longer narrows": (
        (
            "minigrid.polar",
            'role_scope("user", "clusters");',
            'role_scope("user", "company");',
        ),
        person("minigrid", "user", binding_kinds=["cluster"], clusters=["mafia"]),
        ("customer:read", ("customer", "c", {"cluster": "pemba"}), {}),
        False,
    ),
    "a role is added that inherits another": (
        (
            "minigrid.polar",
            'role("minigrid", "user");',
            'role("minigrid", "user"); role("minigrid", "installer");'
            'role_inherits("installer", "user"); role_scope("installer", "company");',
        ),
        person("minigrid", "installer"),
        ("customer:create", COMPANY, {}),
        False,
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_one_edited_line_changes_the_answer(change, edited):
    edit, subject, (action, resource, properties), before = CHANGES[change]
    assert decide(subject, action, resource, WEB, properties) is before
    policies = edited(*edit)
    assert (
        decide(subject, action, resource, WEB, properties, policies=policies) is not before
    )


def test_leaving_a_line_out_of_the_web_only_list_opens_it_to_the_app(edited):
    policies = edited("minigrid.polar", 'web_only("customer:delete");', "")
    for subject in (person("minigrid", "owner"), person("minigrid", "user")):
        asked = subject, "customer:delete", COMPANY, {"channel": "android"}
        assert not decide(*asked)
        assert decide(*asked, policies=policies)
