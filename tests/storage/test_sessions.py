from dataclasses import replace

import pytest

from authz.errors import InvalidChange, NotFound
from authz.storage import access, events, people, sessions, tenants
from tests.storage.conftest import BY


@pytest.fixture
def ann(world):
    return world.person("ann@example.org")


@pytest.fixture
def session(world, ann):
    return sessions.create(world.database, "grid", ann, actor=BY, channel="web")


def again(world, session):
    return sessions.find(world.database, "grid", session.id)


def seen(world, id):
    return sessions.seen(world.database, id, now=world.clock.now)


def actions(world):
    return [entry.action for entry in events.entries(world.database, "grid")]


def test_a_session_has_a_secret_id_and_a_handle_that_tells_nothing_of_it(session):
    assert len(session.id) == 64
    assert session.handle not in session.id
    assert session.address == "192.0.2.1"


def test_the_log_has_no_id_of_a_session(world, session):
    new = sessions.rotate(world.database, "grid", session.id)
    for entry in events.entries(world.database, "grid"):
        assert not {session.id, new} & set(str(entry).split("'"))


def test_a_browser_may_call_itself_what_it_likes(world, ann):
    made = sessions.create(
        world.database,
        "grid",
        ann,
        actor=BY,
        channel="web",
        user_agent="Fire\x00\x1b[31mfox" + "x" * 500,
    )
    assert made.user_agent.startswith("Fire[31mfoxxx")
    assert len(made.user_agent) == 200


def test_an_unknown_channel_is_refused(world, ann):
    with pytest.raises(InvalidChange, match="unknown channel `fax`"):
        sessions.create(world.database, "grid", ann, actor=BY, channel="fax")


def test_a_session_ends_half_an_hour_after_the_last_request(world, session):
    for _ in range(10):
        world.clock.now += sessions.IDLE_SECONDS - 1
        assert seen(world, session.id).id == session.id
    world.clock.now += sessions.IDLE_SECONDS
    assert seen(world, session.id) is None


def test_a_session_ends_twelve_hours_after_the_login_in_any_case(world, session):
    for _ in range(25):
        world.clock.now += 28 * 60
        assert seen(world, session.id) is not None
    world.clock.now += 28 * 60
    assert seen(world, session.id) is None


def test_requests_in_the_same_minute_write_nothing(world, session):
    world.clock.now += sessions.SEEN_SECONDS - 1
    seen(world, session.id)
    assert again(world, session).last_seen_at == session.last_seen_at
    world.clock.now += 1
    seen(world, session.id)
    assert again(world, session).last_seen_at == world.clock.now


@pytest.mark.parametrize("id", ["", "none", "0" * 64, "\ud800", "' OR 1=1 --"])
def test_an_unknown_id_is_nobody(world, session, id):
    assert seen(world, id) is None


def test_a_rotated_session_goes_on_under_its_new_id_alone(world, session):
    new = sessions.rotate(world.database, "grid", session.id)
    assert seen(world, new).handle == session.handle
    assert seen(world, session.id).id == new, "for requests that were under way"
    world.clock.now += sessions.PREVIOUS_SECONDS
    assert seen(world, session.id) is None
    assert seen(world, new) is not None


def test_nothing_is_unlocked_by_an_id_of_before(world, session, facts, ann):
    until = world.clock.now + 500
    sessions.unlock_pages(world.database, "grid", session.id, until=until, actor=BY)
    new = sessions.rotate(world.database, "grid", session.id)
    assert facts.pages_unlocked("grid", new, ann)
    assert not facts.pages_unlocked("grid", session.id, ann)


def test_a_session_that_has_ended_is_not_rotated(world, session):
    sessions.revoke(world.database, "grid", session.id, actor=BY)
    with pytest.raises(NotFound):
        sessions.rotate(world.database, "grid", session.id)


def test_r41_a_change_of_rights_makes_a_new_id_due(world, session, ann):
    world.place("cluster", "mafia")
    changes = [
        lambda: access.set_roles(world.database, "grid", ann, ["owner"], actor=BY),
        lambda: access.set_options(world.database, "grid", ann, ["reporting"], actor=BY),
        lambda: access.bind(world.database, "grid", ann, "cluster", "mafia", actor=BY),
        lambda: access.unbind(world.database, "grid", ann, "cluster", "mafia", actor=BY),
        lambda: access.revoke_role(world.database, "grid", ann, "owner", actor=BY),
    ]
    id = session.id
    for change in changes:
        until = world.clock.now + 500
        sessions.unlock_pages(world.database, "grid", id, until=until, actor=BY)
        change()
        found = sessions.find(world.database, "grid", id)
        assert found.is_rotation_due
        assert not found.has_pages_unlocked(world.clock.now), "it ends unlocks too"
        assert not found.is_confirmed(world.clock.now)
        new = sessions.rotate(world.database, "grid", id, only_due=True)
        assert new != id
        assert sessions.rotate(world.database, "grid", new, only_due=True) == new
        id = new


def test_r41_a_change_that_is_none_leaves_the_session_alone(world, session, ann):
    access.set_roles(world.database, "grid", ann, [], actor=BY)
    people.update_account(world.database, "grid", ann, actor=BY, name="Ann Again")
    assert again(world, session) == session


def test_rights_of_somebody_else_leave_the_session_alone(world, session):
    bob = world.person("bob@example.org")
    access.set_roles(world.database, "grid", bob, ["owner"], actor=BY)
    assert again(world, session) == session


@pytest.mark.parametrize(
    "end",
    [
        lambda db, ann: people.set_password(db, "grid", ann, "$hash", actor=BY),
        lambda db, ann: people.set_status(db, "grid", ann, "blocked", actor=BY),
        lambda db, ann: people.delete_account(db, "grid", ann, actor=BY),
        lambda db, ann: tenants.set_status(db, "grid", "suspended", actor=BY),
    ],
    ids=["password", "blocked", "deleted", "suspended"],
)
def test_r41_nobody_is_logged_in_after(world, session, ann, end):
    end(world.database, ann)
    assert seen(world, session.id) is None


def test_r20_another_pages_password_ends_all_unlocks_of_the_company(world, session, ann):
    until = world.clock.now + 500
    sessions.unlock_pages(world.database, "grid", session.id, until=until, actor=BY)
    tenants.set_pages_password(world.database, "grid", "$hash", actor=BY)
    assert not again(world, session).has_pages_unlocked(world.clock.now)


def test_the_list_of_sessions_has_the_live_ones_of_one_person(world, session, ann):
    bob = world.person("bob@example.org")
    sessions.create(world.database, "grid", bob, actor=BY, channel="web")
    world.clock.now += 10
    newer = sessions.create(world.database, "grid", ann, actor=BY, channel="android")
    assert sessions.list_live(world.database, "grid", ann) == [newer, session]
    assert sessions.list_live(world.database, "gas", ann) == []
    sessions.end(world.database, "grid", ann, newer.handle, actor=BY)
    assert sessions.list_live(world.database, "grid", ann) == [session]
    assert actions(world)[-1] == "session.revoked"


def test_only_the_own_sessions_can_be_ended(world, session):
    bob = world.person("bob@example.org")
    for account, handle in [
        (bob, session.handle),
        (session.account, session.id),
        (bob, ""),
    ]:
        with pytest.raises(NotFound):
            sessions.end(world.database, "grid", account, handle, actor=BY)
    assert again(world, session) == session


def test_all_others_end_with_one_entry_in_the_log(world, session, ann):
    for _ in range(3):
        sessions.create(world.database, "grid", ann, actor=BY, channel="web")
    ended = sessions.end_others(world.database, "grid", ann, keep=session.id, actor=BY)
    assert ended == 3
    assert sessions.list_live(world.database, "grid", ann) == [session]
    last = events.entries(world.database, "grid")[-1]
    assert (last.action, last.after) == ("session.others_revoked", '{"sessions": 3}')
    assert not sessions.end_others(world.database, "grid", ann, keep=session.id, actor=BY)


def test_who_gave_the_password_lately_need_not_again(world, session):
    assert session.is_confirmed(world.clock.now)
    world.clock.now += sessions.CONFIRMED_SECONDS
    assert not session.is_confirmed(world.clock.now)
    sessions.confirm(world.database, "grid", session.id, actor=BY)
    assert again(world, session).is_confirmed(world.clock.now)
    ended = replace(session, revoked_at=world.clock.now)
    assert not ended.is_confirmed(world.clock.now)


def test_what_is_long_over_is_deleted_at_a_later_login(world, session, ann):
    world.clock.now = session.expires_at + sessions.KEPT_SECONDS
    sessions.create(world.database, "grid", ann, actor=BY, channel="web")
    assert again(world, session) is not None
    world.clock.now += 1
    sessions.create(world.database, "grid", ann, actor=BY, channel="web")
    assert again(world, session) is None


def test_a_session_that_has_ended_stays_so(world, session):
    sessions.revoke(world.database, "grid", session.id, actor=BY)
    with (
        pytest.raises(InvalidChange, match="has ended stays so"),
        world.database.transaction(),
    ):
        world.database.db.execute_sql("UPDATE session SET revoked_at = NULL")
