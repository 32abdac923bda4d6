import pytest

from authz.decisions.active import ActivePolicies
from authz.engine.policyset import PolicySet, load
from authz.engine.source import PolicySource
from authz.errors import PolicyError
from tests.attacks import world


class Target:
    """A running server's policies, and what was said to each attempt to replace them."""

    def __init__(self, directory):
        self.directory = directory
        #: Processes that other tests have left running, such as a server.
        self._children = world.children()
        self.errors: list[PolicyError] = []
        world.write(directory, world.base_files())
        self.active = ActivePolicies(directory, self._load)
        self._revision = self.active.current().revision

    def _load(self, source: PolicySource) -> PolicySet:
        try:
            return load(source)
        except PolicyError as exc:
            self.errors.append(exc)
            raise

    def attacked_with(self, files: dict[str, bytes]) -> PolicyError:
        """The error for the set with these files in it; the good set is back after."""
        self.errors.clear()
        world.write(self.directory, files)
        try:
            self.active.reload()
            self.still_stands()
            (error,) = self.errors
            assert self.active.health().message == str(error)
        finally:
            for name in files:
                (self.directory / name).unlink()
            world.write(self.directory, world.base_files())
            self.active.reload()
        assert self.active.health().ok
        return error

    def still_stands(self) -> None:
        """The last good set decides, and health says that it is not what is on disk."""
        health = self.active.health()
        assert not health.ok
        assert health.revision == self.active.current().revision == self._revision
        assert world.answers_as_ever(self.active.current())
        assert world.children() == self._children


@pytest.fixture(scope="module")
def target(tmp_path_factory) -> Target:
    return Target(tmp_path_factory.mktemp("policies"))
