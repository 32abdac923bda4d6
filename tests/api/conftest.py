from tests.api.doors import (  # noqa: F401
    client,
    data,
    database,
    doors,
    function,
    make_client,
)
