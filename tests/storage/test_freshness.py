import subprocess
import sys
import threading
from pathlib import Path

import pytest

from authz.errors import NotFound, Unavailable
from authz.storage import access, people, sessions
from authz.storage.database import open_database
from tests.storage.conftest import BY

#: Writes to the file of its first argument for each line, and says when it is done.
OTHER_PROCESS = """
import sys
from pathlib import Path
from authz.storage import access
from authz.storage.database import open_database
from authz.storage.events import SERVICE

database = open_database(Path(sys.argv[1]), lambda: 1.0)
for line in sys.stdin:
    who, *roles = line.split()
    access.set_roles(database, "grid", who, roles, actor=SERVICE)
    print("done", flush=True)
"""


@pytest.fixture
def other(world):
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS, str(world.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )

    def set_roles(*words: str) -> None:
        process.stdin.write(" ".join(words) + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "done\n"

    with process:
        yield set_roles
        process.stdin.close()


def roles(facts, who, tenant="grid"):
    facts.revision(tenant)
    return facts.find(tenant, "user", who).attributes["roles"]


def test_a_revoke_by_another_process_is_seen_by_the_next_question(world, facts, other):
    id = world.person("ann@example.org")
    for _ in range(30):
        other(id, "owner")
        assert roles(facts, id) == ("owner",)
        other(id)
        assert roles(facts, id) == ()


def test_a_change_of_the_same_process_is_seen_too(world, facts):
    id = world.person("ann@example.org")
    assert roles(facts, id) == ()
    access.set_roles(world.database, "grid", id, ["owner"], actor=BY)
    assert roles(facts, id) == ("owner",)


def test_revisions_count_the_changes_of_their_tenant(world, facts):
    grid, gas = facts.revision("grid"), facts.revision("gas")
    world.person("ann@example.org")
    assert (facts.revision("grid"), facts.revision("gas")) == (grid + 1, gas)
    with pytest.raises(NotFound, match="unknown tenant `none`"):
        facts.revision("none")
    with pytest.raises(NotFound):
        facts.find("none", "user", "u_1")


def test_a_change_of_one_tenant_keeps_what_is_cached_of_the_others(world, facts):
    ann, gus = world.person("ann@example.org"), world.person("gus@example.org", "gas")

    def found():
        facts.revision("grid")
        facts.revision("gas")
        return facts.find("grid", "user", ann), facts.find("gas", "user", gus)

    before = found()
    assert found()[0] is before[0]
    access.set_roles(world.database, "grid", ann, ["owner"], actor=BY)
    after = found()
    assert after[0] is not before[0]
    assert after[1] is before[1]


def test_a_write_that_is_no_change_of_facts_keeps_the_cache(world, facts):
    ann = world.person("ann@example.org")
    facts.revision("grid")
    before = facts.find("grid", "user", ann)
    sessions.create(world.database, "grid", ann, actor=BY, channel="web", expires_at=9e9)
    facts.revision("grid")
    assert facts.find("grid", "user", ann) is before


def test_what_is_not_there_is_cached_until_it_is(world, facts):
    facts.revision("grid")
    assert facts.find("grid", "user", "ann@example.org") is None
    id = world.person("ann@example.org")
    facts.revision("grid")
    assert facts.find("grid", "user", "ann@example.org").id == id


def test_a_find_that_meets_a_newer_revision_says_so(world, facts):
    ann, bob = world.person("ann@example.org"), world.person("bob@example.org")
    before = facts.revision("grid")
    facts.find("grid", "user", ann)
    assert facts.held_revision("grid") == before
    access.set_roles(world.database, "grid", bob, ["owner"], actor=BY)
    assert facts.find("grid", "user", bob).attributes["roles"] == ("owner",)
    assert facts.held_revision("grid") == before + 1 == facts.revision("grid")


def test_what_is_not_committed_is_not_seen(world, facts):
    ann = world.person("ann@example.org")
    before = facts.revision("grid")
    with world.database.transaction():
        access.set_roles(world.database, "grid", ann, ["owner"], actor=BY)
        assert facts.revision("grid") == before
        assert facts.find("grid", "user", ann).attributes["roles"] == ()
    assert roles(facts, ann) == ("owner",)


def test_a_replaced_file_ends_trust_for_good(world, facts, tmp_path, migrated):
    world.person("ann@example.org")
    facts.revision("grid")
    facts.find("grid", "user", "ann@example.org")
    kept = tmp_path / "kept.db"
    world.path.rename(kept)
    (tmp_path / "new.db").write_bytes(migrated.read_bytes())
    (tmp_path / "new.db").rename(world.path)
    for _ in range(2):
        with pytest.raises(Unavailable, match="was replaced"):
            facts.revision("grid")
        with pytest.raises(Unavailable, match="was replaced"):
            facts.find("grid", "user", "ann@example.org")
        with pytest.raises(Unavailable, match="was replaced"):
            facts.pages_unlocked("grid", "s", "u")
        with pytest.raises(Unavailable, match="was replaced"):
            facts.check()
        if kept.exists():
            kept.replace(world.path)
    with pytest.raises(Unavailable, match="was replaced"):
        world.person("bob@example.org")


def test_facts_that_can_be_read_are_checked_without_a_word(facts):
    facts.check()


def test_a_removed_file_ends_trust_for_good(world, facts, tmp_path):
    facts.revision("grid")
    world.path.rename(tmp_path / "away.db")
    with pytest.raises(Unavailable, match="no database at"):
        facts.revision("grid")
    (tmp_path / "away.db").rename(world.path)
    with pytest.raises(Unavailable):
        facts.revision("grid")


def test_a_revision_that_goes_back_ends_trust_for_good(world, facts, migrated):
    world.person("ann@example.org")
    facts.revision("grid")
    with open_database(world.path, world.clock).db as db:
        db.execute_sql("DROP TRIGGER tenant_revision_grows")
        db.execute_sql("UPDATE tenant SET revision = 1 WHERE slug = 'grid'")
    for _ in range(2):
        with pytest.raises(Unavailable, match="went back from 2 to 1"):
            facts.revision("grid")


def test_many_threads_read_while_one_writes_and_nothing_stale_is_seen(world, facts):
    ann = world.person("ann@example.org")
    problems: list[object] = []
    written = {"level": -1}
    done = threading.Event()

    def read():
        while not done.is_set():
            least = written["level"]
            seen = roles(facts, ann)
            if least >= 0 and int(seen[0][1:]) < least:
                problems.append((least, seen))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for level in range(60):
        access.set_roles(world.database, "grid", ann, [f"r{level}"], actor=BY)
        written["level"] = level
    done.set()
    for reader in readers:
        reader.join()
    assert problems == []


def test_protected_pages_are_unlocked_for_one_live_session_of_one_person(world, facts):
    ann, bob = world.person("ann@example.org"), world.person("bob@example.org")
    now = world.clock.now
    session = sessions.create(
        world.database, "grid", ann, actor=BY, channel="web", expires_at=now + 100
    )
    other = sessions.create(
        world.database, "grid", ann, actor=BY, channel="web", expires_at=now + 100
    )
    assert not facts.pages_unlocked("grid", session.id, ann)
    sessions.unlock_pages(world.database, "grid", session.id, until=now + 50, actor=BY)
    assert facts.pages_unlocked("grid", session.id, ann)
    assert not facts.pages_unlocked("grid", session.id, bob)
    assert not facts.pages_unlocked("grid", other.id, ann)
    assert not facts.pages_unlocked("gas", session.id, ann)
    assert not facts.pages_unlocked("grid", "none", ann)
    world.clock.now = now + 50
    assert not facts.pages_unlocked("grid", session.id, ann)


@pytest.mark.parametrize(
    "end",
    [
        lambda world, ann, session: sessions.revoke(
            world.database, "grid", session.id, actor=BY
        ),
        lambda world, ann, session: people.delete_account(
            world.database, "grid", ann, actor=BY
        ),
        lambda world, ann, session: people.set_password(
            world.database, "grid", ann, "hash", actor=BY
        ),
        lambda world, ann, session: setattr(world.clock, "now", world.clock.now + 100),
    ],
    ids=["revoked", "person deleted", "password changed", "over"],
)
def test_a_session_that_has_ended_unlocks_nothing(world, facts, end):
    ann = world.person("ann@example.org")
    session = sessions.create(
        world.database,
        "grid",
        ann,
        actor=BY,
        channel="web",
        expires_at=world.clock.now + 100,
    )
    sessions.unlock_pages(world.database, "grid", session.id, until=9e9, actor=BY)
    end(world, ann, session)
    assert not facts.pages_unlocked("grid", session.id, ann)
