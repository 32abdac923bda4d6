"""The page about replays says what the program says."""

import re
from pathlib import Path

from authz.assurance.replaying.judging import NotReplayed, Why
from authz.assurance.replaying.report import FlipGroup, Flips, Replay
from authz.assurance.replaying.text import in_words, markdown
from authz.cli.replay import replay_

PAGE = (Path(__file__).parents[2] / "docs" / "replay.md").read_text("utf-8")
GROUP = FlipGroup("deny_to_allow", "permitted", ("t.one",), "a:b", ("r",))
EXAMPLE = {
    "time": "2026-11-22T10:00:00Z",
    "request_id": "r",
    "item": None,
    "tenant": "t",
    "subject": "user:u",
    "action": "a:b",
    "resource": "x:`y|\x1b[2J`",
}


def made(count=1, **groups):
    flips = {
        GROUP._replace(action=f"a:{number}"): Flips(1, examples=[EXAMPLE])
        for number in range(count)
    }
    return Replay("new", "old", count, _flips=flips, **groups)


def first_cells(head):
    """The names in the first column of the table with that head."""
    table = PAGE.split(f"| {head} |")[1].split("\n\n")[0]
    return [line.split("|")[1].strip() for line in table.splitlines()[2:]]


def test_every_member_is_in_the_table():
    document = made(_not_replayed={NotReplayed(Why.SEARCH): 1}).document()
    wanted = {name for name in document if name not in ("flips", "not_replayed")}
    for group in ("flips", "not_replayed"):
        wanted |= {f"{group}[].{name}" for name in document[group][0]} | {f"{group}[]"}
    cells = " ".join(first_cells("member"))
    assert set(re.findall(r"`([^`]+)`", cells)) == wanted


def test_every_reason_is_in_the_table():
    assert first_cells("why") == [why.value for why in Why]


def test_every_option_is_in_the_table():
    named = re.findall(r"--[a-z-]+", " ".join(first_cells("argument")))
    options = {name for one in replay_.params for name in one.opts if name[:2] == "--"}
    assert set(named) == options - {"--config", "--data"}


def test_a_share_is_never_rounded_up():
    assert Replay("n", "o", 3_000, 2_999).percent == 99.9
    assert Replay("n", "o").percent == 100.0


def test_what_somebody_asked_for_steers_no_terminal_and_ends_no_cell():
    odd = FlipGroup("deny_to_allow", "permitted", ("t.one",), "a`|\x1b", ("r|",))
    found = Replay("new", "old", 1, _flips={odd: Flips(1, examples=[EXAMPLE])})
    assert "\x1b" not in in_words(found)
    (row,) = [line for line in markdown(found).splitlines() if line.startswith("| 1 ")]
    assert row.startswith("| 1 | `a'\\|\ufffd` | `r\\|` | `t.one` |")


def test_of_very_many_groups_some_are_shown():
    for text in (in_words(made(60)), markdown(made(60))):
        assert "and 10 more groups: see the JSON document" in text
    assert len(made(60).document()["flips"]) == 60
