import pytest

from tests.replaying.asking import BASE, Asked
from tests.replaying.recorded import recorded


@pytest.fixture(scope="module")
def small_world(tmp_path_factory):
    with recorded(tmp_path_factory.mktemp("replay"), BASE, people=0) as at:
        yield at


@pytest.fixture
def asked(small_world):
    return Asked(small_world, len(small_world.lines()))


@pytest.fixture
def masking(tmp_path):
    def masking(*masks):
        world = recorded(tmp_path, BASE, *masks, people=0)
        opened.append(world)
        return Asked(world.__enter__())

    opened = []
    yield masking
    for world in opened:
        world.__exit__(None, None, None)
