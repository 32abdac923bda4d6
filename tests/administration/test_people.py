import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from authz.accounts import own
from authz.administration import marks, people, versions
from authz.administration.desk import Refused
from authz.administration.people import Profile, Wanted
from authz.errors import Conflict, InvalidChange, NotFound, RequestError
from authz.storage import access, sessions, tenants
from authz.storage import people as stored
from authz.storage.events import SERVICE
from tests.administration.conftest import CHEAP, PASSWORD, World
from tests.administration.names import (
    AMINA,
    AUDITOR,
    BAKER,
    BRANCH,
    CLERK,
    FORMER,
    FRESH,
    GRACE,
    JUMA,
    NEEMA,
    NEWCOMER,
    OTHER_LEVELS,
    OTIENO,
    REHEMA,
    ROOT,
    SALUM,
    TECH,
    WANJIKU,
)

NEW = {"email": "new@example.org", "name": "New One", "password": "meter2026y"}


def hash_of(world, email):
    with sqlite3.connect(world.path) as connection:
        query = "SELECT password_hash FROM account WHERE email = ?"
        (found,) = connection.execute(query, [email]).fetchone()
    connection.close()
    return found


def emails(page):
    return [one.account.email for one in page.listed]


def last(world, tenant):
    return world.events(tenant)[-1]


# Adding.


def test_r43_r51_an_account_is_made_with_a_password_that_only_its_hash_is_kept_of(world):
    account = people.add(world.desk(ROOT), **NEW, timezone="Asia/Tashkent", language="uz")
    assert (account.email, account.name) == ("new@example.org", "New One")
    assert (account.timezone, account.language) == ("Asia/Tashkent", "uz")
    assert CHEAP.verify(hash_of(world, "new@example.org"), "meter2026y")
    entry = last(world, "gasmeter-uz")
    assert (entry.action, entry.actor_label) == ("user.created", ROOT)
    assert "meter2026y" not in f"{entry}"


def test_r54_a_new_account_may_do_nothing_but_its_own_profile(world):
    people.add(world.desk(ROOT), **NEW)
    desk = world.desk("new@example.org")
    assert desk.may("profile:update", "user", desk.person.account)
    assert not desk.may("metering_unit:list", "tenant", "gasmeter-uz")
    assert not desk.may("user:list", "tenant", "gasmeter-uz")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""),
        ("email", "no-at-sign"),
        ("email", "a b@example.org"),
        ("email", "a" * 250 + "@example.org"),
        ("email", "a\x00b@example.org"),
        ("password", "short1x"),
        ("password", "onlyletters"),
        ("password", "12345678"),
        ("password", ""),
        ("password", "        "),
        ("name", ""),
        ("name", "a\u202eb"),
        ("timezone", "Mars/Olympus"),
        ("timezone", "../../etc/passwd"),
        ("timezone", ""),
        ("language", "xx"),
        ("language", ""),
    ],
)
def test_r47_r50_r52_r53_what_is_wrong_is_named_and_nothing_is_saved(world, field, value):
    before = tenants.find_tenant(world.database, "gasmeter-uz").revision
    with pytest.raises(InvalidChange) as refused:
        people.add(world.desk(ROOT), **{**NEW, field: value})
    assert refused.value.field == field
    assert tenants.find_tenant(world.database, "gasmeter-uz").revision == before


@pytest.mark.parametrize("password", ["meter20x", "пароль77", "x1" * 500, "a1 b2 c3 d4"])
def test_r50_r53_long_and_foreign_passwords_do(world, password):
    people.add(world.desk(ROOT), **{**NEW, "password": password})
    assert CHEAP.verify(hash_of(world, NEW["email"]), password)


def test_r50_a_long_password_is_not_cut_silently(world):
    people.add(world.desk(ROOT), **{**NEW, "password": "x1" * 500})
    assert not CHEAP.verify(hash_of(world, NEW["email"]), "x1" * 499)


@pytest.mark.parametrize(
    "email", [ROOT, "  Root@GASMETER.example ", "ｒoot@gasmeter.example", AMINA]
)
def test_r48_r49_a_duplicate_e_mail_is_a_conflict_at_its_field(world, email):
    with pytest.raises(Conflict) as refused:
        people.add(world.desk(ROOT), **{**NEW, "email": email})
    assert refused.value.field == "email"
    assert str(refused.value) == "this e-mail is already in use"


def test_r67_twenty_at_once_make_one_account(world):
    spellings = (
        "new@example.org",
        "NEW@example.org",
        "ｎew@EXAMPLE.org",
        " new@example.org",
    )

    def attempt(number):
        mine = World(world.path, world.clock)
        try:
            people.add(mine.desk(ROOT), **{**NEW, "email": spellings[number % 4]})
        except Conflict:
            return 0
        finally:
            mine.close()
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(20))) == 1


def test_r68_equal_passwords_have_different_hashes(world):
    for email in ("one@example.org", "two@example.org"):
        people.add(world.desk(ROOT), **{**NEW, "email": email})
    one, two = hash_of(world, "one@example.org"), hash_of(world, "two@example.org")
    assert one != two
    assert one.startswith("$argon2id$")


@pytest.mark.parametrize("who", OTHER_LEVELS)
def test_r42_r75_nobody_but_the_platform_administrator_makes_accounts(world, who):
    with pytest.raises(Refused):
        people.add(world.desk(who), **NEW)
    with pytest.raises(NotFound):
        stored.find_account(world.database, "gasmeter-uz", NEW["email"])
    assert last(world, "gasmeter-uz").result == "refused"


@pytest.mark.parametrize("who", [GRACE, SALUM, NEWCOMER])
def test_r33_r34_staff_without_the_right_make_no_accounts(world, who):
    with pytest.raises(Refused):
        people.add(world.desk(who), **NEW)


@pytest.mark.parametrize("channel", ["android", "api", "unknown"])
def test_r11_r12_an_owner_makes_no_account_from_an_app(world, channel):
    with pytest.raises(Refused):
        people.add(world.desk(AMINA, channel), **NEW)


# The list.


def test_r45_the_list_shows_everybody_who_is_there_with_their_access(world):
    page = people.page(world.desk(ROOT))
    by_email = {one.account.email: one for one in page.listed}
    assert len(by_email) == 10
    tech = by_email[TECH]
    assert tech.in_force == ("service_company_admin",)
    assert tech.account.options == ("equipment_monitoring", "reporting")
    assert tech.account.bindings == {
        "service_organization": ("techservice",),
        "supply_company": ("hududgaz",),
    }
    assert by_email[FRESH].in_force == ()
    assert (page.previous, page.next) == (None, None)


def test_r45_the_list_leaves_the_deleted_out_until_they_are_asked_for(world):
    assert FORMER not in emails(people.page(world.desk(AMINA)))
    gone = people.page(world.desk(AMINA), Wanted(statuses=("deleted",)))
    assert emails(gone) == [FORMER]


def test_r05_the_list_holds_nobody_of_another_tenant(world):
    found = emails(people.page(world.desk(AMINA)))
    assert all(email.endswith("@pwani.example") for email in found)
    assert len(found) == 8


@pytest.mark.parametrize("who", [one for one in OTHER_LEVELS if one != AUDITOR])
def test_r42_other_levels_do_not_see_the_list(world, who):
    with pytest.raises(Refused):
        people.page(world.desk(who))


def test_r42_r75_who_may_only_read_sees_the_list_and_no_open_action(world):
    page = people.page(world.desk(AUDITOR))
    assert len(page.listed) == 10
    assert not any(one.marks & set(marks.MARKED) for one in page.listed)
    assert [one.account.email for one in page.listed if one.marks] == [ROOT]


def test_the_marks_are_what_the_policies_would_say_of_each(world):
    for who in (AMINA, JUMA, ROOT):
        desk = world.desk(who)
        for one in people.page(desk).listed:
            open_actions = {
                action
                for action in marks.MARKED
                if desk.may(action, "user", one.account.id)
            }
            is_last = {"is_last_owner"} if one.account.email in (AMINA, ROOT) else set()
            assert one.marks == open_actions | is_last, (who, one.account.email)


def test_r58_whose_level_lacks_a_binding_is_marked(world):
    with sqlite3.connect(world.path) as connection:
        connection.execute(
            "INSERT INTO role_assignment VALUES ('gasmeter-uz', ?, 'branch', NULL, 'x', 0)",
            [world.id(FRESH)],
        )
    connection.close()
    page = people.page(world.desk(ROOT))
    marked = [o.account.email for o in page.listed if marks.LACKS_BINDING in o.marks]
    assert marked == [FRESH]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("juma", [JUMA]),
        ("JUMA ally", [JUMA]),
        ("@PWANI finance", [GRACE]),
        ("%", []),
        ("_", []),
        ("'; drop table account; --", []),
        ("nobody-has-this", []),
        ("zq " * 5000, []),
        ("zq" * 50_000, []),
    ],
)
def test_r45_the_search_finds_parts_of_names_and_e_mails(world, text, found):
    assert emails(people.page(world.desk(AMINA), Wanted(text=text))) == found


def test_r45_the_search_minds_no_capitals_of_other_alphabets(world):
    people.add(world.desk(AMINA), **{**NEW, "name": "Шухрат Ёқубов"})
    for text in ("шухрат", "ШУХРАТ", "ёқубов"):
        found = people.page(world.desk(AMINA), Wanted(text=text))
        assert emails(found) == ["new@example.org"]


def test_r45_the_filters_narrow_the_list(world):
    desk, gas = world.desk(AMINA), world.desk(ROOT)
    assert emails(people.page(desk, Wanted(without_role=True))) == [NEWCOMER]
    assert emails(people.page(desk, Wanted(role="admin"))) == [JUMA, NEEMA]
    assert emails(people.page(desk, Wanted(bound_to=("cluster", "mafia")))) == [SALUM]
    assert TECH in emails(people.page(gas, Wanted(option="reporting")))
    assert BAKER not in emails(people.page(gas, Wanted(option="reporting")))


def test_a_role_that_has_ended_is_no_access(world):
    ends = world.clock.now + 60
    access.grant_role(
        world.database, "pwani", NEWCOMER, "user", actor=SERVICE, expires_at=ends
    )
    desk = world.desk(AMINA)
    assert emails(people.page(desk, Wanted(ends_before=ends + 1))) == [NEWCOMER]
    assert emails(people.page(desk, Wanted(without_role=True))) == []
    world.clock.now = ends
    assert emails(people.page(desk, Wanted(without_role=True))) == [NEWCOMER]


@pytest.mark.parametrize("sort", ["name", "email"])
def test_r45_pages_lead_through_all_people_and_back(world, sort):
    desk = world.desk(ROOT)
    everybody = emails(people.page(desk, sort=sort))
    seen, after = [], ""
    while True:
        page = people.page(desk, sort=sort, after=after, limit=3)
        seen.append(emails(page))
        if page.next is None:
            break
        after = page.next
    assert sum(seen, []) == everybody
    back = []
    while page.previous is not None:
        page = people.page(desk, sort=sort, before=page.previous, limit=3)
        back.insert(0, emails(page))
    assert back == seen[:-1]


@pytest.mark.parametrize(
    "asked",
    [
        {"after": "!"},
        {"after": "bnVsbA"},
        {"before": "W10"},
        {"sort": "password_hash"},
        {"limit": 0},
        {"limit": 100_000},
    ],
)
def test_a_page_that_there_is_not_is_an_error_of_the_asker(world, asked):
    with pytest.raises(RequestError):
        people.page(world.desk(ROOT), **asked)


def test_the_list_takes_the_same_number_of_queries_for_any_number_of_people(world):
    desk = world.desk(AMINA)
    people.page(desk)
    counts = []
    for limit in (1, 8):
        asked = []
        connection = world.database.db.connection()
        connection.set_trace_callback(asked.append)
        people.page(desk, limit=limit)
        connection.set_trace_callback(None)
        counts.append(len(asked))
    assert counts[0] == counts[1]


# Editing.


def test_r59_an_edit_changes_what_it_names(world):
    account = people.edit(
        world.desk(ROOT),
        world.id(TECH),
        email="Tech@domain.com",
        profile=Profile(name="Tech", timezone="Europe/Berlin", language="ru"),
    )
    assert (account.email, account.name) == ("Tech@domain.com", "Tech")
    assert (account.timezone, account.language) == ("Europe/Berlin", "ru")


def test_r60_a_blank_password_keeps_the_old_one(world):
    before = hash_of(world, TECH)
    for blank in ("", "   "):
        people.edit(
            world.desk(ROOT), world.id(TECH), password=blank, profile=Profile(name="T")
        )
    assert hash_of(world, TECH) == before
    assert "password" not in last(world, "gasmeter-uz").action


def test_r51_a_new_password_takes_the_place_of_the_old_one_and_ends_the_sessions(world):
    session = sessions.create(
        world.database,
        "gasmeter-uz",
        TECH,
        actor=SERVICE,
        channel="web",
        expires_at=world.clock.now + 99,
    )
    people.edit(world.desk(ROOT), world.id(TECH), password="meter2026y")
    assert CHEAP.verify(hash_of(world, TECH), "meter2026y")
    assert not CHEAP.verify(hash_of(world, TECH), PASSWORD)
    found = sessions.find(world.database, "gasmeter-uz", session.id)
    assert not found.is_live(world.clock.now)
    assert last(world, "gasmeter-uz").action == "user.password_set"


def test_r69_an_edit_that_changes_nothing_leaves_no_event(world):
    before = len(world.events("gasmeter-uz"))
    people.edit(world.desk(ROOT), world.id(TECH), profile=Profile(name="Service Tech"))
    assert len(world.events("gasmeter-uz")) == before


def test_r69_an_edit_that_fails_leaves_no_event(world):
    before = len(world.events("gasmeter-uz"))
    with pytest.raises(InvalidChange):
        people.edit(
            world.desk(ROOT),
            world.id(TECH),
            password="short",
            profile=Profile(name="Other"),
        )
    with pytest.raises(Conflict):
        people.edit(world.desk(ROOT), world.id(TECH), email=ROOT, password="meter2026y")
    assert len(world.events("gasmeter-uz")) == before
    assert CHEAP.verify(hash_of(world, TECH), PASSWORD)


def test_an_edit_of_what_somebody_else_changed_meanwhile_is_a_conflict(world):
    desk = world.desk(ROOT)
    seen = versions.of(people.find(desk, TECH))
    people.edit(desk, TECH, version=seen, profile=Profile(name="First"))
    with pytest.raises(Conflict, match="somebody changed this"):
        people.edit(desk, TECH, version=seen, profile=Profile(name="Second"))
    assert people.find(desk, TECH).name == "First"


def test_r31_an_admin_changes_nothing_of_an_owner(world):
    desk, amina = world.desk(JUMA), world.id(AMINA)
    before = people.find(desk, amina), hash_of(world, AMINA)
    for change in (
        {"profile": Profile(name="X")},
        {"email": "x@pwani.example"},
        {"password": "meter2026y"},
    ):
        with pytest.raises(Refused):
            people.edit(desk, amina, **change)
    with pytest.raises(Refused):
        people.delete(desk, amina)
    with pytest.raises(Refused):
        people.block(desk, amina)
    assert (people.find(desk, amina), hash_of(world, AMINA)) == before


def test_r39_a_sole_owner_edits_the_own_name_phone_and_password(world):
    desk = world.desk(AMINA)
    account = people.edit(
        desk,
        desk.person.account,
        profile=Profile(name="Amina S.", phone="+255 700 000"),
    )
    assert (account.name, account.phone) == ("Amina S.", "+255 700 000")
    before = hash_of(world, AMINA)
    who = (desk.database, desk.hasher, desk.person)
    own.change_password(*who, old=PASSWORD, new="meter2026y")
    assert hash_of(world, AMINA) != before


def test_everybody_edits_the_own_profile_and_nothing_that_opens_doors(world):
    account = people.edit_own(world.desk(SALUM), Profile(name="S. Omar", language="fr"))
    assert (account.name, account.language) == ("S. Omar", "fr")
    with pytest.raises(TypeError):
        Profile(email="x@y.example")
    with pytest.raises(Refused):
        people.edit(world.desk(SALUM), world.id(REHEMA), profile=Profile(name="X"))


# Blocking and deleting.


def test_r62_r63_a_deleted_account_is_gone_for_good(world):
    desk, tech = world.desk(ROOT), world.id(TECH)
    people.delete(desk, tech)
    with pytest.raises(NotFound):
        people.delete(desk, tech)
    with pytest.raises(NotFound):
        people.unblock(desk, tech)
    assert TECH not in emails(people.page(desk))


def test_r64_what_a_deleted_person_did_stays_and_names_the_person(world):
    desk = world.desk(ROOT)
    people.add(desk, **NEW)
    access.set_access(
        world.database, "gasmeter-uz", FRESH, actor=SERVICE, roles={"platform_admin": None}
    )
    people.delete(world.desk(FRESH), NEW["email"])
    before = [entry for entry in world.events("gasmeter-uz") if entry.actor_label == FRESH]
    people.delete(desk, FRESH)
    after = [entry for entry in world.events("gasmeter-uz") if entry.actor_label == FRESH]
    assert [entry.action for entry in after] == ["user.deleted"]
    assert after == before


@pytest.mark.parametrize("who", [AMINA, ROOT, OTIENO])
def test_r62_nobody_deletes_or_blocks_themselves(world, who):
    desk = world.unlocked(who)
    for change in (people.delete, people.block):
        with pytest.raises(Refused):
            change(desk, desk.person.account)


def test_r39_one_of_two_owners_can_be_deleted_and_the_last_cannot(world):
    desk = world.unlocked(OTIENO)
    people.delete(desk, WANJIKU)
    access.set_roles(world.database, "ziwa", CLERK, ["owner", "admin"], actor=SERVICE)
    other = world.unlocked(CLERK)
    people.delete(other, OTIENO)
    with pytest.raises(Refused):
        people.delete(other, other.person.account)


def test_r39_the_only_owner_without_an_end_is_not_blocked_by_one_who_has_an_end(world):
    access.set_access(
        world.database,
        "ziwa",
        CLERK,
        actor=SERVICE,
        roles={"owner": world.clock.now + 60},
    )
    people.delete(world.unlocked(OTIENO), WANJIKU)
    for change in (people.delete, people.block):
        with pytest.raises(InvalidChange) as refused:
            change(world.unlocked(CLERK), OTIENO)
        assert refused.value.field == "roles"
    assert people.find(world.unlocked(CLERK), OTIENO).status == "active"


def test_who_is_blocked_can_be_let_in_again(world):
    desk = world.desk(AMINA)
    people.block(desk, SALUM)
    assert not world.desk(SALUM).may("customer:list", "tenant", "pwani")
    people.unblock(desk, SALUM)
    assert world.desk(SALUM).may("customer:list", "tenant", "pwani")


def test_d7_an_admin_neither_deletes_nor_blocks_an_admin(world):
    for change in (people.delete, people.block):
        with pytest.raises(Refused):
            change(world.desk(JUMA), NEEMA)
    people.delete(world.desk(AMINA), NEEMA)


def test_r14_people_are_out_of_reach_while_the_pages_are_locked(world):
    with pytest.raises(Refused):
        people.page(world.desk(OTIENO))
    assert WANJIKU in emails(people.page(world.unlocked(OTIENO)))


def test_a_branch_reads_nobody(world):
    with pytest.raises(Refused):
        people.find(world.desk(BRANCH), TECH)
