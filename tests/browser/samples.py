"""Whom and what the walk through all pages is made with, of the sample tenants.

A page that no person here may open, or with a part in its address that nothing here stands
for, fails the walk with a word about what to add.
"""

from collections.abc import Callable, Mapping

from authz.accounts import resets
from authz.administration import policy_changes
from authz.storage import policy_turns
from authz.storage.events import SERVICE
from tests.browser.site import RECORDED, Site
from tests.console import reviewing

NOBODY = ""
ROOT, OWNER, OPERATOR = (
    "root@gasmeter.example",
    "amina.owner@pwani.example",
    "operator@gatehouse.example",
)
#: One of each kind of person, those who may open most first; the password of protected
#: pages is asked of those of ziwa.
PEOPLE: Mapping[str, str] = {
    ROOT: "gasmeter-uz",
    OWNER: "pwani",
    OPERATOR: "system",
    NOBODY: "",
    "auditor@gasmeter.example": "gasmeter-uz",
    "service_tech@domain.com": "gasmeter-uz",
    "head@hududgaz.example": "gasmeter-uz",
    "poytaxt@hududgaz.example": "gasmeter-uz",
    "rep@ekdev.example": "gasmeter-uz",
    "bakery@customer.example": "gasmeter-uz",
    "fresh@gasmeter.example": "gasmeter-uz",
    "ops.admin@pwani.example": "pwani",
    "finance@pwani.example": "pwani",
    "field.mafia@pwani.example": "pwani",
    "norole@pwani.example": "pwani",
    "owner@ziwa.example": "ziwa",
    "reviewer@gatehouse.example": "system",
}
#: Type of a thing -> tenant -> one that the sample data have.
THINGS: Mapping[str, Mapping[str, str]] = {
    "user": {
        "pwani": "finance@pwani.example",
        "ziwa": "clerk@ziwa.example",
        "gasmeter-uz": "tech2@techservice.example",
        "system": "reviewer@gatehouse.example",
    },
    "cluster": {"pwani": "mafia", "ziwa": "ziwa-east"},
    "minigrid": {"pwani": "mg-mafia", "ziwa": "mg-z1"},
    "village": {"pwani": "mafia-village", "ziwa": "kaskazi"},
    "customer": {"pwani": "cust-1", "ziwa": "zcust-1"},
    "asset": {"pwani": "meter-100"},
    "ticket": {"pwani": "t-1"},
    "metering_unit": {"gasmeter-uz": "mu-101"},
    "supply_company": {"gasmeter-uz": "hg-poytaxt"},
    "service_organization": {"gasmeter-uz": "techservice"},
    "manufacturer": {"gasmeter-uz": "ekdev"},
    "consumer": {"gasmeter-uz": "c-bakery"},
    "slug": {"system": "ziwa"},
    **{type: {"pwani": id} for type, id in RECORDED.items()},
}
#: What stands before an id in an address -> the type of the thing, where the page is asked
#: of something else.
BEFORE: Mapping[str, str] = {"users": "user"}
#: Endpoint -> questions in its address, which show more of it.
STATES: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "explain.page": (
        {
            "who": "service_tech@domain.com",
            "action": "metering_unit:read",
            "resource": "metering_unit:mu-102",
        },
        {
            "who": "service_tech@domain.com",
            "action": "metering_unit:read",
            "resource": "metering_unit:mu-101",
        },
        {"who": "x", "action": "metering_unit:reed", "resource": "metering_unit:mu-101"},
    ),
    "explain.who_can": (
        {"action": "metering_unit:read", "resource": "metering_unit:mu-102"},
    ),
    "users.list_page": ({"show": "deleted"}, {"q": "nobody-is-called-this"}),
    "events.list_page": ({"result": "refused"}, {"q": "nothing-is-called-this"}),
    "compare.page": ({"with": "service_tech@domain.com"},),
    "units.list_page": ({"q": "no-unit-is-called-this"},),
    "records.list_page": ({"q": "nothing-is-noted-like-this"},),
    "changes.list_page": ({"status": "withdrawn"},),
}


def _token(kind: str, email: str) -> Callable[[Site], str]:
    """Makes the secret of a link by mail, once."""

    def made(site: Site) -> str:
        if kind not in site.made:
            whose = (site.world.tenant_of(email), site.world.id(email))
            made, _ = resets.make(site.world.database, *whose, kind, actor=SERVICE)
            site.made[kind] = made
        return site.made[kind]

    return made


def _change(site: Site) -> str:
    """A change of the policies, which has something against every part of it."""
    if "change" not in site.made:
        number = reviewing.staged(site.world)
        reviewing.checked(site.world, number, reviewing.failed())
        site.made["change"] = str(number)
    return site.made["change"]


def _earlier(site: Site) -> str:
    """A policy set that was in force, as far as the database knows."""
    if "turn" not in site.made:
        desk = site.world.desk(OPERATOR)
        change = policy_changes.find(desk, site.world.site, int(_change(site)))
        found = policy_turns.begin(
            site.world.database,
            change.candidate,
            policy_turns.FOUND,
            label="",
            is_whole=True,
        )
        site.made["turn"] = str(found.number)
    return site.made["turn"]


def _file(_site: Site) -> str:
    """A file of the policies, and a short one."""
    return "protected_pages.polar"


#: Endpoint, and part of its address -> makes what may stand there.
MADE: Mapping[tuple[str, str], Callable[[Site], str]] = {
    ("reset.link", "token"): _token(resets.LOGIN, "fresh@gasmeter.example"),
    ("reset.pages_link", "token"): _token(resets.PAGES, "owner@ziwa.example"),
    ("policies.file", "name"): _file,
    ("policies.policy", "id"): lambda _site: "protected_pages.page-is-locked",
    ("changes.page", "id"): _change,
    ("changes.edit_form", "id"): _change,
    ("changes.progress", "id"): _change,
    ("policy_revisions.page", "id"): _earlier,
    ("policy_revisions.progress", "id"): _earlier,
    ("policy_revisions.file", "id"): _earlier,
    ("policy_revisions.file", "name"): _file,
}
