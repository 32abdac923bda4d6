"""What a login opens, asked of the policies: sample tenants, a login, a decision."""

import pytest

from authz.accounts import login, protected_pages
from authz.accounts.own import WrongPassword
from authz.accounts.tokenkeys import TokenKeys
from authz.accounts.tokens import Tokens, WrongToken
from authz.decisions.pdp import PDP
from authz.model import Action, Caller, Entity, Request
from authz.samples import sample_tenants
from authz.storage import access, clients, people, sessions
from authz.storage.database import open_database
from authz.storage.facts import StoredFacts
from authz.storage.seed import seed
from tests.accounts.entering import BY, HASHER, HERE
from tests.shipped import shipped
from tests.storage.conftest import Clock

PASSWORD, PAGES = "meter2025x", "ziwa-pages-7"
OWNER, CLERK, FIELD = "owner@ziwa.example", "clerk@ziwa.example", "field@ziwa.example"


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    path = tmp_path_factory.mktemp("decided") / "gatehouse.db"
    with sample_tenants() as source:
        seed(path, shipped().schema, source, clock=Clock(), hasher=HASHER)
    return path


class Company:
    """The sample tenants, and who asks what in them."""

    def __init__(self, path):
        self.clock = Clock()
        self.database = open_database(path, self.clock)
        self.facts = StoredFacts(self.database, self.clock)
        self.pdp = PDP(shipped, self.facts, self.clock)
        self.tokens = Tokens(
            self.database, TokenKeys(path), self.clock, "gatehouse", "apps"
        )

    def enters(self, email, channel="web"):
        entered = login.log_in(
            self.database,
            HASHER,
            email=email,
            password=PASSWORD,
            channel=channel,
            address=HERE,
            clock=self.clock,
        )
        return login.person_of(self.database, entered.session.id, now=self.clock.now)

    def in_app(self, email, channel="android"):
        client, _ = clients.create(
            self.database,
            "ziwa",
            f"app of {email}",
            ["decision:check"],
            actor=BY,
            channel=channel,
        )
        issued = self.tokens.log_in(
            shipped(),
            HASHER,
            client,
            email=email,
            password=PASSWORD,
            code=None,
            address=HERE,
        )
        return self.tokens.person_of(issued.token), issued

    def may(self, who, action, type="tenant", id="ziwa"):
        asked = Request(Entity("user", who.account), Action(action), Entity(type, id))
        caller = Caller(who.tenant, who.channel, who.session)
        return self.pdp.evaluate(asked, caller).decision.allowed

    def unlock(self, who, password=PAGES):
        protected_pages.unlock(self.database, HASHER, who, password, now=self.clock.now)


@pytest.fixture
def company(seeded, tmp_path):
    path = tmp_path / "gatehouse.db"
    path.write_bytes(seeded.read_bytes())
    path.chmod(0o600)
    made = Company(path)
    yield made
    made.facts.close()
    made.database.close()


def test_r14_protected_pages_refuse_until_they_are_unlocked(company):
    clerk = company.enters(CLERK)
    assert not company.may(clerk, "settings:read")
    company.unlock(clerk)
    assert company.may(clerk, "settings:read")
    company.clock.now += protected_pages.UNLOCKED_SECONDS
    assert not company.may(clerk, "settings:read")


def test_r15_an_unlock_grants_nothing_to_who_has_no_right(company):
    field = company.enters(FIELD)
    company.unlock(field)
    assert not company.may(field, "settings:read")
    assert not company.may(field, "user:list")
    assert company.may(field, "customer:list")


def test_r16_a_wrong_password_opens_nothing(company):
    owner = company.enters(OWNER)
    with pytest.raises(WrongPassword):
        company.unlock(owner, "wrong")
    assert not company.may(owner, "settings:read")


def test_r15_an_unlock_ends_with_the_session(company):
    clerk = company.enters(CLERK)
    company.unlock(clerk)
    login.log_out(company.database, clerk)
    assert not company.may(clerk, "settings:read")


def test_r41_new_rights_count_at_once_and_lock_the_pages_again(company):
    field = company.enters(FIELD)
    company.unlock(field)
    access.set_roles(company.database, "ziwa", field.account, ["admin"], actor=BY)
    assert not company.may(field, "settings:read"), "the unlock was for less"
    new = login.rotate_if_due(company.database, field.session)
    field = login.person_of(company.database, new, now=company.clock.now)
    company.unlock(field)
    assert company.may(field, "settings:read")


def test_a_session_without_requests_locks_the_pages_too(company):
    clerk = company.enters(CLERK)
    company.unlock(clerk)
    company.clock.now += sessions.IDLE_SECONDS
    assert not company.may(clerk, "settings:read")


@pytest.mark.parametrize("email", [OWNER, CLERK, FIELD])
def test_r11_r12_r13_an_app_registers_customers_and_administers_nothing(company, email):
    person, _ = company.in_app(email)
    assert person.channel == "android"
    assert company.may(person, "customer:create", "cluster", "ziwa-east")
    for action in ("settings:read", "settings:update", "tariff:create", "user:list"):
        assert not company.may(person, action)


def test_r12_a_client_that_is_not_the_web_is_not_the_web(company):
    person, _ = company.in_app(OWNER, channel="api")
    for action in ("settings:update", "user:list", "api_client:create"):
        assert not company.may(person, action)


def test_r05_nobody_reaches_another_company(company):
    owner = company.enters(OWNER)
    company.unlock(owner)
    assert company.may(owner, "user:list")
    assert not company.may(owner, "user:list", "tenant", "pwani")


def test_r54_who_has_no_role_logs_in_and_sees_the_own_profile_only(company):
    fresh = company.enters("fresh@gasmeter.example")
    assert company.may(fresh, "profile:read", "user", fresh.account)
    assert not company.may(fresh, "metering_unit:list", "tenant", "gasmeter-uz")


def test_r25_claims_never_say_more_than_the_policies_decide(company):
    """A permission in a token comes from a role; whether a request is allowed does not."""
    for email in (OWNER, CLERK, FIELD):
        person, issued = company.in_app(email)
        account = people.find_account(company.database, "ziwa", person.account)
        assert issued.claims.roles == tuple(sorted(role.role for role in account.roles))
        assert ("settings" in issued.claims.perms) is (email != FIELD)
        assert not company.may(person, "settings:read")


def test_r51_r63_who_is_deleted_is_out_at_once(company):
    clerk, (field, issued) = company.enters(CLERK), company.in_app(FIELD)
    for who in (clerk, field):
        people.delete_account(company.database, "ziwa", who.account, actor=BY)
        assert not company.may(who, "customer:list")
    assert login.person_of(company.database, clerk.session, now=company.clock.now) is None
    with pytest.raises(WrongToken):
        company.tokens.person_of(issued.token)
