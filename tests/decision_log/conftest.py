from tests.api.doors import data  # noqa: F401
