"""The library: one tenant, decided in a program, without the server."""

import enum
import shutil
import subprocess
import sys
import time

import pytest

import authz
from authz.settings import Config, PolicySection, StoreSection
from authz.storage import people, resources, tenants
from authz.storage.access import set_access
from authz.storage.database import migrate, open_database
from authz.storage.events import SERVICE
from tests.unit.engine.sets import entry

SCHEMA = """\
version: 1
context:
  channel: {type: string, source: caller, default: unknown}
types:
  user:
    subject: true
    facts: accounts
    attributes:
      status: {type: string, source: stored, required: true}
      roles: {type: string-set, source: stored, default: []}
  paper:
    registrable: true
    attributes:
      owner: {type: string, source: stored, required: true}
      draft: {type: boolean, source: any, default: false}
    actions: [read, edit]
"""
RULES = """\
permit("papers.owner-reads", subject: User, "read", paper: Paper, _context) if
  paper.owner = subject.id;
permit("papers.editor-edits", subject: User, "edit", _paper: Paper, _context) if
  "editor" in subject.roles;
forbid("papers.web-only", _subject: User, "edit", _paper: Paper, context: Context) if
  context.channel != "web";
forbid("papers.draft", _subject: User, "read", paper: Paper, _context) if
  paper.draft = true;
"""
IDS = ("papers.owner-reads", "papers.editor-edits", "papers.web-only", "papers.draft")
WEB = {"channel": "web"}
PAPER = {"type": "paper", "id": "p1"}
READ, EDIT = {"name": "read"}, {"name": "edit"}


@pytest.fixture(scope="module")
def policies(tmp_path_factory):
    directory = tmp_path_factory.mktemp("library") / "policies"
    directory.mkdir()
    (directory / "schema.yaml").write_text(SCHEMA)
    (directory / "papers.polar").write_text(RULES)
    (directory / "papers.yaml").write_text(entry(*IDS))
    return directory


@pytest.fixture(scope="module")
def made(policies, tmp_path_factory):
    """A database with two tenants, and the id of `ann`, an editor of the first."""
    path = tmp_path_factory.mktemp("library") / "facts.db"
    migrate(path)
    database = open_database(path, time.time)
    for slug in ("one", "two"):
        tenants.create_tenant(database, slug, actor=SERVICE, name=slug, kind="metering")
    ann = people.create_account(
        database,
        "one",
        actor=SERVICE,
        email="ann@one.example",
        name="Ann",
        password_hash=None,
    ).id
    set_access(database, "one", ann, actor=SERVICE, roles={"editor": None})
    settings = {"policy.dir": policies, "store.path": path}
    with authz.open(settings, tenant="one") as pdp:
        schema = pdp._policies.current().schema
    for paper, owner in (("p1", ann), ("p2", "somebody")):
        resources.put(
            database, schema, "one", "paper", paper, {"owner": owner}, actor=SERVICE
        )
    database.close()
    return path, ann


@pytest.fixture
def settings(policies, made):
    return {"policy.dir": policies, "store.path": made[0]}


@pytest.fixture(scope="module")
def pdp(policies, made):
    settings = {"policy.dir": policies, "store.path": made[0]}
    with authz.open(settings, tenant="one") as opened:
        yield opened


@pytest.fixture
def ann(made):
    return {"type": "user", "id": made[1]}


def test_a_decision_has_its_reason_and_policies(pdp, ann):
    request = {"subject": ann, "action": READ, "resource": PAPER}
    assert pdp.evaluate(request) == authz.Decision(
        True, authz.Reason.PERMITTED, ("papers.owner-reads",)
    )


def test_a_request_of_our_own_words_is_the_same_question(pdp, ann):
    request = authz.Request(
        authz.Entity(**ann), authz.Action("read"), authz.Entity("paper", "p2")
    )
    assert pdp.evaluate(request) == authz.Decision(False, authz.Reason.NO_PERMIT)


def test_yes_or_no_is_what_the_decision_says_at_first_and_again(pdp, ann):
    for context in (WEB, {"channel": "android"}, {}, None):
        for resource in (
            PAPER,
            {"type": "paper", "id": "p2"},
            {"type": "paper", "id": "?"},
        ):
            for action in (READ, EDIT, {"name": "burn"}):
                decision = pdp.evaluate(
                    {
                        "subject": ann,
                        "action": action,
                        "resource": resource,
                        "context": context,
                    }
                )
                for _ in range(3):
                    answer = pdp.is_allowed(ann, action, resource, context)
                    assert answer is decision.allowed


def test_the_channel_is_the_one_the_program_names_and_unknown_is_not_the_web(pdp, ann):
    assert pdp.is_allowed(ann, EDIT, PAPER, WEB)
    for channel in ("android", "api", "WEB", "elsewhere", None, 1, ["web"]):
        assert not pdp.is_allowed(ann, EDIT, PAPER, {"channel": channel})
    assert not pdp.is_allowed(ann, EDIT, PAPER)


def test_properties_count_also_after_the_bare_question_was_answered(pdp, ann):
    assert pdp.is_allowed(ann, READ, PAPER)
    assert not pdp.is_allowed(ann, READ, {**PAPER, "properties": {"draft": True}})
    assert pdp.is_allowed(ann, READ, PAPER)


def test_a_change_of_the_facts_counts_from_the_next_question_on(settings, made, tmp_path):
    path = tmp_path / "facts.db"
    shutil.copy(made[0], path)
    with authz.open({**settings, "store.path": path}, tenant="one") as pdp:
        ann = {"type": "user", "id": "ann@one.example"}
        assert pdp.is_allowed(ann, EDIT, PAPER, WEB)
        database = open_database(path, time.time)
        set_access(database, "one", made[1], actor=SERVICE, roles={})
        database.close()
        assert not pdp.is_allowed(ann, EDIT, PAPER, WEB)


class Action(enum.StrEnum):
    READ = "read"


def test_a_member_of_an_enumeration_is_its_text(pdp, ann):
    action = {"name": Action.READ}
    asked = {"subject": ann, "action": action, "resource": PAPER}
    assert pdp.evaluate(asked) == pdp.evaluate({**asked, "action": READ})
    assert pdp.is_allowed(**asked) is True


@pytest.mark.parametrize(
    ("part", "wrong", "where"),
    [
        ("subject", None, "subject"),
        ("subject", "ann", "subject"),
        ("subject", {"type": "user"}, "subject.id"),
        ("subject", {"type": "user", "id": 7}, "subject.id"),
        ("subject", {"type": "user", "id": "\ud800"}, "subject.id"),
        ("action", {}, "action.name"),
        ("action", {"name": 1}, "action.name"),
        ("action", {"name": "read", "properties": []}, "action.properties"),
        ("resource", {"id": "p1"}, "resource.type"),
        ("resource", [], "resource"),
        ("context", "web", "context"),
    ],
)
def test_a_malformed_question_is_no_decision_and_names_the_member(
    pdp, ann, part, wrong, where
):
    request = {"subject": ann, "action": READ, "resource": PAPER, "context": WEB}
    asked = {**request, part: wrong}
    for ask in (lambda: pdp.evaluate(asked), lambda: pdp.is_allowed(**asked)):
        with pytest.raises(authz.RequestError) as raised:
            ask()
        assert raised.value.where == where


def test_a_question_that_is_no_mapping_is_refused(pdp):
    with pytest.raises(authz.RequestError, match="a request is a mapping"):
        pdp.evaluate("may ann read?")


def test_the_searches_agree_with_the_decisions(pdp, ann):
    assert pdp.search_resources(ann, READ, "paper").ids == ("p1",)
    assert pdp.search_resources(ann, EDIT, "paper", WEB).ids == ("p1", "p2")
    assert pdp.search_subjects("user", EDIT, PAPER, WEB).ids == (ann["id"],)
    assert pdp.search_actions(ann, PAPER, WEB).ids == ("edit", "read")
    assert pdp.search_actions(ann, PAPER).ids == ("read",)


def test_a_search_goes_on_where_the_page_before_ended(pdp, ann):
    first = pdp.search_resources(ann, EDIT, "paper", WEB, limit=1)
    second = pdp.search_resources(ann, EDIT, "paper", WEB, limit=1, after=first.next)
    assert (first.ids, second.ids, second.next) == (("p1",), ("p2",), None)


@pytest.mark.parametrize("limit", [0, 1001, True, "10"])
def test_a_page_holds_one_to_a_thousand(pdp, ann, limit):
    with pytest.raises(authz.RequestError, match="from 1 to 1,000"):
        pdp.search_resources(ann, EDIT, "paper", WEB, limit=limit)


def test_a_filter_speaks_of_the_type_that_is_asked_for(pdp, ann):
    found = pdp.filter(ann, READ, "paper")
    assert (found.kind.name, "owner" in str(found.tree)) == ("paper", True)


def test_an_explanation_names_the_policy_that_decided(pdp, ann):
    said = pdp.explain({"subject": ann, "action": READ, "resource": PAPER})
    assert said["determining_policies"] == ["papers.owner-reads"]


def test_an_explanation_for_the_person_holds_no_conditions(pdp, ann):
    request = {"subject": ann, "action": EDIT, "resource": PAPER}
    said = pdp.explain(request, for_admin=False)
    assert set(said) == {"reason", "reason_user", "determining_policies"}


def test_the_tenant_is_named_where_there_are_several(settings):
    with pytest.raises(authz.RequestError, match="name one of the tenants: `one`, `two`"):
        authz.open(settings)


def test_a_language_that_is_no_text_is_refused(pdp):
    request = {"subject": {"type": "user", "id": "ann"}, "action": READ, "resource": PAPER}
    with pytest.raises(authz.RequestError, match="`language` must be a string"):
        pdp.explain(request, language=None)


def test_an_unknown_tenant_is_refused(settings):
    with pytest.raises(authz.NotFound, match="unknown tenant `three`: there are `one`"):
        authz.open(settings, tenant="three")


def test_the_only_tenant_need_not_be_named(policies, tmp_path):
    migrate(tmp_path / "facts.db")
    database = open_database(tmp_path / "facts.db", time.time)
    tenants.create_tenant(database, "solo", actor=SERVICE, name="Solo", kind="minigrid")
    database.close()
    store = StoreSection(path=tmp_path / "facts.db")
    config = Config(policy=PolicySection(dir=policies), store=store)
    with authz.open(config) as pdp:
        assert pdp.tenant == "solo"


def test_a_config_file_is_read_with_its_paths_relative_to_it(policies, made, tmp_path):
    shutil.copytree(policies, tmp_path / "rules")
    shutil.copy(made[0], tmp_path / "facts.db")
    file = tmp_path / "config.yaml"
    file.write_text("policy: {dir: rules}\nstore: {path: facts.db}\n")
    with authz.open(str(file), tenant="two") as pdp:
        assert pdp.search_subjects("user", EDIT, PAPER, WEB).ids == ()


def test_an_unknown_setting_is_an_error_with_the_nearest_one(settings):
    with pytest.raises(authz.ConfigError, match=r"did you mean `store\.path`"):
        authz.open({**settings, "store.paht": "x"})


def test_a_database_that_is_not_there_is_not_made(settings, tmp_path):
    with pytest.raises(authz.Unavailable, match="no database"):
        authz.open({**settings, "store.path": tmp_path / "none.db"})
    assert list(tmp_path.iterdir()) == []


def test_after_close_there_is_no_answer(settings, ann):
    with authz.open(settings, tenant="one") as pdp:
        assert pdp.is_allowed(ann, READ, PAPER)
    with pytest.raises(authz.Unavailable):
        pdp.is_allowed(ann, READ, PAPER)


def test_policies_are_reloaded_when_the_program_says_so(settings, policies, ann, tmp_path):
    directory = tmp_path / "policies"
    shutil.copytree(policies, directory)
    with authz.open({**settings, "policy.dir": directory}, tenant="one") as pdp:
        assert pdp.is_allowed(ann, READ, PAPER)
        assert pdp.reload() is False
        rules = RULES.replace("paper.owner = subject.id", "paper.owner = subject.status")
        (directory / "papers.polar").write_text(rules)
        assert pdp.reload() is True
        assert not pdp.is_allowed(ann, READ, PAPER)
        (directory / "papers.polar").write_text("nonsense")
        with pytest.raises(authz.PolicyError, match=r"papers\.polar"):
            pdp.reload()
        assert not pdp.is_allowed(ann, READ, PAPER)


def test_the_package_brings_no_database_until_it_is_asked_to_open_one():
    script = "import sys, authz, authz.model; sys.exit('peewee' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="`authz` has no attribute `opne`"):
        authz.opne  # noqa: B018 - looked up, not used
