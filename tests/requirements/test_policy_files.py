"""The rules live in Polar files (R71)."""

import re
import shutil
from functools import partial

import pytest

from authz.composition import active_policies, policy_loader
from authz.decisions.active import ActivePolicies
from authz.errors import PolicyError
from tests.administration.names import BRANCH, ROOT, TECH
from tests.api.doors import question
from tests.requirements.metering import PLATFORM, App, settings_of
from tests.shipped import POLICIES, changed, shipped

READ = "metering_unit:read"
ASKED = question(f"user:{TECH}", READ, "metering_unit:mu-101", channel="web")
REASONS = {"options": {"explain": "reasons"}}


@pytest.fixture
def app(world):
    return App(world)


# R71: the rules live in files.


BROKEN = {
    "a clause that does not end": ("metering.polar", "\npermit(", "metering.polar"),
    "an unknown rule": (
        "metering.polar",
        '\npermit("metering.new", _s: User, _a, _r, _c) if nonsense(_s);\n',
        "nonsense",
    ),
    "a policy that no catalogue names": (
        "metering.polar",
        '\npermit("metering.new", _s: User, "user:list", _r: Tenant, _c);\n',
        "metering.new",
    ),
    "a catalogue that is no YAML": ("metering.yaml", "\n  - : [", "metering.yaml"),
    "a vocabulary with a member twice": ("schema.yaml", "\nversion: 1\n", "version"),
}


@pytest.fixture
def folder(tmp_path):
    """The policies, to be edited."""
    found = tmp_path / "policies"
    shutil.copytree(POLICIES, found)
    return found


def loaded(load):
    """What loads a set; the shipped one passed its checks before."""
    return lambda source: (
        shipped() if source.revision == shipped().revision else load(source)
    )


def spoil(folder, file, more):
    path = folder / file
    path.write_text(path.read_text("utf-8") + more, "utf-8")


@pytest.mark.parametrize("how", ["a clause that does not end", "an unknown rule"])
def test_r71_nothing_starts_on_broken_policies(world, folder, how):
    file, more, said = BROKEN[how]
    spoil(folder, file, more)
    settings = settings_of(world, **{"policy.dir": folder})
    with pytest.raises(PolicyError, match=re.escape(said)) as refused:
        active_policies(settings)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("gone", ["*", "schema.yaml"])
def test_r71_nothing_starts_without_its_policies(world, folder, gone):
    for path in folder.glob(gone):
        path.unlink() if path.is_file() else shutil.rmtree(path)
    with pytest.raises(PolicyError):
        active_policies(settings_of(world, **{"policy.dir": folder}))


def test_r71_a_broken_edit_keeps_the_old_rules_and_shows_the_error(world, folder):
    active = ActivePolicies(folder, loaded(policy_loader(settings_of(world))))
    app = App(world, policies=active)
    state = partial(app.client.send, b"", method="GET", path="/v1/policy")
    assert state().json["health"] == {"status": "ok"}
    for file, more, said in BROKEN.values():
        kept = (folder / file).read_text("utf-8")
        spoil(folder, file, more)
        assert active.reload() is False
        assert app.client.decides(ASKED)
        assert not app.decides(TECH, READ, "metering_unit:mu-102")
        told = state().json
        assert told["health"]["status"] == "degraded"
        assert said in told["health"]["message"]
        (folder / file).write_text(kept, "utf-8")
        active.reload()
        assert state().json["health"] == {"status": "ok"}


def test_r71_a_rule_that_is_edited_counts_without_any_other_change(world, folder):
    active = ActivePolicies(folder, loaded(changed))
    app = App(world, policies=active)
    assert app.decides(BRANCH, READ, "metering_unit:mu-101")
    path, rule = folder / "metering.polar", 'role_permission("branch", "units");\n'
    path.write_text(path.read_text("utf-8").replace(rule, ""), "utf-8")
    assert active.reload() is True
    assert not app.decides(BRANCH, READ, "metering_unit:mu-101")
    assert app.client.decides(ASKED)


def test_r71_what_no_rule_speaks_of_is_denied(app):
    asked = question(f"user:{ROOT}", "customer:list", f"tenant:{PLATFORM}", channel="web")
    reply = app.client.ask(asked | REASONS)
    assert reply.json["decision"] is False
    assert reply.json["context"]["reason"] == "no_permit"
    assert reply.json["context"]["determining_policies"] == []


def test_r71_no_rule_about_roles_stands_in_the_program():
    """Levels and options are named in the policies alone, and in the words for people."""
    levels = re.compile(
        r"[\"'](platform_admin|service_company_admin|supply_company_admin|equipment_monitoring)"
        r"[\"']"
    )
    root = POLICIES.parent
    naming = {
        str(path.relative_to(root))
        for package in ("authz", "webapp")
        for path in (root / package).rglob("*")
        if path.suffix in (".py", ".html") and levels.search(path.read_text("utf-8"))
    }
    assert naming == {"authz/administration/labels.py"}
