"""A process that is killed in the middle of its writes loses nothing that it said."""

from tests.administration.kills import check_intact, killed_after


def test_what_a_killed_process_said_is_there_with_one_event_each(world):
    said = [one for n in range(2) for one in killed_after(world.path, f"k{n}-", 20 + n)]
    assert check_intact(world, said) >= len(said) >= 41
