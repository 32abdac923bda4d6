"""A forgotten password, by a link that works once."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from authz.accounts import login, protected_pages, resets, throttle
from authz.accounts.mail import Mail, Outbox
from authz.accounts.resets import WrongLink
from authz.accounts.throttle import Throttled
from authz.errors import InvalidChange
from authz.storage import access, events, people, tenants
from tests.accounts.entering import (
    BY,
    EMAIL,
    HASHER,
    HERE,
    PASSWORD,
    enrolled,
    enter,
    logged,
    person,
)

NEW = "another horse 5"


@pytest.fixture
def ann(world):
    return enrolled(world)


@pytest.fixture
def outbox(world, tmp_path):
    return Outbox(tmp_path / "outbox", "service@example.org", world.clock)


def letter(token, account):
    return Mail(account.email, "Link", f"https://example.org/reset#{token}\n")


def ask(world, outbox, email=EMAIL, address=HERE):
    resets.request(world.database, outbox, letter, email=email, address=address)


def links(tmp_path):
    found = sorted((tmp_path / "outbox").glob("*"), key=lambda path: path.stat().st_ino)
    texts = [path.read_text() for path in found]
    return [re.search(r"#(\S+)", text.replace("=\n", ""))[1] for text in texts]


def link(world, kind="login"):
    """A link as it stands in a mail."""
    sent = []

    class Here:
        def send(self, mail):
            sent.append(mail.text)

        def close(self):
            pass

    [ann] = [a for a in people.list_accounts(world.database, "grid") if a.email == EMAIL]
    resets.send(world.database, Here(), letter, "grid", ann.id, kind, actor=BY)
    return re.search(r"#(\S+)", sent[0])[1]


def use(world, token, password=NEW):
    return resets.set_password(world.database, HASHER, token, password, address=HERE)


def test_a_link_by_mail_makes_a_new_password(world, ann, outbox, tmp_path):
    ask(world, outbox)
    [token] = links(tmp_path)
    assert resets.is_good(world.database, token)
    assert use(world, token).id == ann.id
    assert enter(world, password=NEW).account.id == ann.id
    with pytest.raises(login.WrongLogin):
        enter(world)


@pytest.mark.parametrize("email", ["nobody@example.org", "", "no address", "x" * 5000])
def test_whoever_asks_gets_the_same_answer(world, ann, outbox, tmp_path, email):
    assert ask(world, outbox, email) is None
    assert not (tmp_path / "outbox").exists()


@pytest.mark.parametrize(
    "shut_out",
    [
        lambda db, id: people.set_status(db, "grid", id, "blocked", actor=BY),
        lambda db, id: people.delete_account(db, "grid", id, actor=BY),
        lambda db, id: tenants.set_status(db, "grid", "suspended", actor=BY),
    ],
)
def test_who_may_not_log_in_is_sent_nothing_and_uses_nothing(
    world, ann, outbox, tmp_path, shut_out
):
    token = link(world)
    shut_out(world.database, ann.id)
    ask(world, outbox)
    assert not (tmp_path / "outbox").exists()
    assert not resets.is_good(world.database, token)
    with pytest.raises(WrongLink):
        use(world, token)


def test_asking_is_throttled_for_unknown_e_mails_too(world, ann, outbox):
    for email in (EMAIL, "nobody@example.org"):
        for number in range(throttle.LIMITS["reset"].of_one):
            ask(world, outbox, email, f"10.0.{number}.1")
        with pytest.raises(Throttled):
            ask(world, outbox, email, "192.0.2.99")


def test_a_mail_that_cannot_be_sent_tells_nobody_that_there_is_an_account(
    world, ann, tmp_path, caplog
):
    blocked = tmp_path / "file"
    blocked.touch()
    assert ask(world, Outbox(blocked, "service@example.org", world.clock)) is None
    assert "a link could not be sent" in caplog.text
    assert EMAIL not in caplog.text


def test_a_link_works_once(world, ann):
    token = link(world)
    use(world, token)
    with pytest.raises(WrongLink):
        use(world, token, "third horse 6")
    enter(world, password=NEW)


def test_a_link_works_once_for_many_at_the_same_time(world, ann):
    token = link(world)

    def attempt(number):
        try:
            return use(world, token, f"new horse {number}").id
        except WrongLink:
            return None
        finally:
            world.database.close()

    with ThreadPoolExecutor(8) as pool:
        assert len([id for id in pool.map(attempt, range(16)) if id]) == 1


def test_a_link_works_for_an_hour(world, ann):
    token = link(world)
    world.clock.now += resets.LINK_SECONDS - 1
    assert resets.is_good(world.database, token)
    world.clock.now += 1
    with pytest.raises(WrongLink):
        use(world, token)


def test_a_newer_link_makes_the_older_worthless(world, ann):
    older, newer = link(world), link(world)
    with pytest.raises(WrongLink):
        use(world, older)
    use(world, newer)


@pytest.mark.parametrize(
    "change",
    [
        lambda db, id: people.set_password(db, "grid", id, HASHER.hash(NEW), actor=BY),
        lambda db, id: people.update_account(db, "grid", id, actor=BY, email="x@y.org"),
    ],
    ids=["password", "e-mail"],
)
def test_a_link_ends_with_what_it_was_sent_for(world, ann, change):
    token = link(world)
    change(world.database, ann.id)
    with pytest.raises(WrongLink):
        use(world, token)


@pytest.mark.parametrize("token", ["", "x", "0" * 64, "\ud800", "' OR 1=1 --"])
def test_what_is_no_link_opens_nothing(world, ann, token):
    link(world)
    assert not resets.is_good(world.database, token)
    with pytest.raises(WrongLink):
        use(world, token)


def test_a_bad_password_leaves_the_link_good(world, ann):
    token = link(world)
    for bad in ("short", "letters only", ""):
        with pytest.raises(InvalidChange):
            use(world, token, bad)
    use(world, token)


def test_all_logins_end_and_none_begins(world, ann):
    someone = person(world)
    use(world, link(world))
    assert login.person_of(world.database, someone.session, now=world.clock.now) is None


def test_a_link_for_the_pages_opens_no_account(world, ann):
    token = link(world, "pages")
    with pytest.raises(WrongLink):
        use(world, token)
    enter(world)


def test_a_link_for_the_pages_makes_their_password_new(world, ann):
    tenants.set_pages_password(
        world.database, "grid", HASHER.hash("the pages 77"), actor=BY
    )
    token = link(world, "pages")

    def put(password):
        resets.set_pages_password(world.database, HASHER, token, password, address=HERE)

    with pytest.raises(InvalidChange):
        put(PASSWORD)
    put("other pages 88")
    someone = person(world)
    protected_pages.unlock(
        world.database, HASHER, someone, "other pages 88", now=world.clock.now
    )
    with pytest.raises(WrongLink):
        put("third pages 99")


def test_a_link_for_the_pages_ends_with_the_rights_it_came_from(world, ann):
    token = link(world, "pages")
    access.set_roles(world.database, "grid", ann.id, ["user"], actor=BY)
    assert not resets.is_good(world.database, token, resets.PAGES)


def test_r69_the_log_tells_it_without_the_link(world, ann, outbox, tmp_path):
    ask(world, outbox)
    [token] = links(tmp_path)
    use(world, token)
    said = [action for action, _, _ in logged(world)]
    assert said[-2:] == ["reset.login_requested", "user.password_set"]
    assert token not in str(events.entries(world.database, "grid"))
    stored = world.path.read_bytes() + world.path.with_name("facts.db-wal").read_bytes()
    assert token.encode() not in stored
