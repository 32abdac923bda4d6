"""The sample tenants, as a facts file inside the package."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path


@contextmanager
def sample_tenants() -> Iterator[Path]:
    """The facts file with the sample tenants, as a path that is good inside the `with`."""
    with as_file(files(__name__) / "tenants.yaml") as path:
        yield path
