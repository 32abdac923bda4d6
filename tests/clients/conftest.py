import urllib.request
from collections.abc import Iterator

import pytest

from tests.api.doors import (  # noqa: F401
    Client,
    Data,
    copied,
    data,
    database,
    function,
    make_client,
    running,
    socket_door,
)
from tests.clients.front import HOST, Front, front_of
from tests.clients.questions import QUESTIONS

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _nothing_between(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No proxy of the machine stands between a client and the server."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    # WHY: urllib keeps the proxies that it found first.
    urllib.request.install_opener(None)
    yield
    urllib.request.install_opener(None)


@pytest.fixture(scope="session")
def server(data: Data) -> Iterator[str]:  # noqa: F811
    """The URL of `authz serve`."""
    with running(data.folder, SERVER__ALLOWED_HOSTS=f"127.0.0.1,{HOST}") as found:
        yield f"http://127.0.0.1:{found.port}"
    assert found.process.returncode == 0, (data.folder / "server.log").read_text()


@pytest.fixture(scope="session")
def listening(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    port = int(server.rpartition(":")[2])
    with front_of(port, tmp_path_factory.mktemp("front")) as found:
        yield found


@pytest.fixture
def front(listening: Front, monkeypatch: pytest.MonkeyPatch) -> Front:
    """The front, in an environment by which clients find and trust it."""
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{listening.port}")
    monkeypatch.setenv("SSL_CERT_FILE", str(listening.certificate))
    return listening


@pytest.fixture(scope="session")
def failing(data: Data, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:  # noqa: F811
    """The URL of a server that lost its database while it ran."""
    own = copied(data, tmp_path_factory.mktemp("failing"))
    with running(own, config=own / "config.yaml") as found:
        question = QUESTIONS["a manager views all"]
        assert Client(socket_door(found.port), data.key).decides(question)
        (own / "gatehouse.db").write_bytes(b"no database")
        yield f"http://127.0.0.1:{found.port}"
