"""The last set in force is kept whole, and serves a start beside a broken directory."""

import shutil
import threading
from functools import partial

import pytest

from authz.composition import active_policies
from authz.decisions.active import ActivePolicies
from authz.decisions.last_good import LastGood
from authz.engine.policyset import load
from authz.engine.source import read_directory
from authz.errors import ConfigError, PolicyError, Unavailable
from authz.settings import Config, PolicySection
from tests.unit.engine.sets import OWNER, write

ID = "papers.owner-reads"
BROKEN = "permit(;"


@pytest.fixture(scope="session")
def record(tmp_path_factory):
    """What has passed, so that the same text need not be examined in every test."""
    return tmp_path_factory.mktemp("record") / "passed.json"


@pytest.fixture
def directory(tmp_path):
    return write(tmp_path / "policies", OWNER, ID)


@pytest.fixture
def last_good(tmp_path):
    return LastGood(tmp_path / "var" / "last-good")


@pytest.fixture
def start(directory, last_good, record):
    """The policies as a process has them that starts now."""
    return partial(
        ActivePolicies,
        directory,
        partial(load, record=record),
        last_good=last_good,
        keeps=True,
    )


def kept(last_good):
    """The names of what is in the folder, besides `current`."""
    names = {path.name for path in last_good.folder.iterdir()}
    assert "current" in names
    return names - {"current"}


def test_a_set_in_force_is_kept_for_its_owner_alone(start, directory, last_good):
    revision = start().current().revision
    assert last_good.read() == read_directory(directory)
    assert kept(last_good) == {revision}
    copy = last_good.folder / "current" / "papers.polar"
    assert copy.read_text() == OWNER
    modes = [path.stat().st_mode & 0o777 for path in (last_good.folder, copy.parent, copy)]
    assert modes == [0o700, 0o700, 0o600]


def test_an_edit_that_passes_takes_its_place(start, directory, last_good):
    active = start()
    for text in ("\n" + OWNER, BROKEN):
        write(directory, text, ID)
        active.reload()
    revision = active.current().revision
    assert last_good.read().revision == revision
    # One before it stays, for whoever reads at the same time.
    assert len(kept(last_good)) == 2
    write(directory, "\n\n" + OWNER, ID)
    active.reload()
    assert (len(kept(last_good)), revision in kept(last_good)) == (2, True)


def test_a_start_beside_a_broken_set_serves_the_last_good_one(start, directory, last_good):
    revision = start().current().revision
    write(directory, "\n\n" + BROKEN, ID)
    active = start()
    assert active.current().revision == revision
    health = active.health()
    assert (health.ok, health.revision) == (False, revision)
    assert health.message.startswith("papers.polar:3: ")
    assert health.message.endswith(
        f"; the last good set decides, from `{last_good.folder}`"
    )


def test_a_start_without_the_directory_serves_the_last_good_one(start, directory):
    revision = start().current().revision
    shutil.rmtree(directory)
    active = start()
    assert active.current().revision == revision
    assert active.health().message.startswith("cannot read the policy directory ")


def test_mended_files_take_over_from_the_last_good_set(start, directory):
    first = start().current().revision
    write(directory, BROKEN, ID)
    active = start()
    write(directory, "\n" + OWNER, ID)
    assert active.reload()
    assert active.health().ok
    assert active.current().revision != first


def test_going_back_to_the_last_good_text_is_healthy(start, directory):
    start()
    write(directory, BROKEN, ID)
    active = start()
    write(directory, OWNER, ID)
    assert not active.reload()
    assert active.health().ok


def test_what_only_looks_keeps_nothing(start, last_good):
    assert start(keeps=False).health().ok
    assert not last_good.folder.exists()


def test_where_nothing_was_ever_good_nothing_starts(start, directory):
    write(directory, BROKEN, ID)
    with pytest.raises(PolicyError, match=r"papers\.polar:1"):
        start()
    with pytest.raises(Unavailable):
        start(required=False).current()


def _changed(copy):
    (copy / "papers.polar").write_text(OWNER.replace("owner = subject.id", "id = paper.id"))


def _cut_off(copy):
    (copy / "papers.polar").write_bytes(b"")


def _without_a_file(copy):
    (copy / "papers.yaml").unlink()


def _with_one_more(copy):
    (copy / "more.polar").write_text("# more\n")


def _gone(copy):
    shutil.rmtree(copy.resolve())


def _led_elsewhere(copy):
    """To a whole set under another name than its revision."""
    shutil.copytree(copy, copy.with_name("other"))
    copy.unlink()
    copy.symlink_to("other")


def _no_link(copy):
    copy.unlink()
    copy.write_text("odd")


SPOILT = [
    _changed,
    _cut_off,
    _without_a_file,
    _with_one_more,
    _gone,
    _led_elsewhere,
    _no_link,
]


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda made: made.__name__.strip("_"))
def test_a_copy_that_is_not_as_it_was_kept_is_not_used(start, directory, last_good, spoil):
    start()
    spoil(last_good.folder / "current")
    assert last_good.read() is None
    write(directory, BROKEN, ID)
    with pytest.raises(PolicyError, match=r"papers\.polar:1"):
        start()
    # The next good set takes its place.
    write(directory, OWNER, ID)
    start()
    assert last_good.read() == read_directory(directory)


def test_a_copy_that_passes_the_checks_no_more_is_not_used(directory, last_good, caplog):
    """As when a newer program refuses what an older one took."""
    write(directory, BROKEN, ID)
    last_good.keep(read_directory(directory))
    with pytest.raises(PolicyError):
        ActivePolicies(directory, load, last_good=last_good)
    assert "the last good policies cannot be used: papers.polar:1" in caplog.text


def test_a_folder_that_cannot_be_written_stops_nothing(start, last_good, caplog):
    last_good.folder.parent.mkdir()
    last_good.folder.write_text("taken")
    assert start().health().ok
    assert "the policies in force cannot be kept in" in caplog.text


def test_what_a_killed_process_left_half_written_is_cleared(start, last_good, directory):
    (last_good.folder / ".copy").mkdir(parents=True)
    (last_good.folder / ".copy" / "papers.polar").write_text("half")
    (last_good.folder / ".link").symlink_to("nowhere")
    revision = start().current().revision
    assert kept(last_good) == {revision}


def test_many_may_keep_and_read_at_once(directory, last_good):
    sources = []
    for number in range(2):
        write(directory, OWNER + "\n" * number, ID)
        sources.append(read_directory(directory))
    last_good.keep(sources[0])
    odd, done = [], threading.Event()

    def read():
        while not done.is_set():
            found = last_good.read()
            if found not in sources:
                odd.append(found)

    def keep(number):
        for turn in range(60):
            last_good.keep(sources[(number + turn) % 2])

    readers = [threading.Thread(target=read) for _ in range(2)]
    keepers = [threading.Thread(target=keep, args=(number,)) for number in range(3)]
    for thread in readers + keepers:
        thread.start()
    for thread in keepers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    assert odd == []


def test_what_others_have_in_the_folder_is_never_deleted(start, last_good):
    """As when it is configured to be the data folder."""
    folder = last_good.folder
    (folder / "decisions").mkdir(parents=True)
    for name in ("gatehouse.db", "decisions/1.jsonl", ".hidden"):
        (folder / name).write_text("mine")
    revision = start().current().revision
    assert kept(last_good) == {revision, "gatehouse.db", "decisions", ".hidden"}
    assert (folder / "decisions" / "1.jsonl").read_text() == "mine"


@pytest.mark.parametrize("kept", ["policies", "policies/kept", "policies/../policies/x"])
def test_the_last_good_set_must_not_become_a_part_of_the_policies(tmp_path, kept):
    policy = PolicySection(dir=tmp_path / "policies", last_good=tmp_path / kept)
    with pytest.raises(ConfigError, match="inside the policies"):
        active_policies(Config(policy=policy), falls_back=True)
