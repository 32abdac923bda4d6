"""The whole server over the sample tenants and a small policy directory of its own."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from authz.engine.schema_file import parse_schema
from authz.storage import clients
from authz.storage.events import SERVICE
from authz.storage.seed import seed
from tests.administration.conftest import CHEAP, PASSWORD, World
from tests.api.doors import Client, question, running, socket_door
from tests.browser.site import FACTS, Site
from tests.shipped import POLICIES, changed

#: Two policies: who looks after them, and what a Service Company Administrator reaches.
SCOPE = Path(__file__).parent / "scope"
TENANT, TECHNICIAN = "gasmeter-uz", "service_tech@domain.com"
#: A unit of the technician's supply company that another organization services.
FOREIGN = "mu-102"
TAKE_UP_SECONDS = 60


@dataclass(frozen=True)
class Changing:
    """The server, and what is asked of it."""

    site: Site
    policies: Path
    app: Client

    def decides(self, action: str, unit: str) -> bool:
        """Whether the technician may do it, as an app is answered."""
        asked = question(f"user:{TECHNICIAN}", action, f"metering_unit:{unit}")
        return self.app.decides(asked)

    def will_decide(self, action: str, unit: str, allowed: bool) -> bool:
        """Whether that is the answer once the workers have taken up the policies."""
        ends = time.monotonic() + TAKE_UP_SECONDS
        while self.decides(action, unit) is not allowed and time.monotonic() < ends:
            time.sleep(0.1)
        return self.decides(action, unit) is allowed


@contextmanager
def serving(folder: Path) -> Iterator[Changing]:
    """The server, with data and policies of its own in the folder."""
    policies = shutil.copytree(SCOPE, folder / "policies")
    path = folder / "gatehouse.db"
    schema = parse_schema((POLICIES / "schema.yaml").read_text("utf-8"))
    seed(path, schema, FACTS, PASSWORD, clock=time.time, hasher=CHEAP)
    world = World(path, time.time, changed(policies))
    _, key = clients.create(
        world.database, TENANT, "story", {"decision:check"}, actor=SERVICE, channel="api"
    )
    (folder / "config.yaml").write_text("{}\n", "utf-8")
    settings = {
        "POLICY__DIR": policies,
        "POLICY__RECORD": folder / "passed.json",
        "POLICY__PROOFS": folder / "proofs.json",
        "SERVER__DECISIONS__WORKERS": 1,
    }
    try:
        with running(folder, config=folder / "config.yaml", **settings) as server:
            url = f"http://127.0.0.1:{server.port + 1}"
            app = Client(socket_door(server.port), key.text)
            yield Changing(Site(url, world), policies, app)
    finally:
        world.close()
