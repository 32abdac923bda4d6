"""Recorded things: lists, forms, what is done to them, and the lock of the guarded ones."""

import csv
import io
import re

import pytest

from authz.administration import records
from authz.administration.noted import FIELDS
from authz.storage import resources
from authz.storage.events import SERVICE
from tests.administration.conftest import PASSWORD
from tests.console.conftest import ADMIN, FIELD, FINANCE, OWNER, ROOT_ADMIN
from tests.shipped import shipped
from webapp.console import recorded

ROAMING, NEWCOMER = "field.roaming@pwani.example", "norole@pwani.example"
ZIWA_OWNER, ZIWA_FIELD = "owner@ziwa.example", "field@ziwa.example"
DAILY = tuple(kind for kind in FIELDS if kind not in recorded.GUARDED)
#: Who of the sample tenants may open which lists.
OPEN = {
    OWNER: set(FIELDS),
    ADMIN: set(FIELDS),
    FINANCE: set(DAILY),
    FIELD: {"customer", "asset", "ticket", "agent"},
    NEWCOMER: set(),
    ROOT_ADMIN: set(),
}
PLACED = ("customer", "asset", "ticket")


def version(browser, path):
    page = browser.get(path).text
    return page.partition('name="version" value="')[2].partition('"')[0]


def filled(kind, **more):
    """A form of a type with a value in each field."""
    form = dict.fromkeys(FIELDS[kind], "12.50") | {"name": "Evening"}
    return form | ({"cluster": "mafia"} if kind in PLACED else {}) | more


def shown(browser, path):
    """The ids that a list shows."""
    table = browser.get(path).text.partition("<tbody")[2].partition("</tbody>")[0]
    return re.findall(r'<span class="id">([^<]+)</span>', table)


def made(browser, world, kind, **more):
    """The id of a thing that somebody adds through the form."""
    known = set(ids(world, kind))
    assert browser.post(f"/records/{kind}/add", filled(kind, **more)).status_code == 303
    (id,) = set(ids(world, kind)) - known
    return id


def ids(world, kind, tenant="pwani"):
    return [one.id for one in resources.list_resources(world.database, tenant, kind)]


def put(world, kind, id, **details):
    """A thing as an app registers it."""
    schema = shipped().schema
    resources.put(
        world.database, schema, "pwani", kind, id, {}, details=details, actor=SERVICE
    )


def find(world, kind, id):
    return resources.find(world.database, "pwani", kind, id)


def test_every_type_has_words():
    assert set(recorded.TYPES) == set(FIELDS)
    assert {name for names in FIELDS.values() for name in names} <= set(recorded.FIELDS)
    assert {act.partition(":")[2] for act in records.ACTS} == set(recorded.ACTS)


@pytest.mark.parametrize("who", OPEN)
def test_r27_r32_r34_who_may_open_which_list_and_finds_it_in_the_menu(logged_in, who):
    browser = logged_in(who)
    menu = browser.get("/").text.partition('<nav id="nav"')[2].partition("</nav>")[0]
    for kind in FIELDS:
        path = f"/records/{kind}"
        is_open = kind in OPEN[who]
        assert browser.get(path).status_code == (200 if is_open else 403), path
        assert (f'href="{path}"' in menu) == is_open, path


@pytest.mark.parametrize("kind", recorded.GUARDED)
def test_r09_tariffs_targets_and_types_are_added_changed_and_deleted(
    world, logged_in, kind
):
    browser, start = logged_in(ADMIN), f"/records/{kind}"
    page = browser.get(start).text
    assert "None yet" in page
    assert str(recorded.TYPES[kind].example) in page.replace("&#39;", "'")
    id = made(browser, world, kind)
    assert shown(browser, start) == [id]
    edit = f"{start}/{id}/edit"
    old = version(browser, edit)
    assert browser.post(edit, filled(kind, name="Night", version=old)).status_code == 303
    assert find(world, kind, id).details["name"] == "Night"
    stale = browser.post(edit, filled(kind, name="Noon", version=old))
    assert stale.status_code == 409
    assert 'value="Noon"' in stale.text
    delete = f"{start}/{id}/delete"
    assert browser.post(delete, {"version": version(browser, delete)}).status_code == 303
    assert ids(world, kind) == [id]
    sure = {"version": version(browser, delete), "sure": "yes"}
    assert browser.post(delete, sure).status_code == 303
    assert ids(world, kind) == []
    assert browser.get(edit).status_code in (403, 404)


@pytest.mark.parametrize("who", [FINANCE, FIELD, ROOT_ADMIN])
def test_r09_nobody_else_changes_tariffs_by_typing_the_address(world, logged_in, who):
    id = made(logged_in(OWNER), world, "tariff")
    browser = logged_in(who)
    for path in ("/records/tariff/add", f"/records/tariff/{id}/edit"):
        assert browser.get(path).status_code in (403, 404)
        assert browser.post(path, filled("tariff")).status_code in (403, 404)
    path = f"/records/tariff/{id}/delete"
    assert browser.post(path, {"sure": "yes"}).status_code in (403, 404)
    assert find(world, "tariff", id).details["name"] == "Evening"


@pytest.mark.parametrize("kind", recorded.GUARDED)
def test_r14_r21_the_guarded_lists_and_forms_ask_for_the_pages_password(logged_in, kind):
    browser = logged_in(ZIWA_OWNER)
    for path in (f"/records/{kind}", f"/records/{kind}?q=a", f"/records/{kind}/add"):
        answer = browser.get(path)
        asked = path.replace("?q=", "?q%3D")
        assert (answer.status_code, answer.location) == (303, f"/unlock?next={asked}")
    answer = browser.post(f"/records/{kind}/add", filled(kind))
    assert answer.location == f"/unlock?next=/records/{kind}/add"
    browser.post("/unlock", {"password": "ziwa-pages-7", "next": f"/records/{kind}"})
    assert "None yet" in browser.get(f"/records/{kind}").text
    assert browser.post(f"/records/{kind}/add", filled(kind)).status_code == 303


def test_r14_daily_work_does_not_wait_for_the_pages_password(world, logged_in):
    browser = logged_in(ZIWA_FIELD)
    assert shown(browser, "/records/customer") == ["zcust-1"]
    assert browser.get("/records/tariff").status_code == 403


def test_r07_a_field_worker_sees_and_makes_customers_of_the_own_cluster(world, logged_in):
    browser = logged_in(FIELD)
    assert shown(browser, "/records/customer") == ["cust-1", "cust-2"]
    assert shown(logged_in(ROAMING), "/records/customer") == ["cust-1", "cust-2", "cust-3"]
    assert browser.get("/records/customer/cust-3").status_code == 403
    form = browser.get("/records/customer/add").text
    assert 'value="mafia"' in form
    assert 'value="pemba"' not in form
    assert "Pemba" not in form
    before = ids(world, "customer")
    for cluster in ("pemba", "ziwa-east", "nowhere"):
        answer = browser.post("/records/customer/add", filled("customer", cluster=cluster))
        assert answer.status_code in (403, 404, 422)
    assert browser.post(
        "/records/customer/add", filled("customer", cluster="")
    ).status_code in (403, 422)
    assert ids(world, "customer") == before
    id = made(browser, world, "customer")
    edit = f"/records/customer/{id}/edit"
    moved = filled("customer", cluster="pemba", version=version(browser, edit))
    assert browser.post(edit, moved).status_code == 403
    assert find(world, "customer", id).attributes == {"cluster": "mafia"}


def test_r05_things_of_another_company_are_not_there(logged_in):
    browser = logged_in(OWNER)
    assert "zcust-1" not in browser.get("/records/customer?q=zcust").text
    for path in ("", "/edit", "/delete"):
        assert browser.get(f"/records/customer/zcust-1{path}").status_code in (403, 404)
        unknown = browser.get(f"/records/customer/no-such{path}")
        theirs = browser.get(f"/records/customer/zcust-1{path}")
        assert theirs.status_code == unknown.status_code


@pytest.mark.parametrize(
    ("new", "field"),
    [
        ({"name": "  "}, "name"),
        ({"amount": "much"}, "amount"),
        ({"amount": "1e9"}, "amount"),
        ({"note": "x" * 2001}, "note"),
        ({"currency": "T\x00Z"}, "currency"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_rest_is_kept(logged_in, new, field):
    form = filled("payment", note="For <b>March</b>") | new
    answer = logged_in(FINANCE).post("/records/payment/add", form)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert f'<a href="#{field}">' in answer.text
    assert "<b>March" not in answer.text
    if field != "note":
        assert "For &lt;b&gt;March" in answer.text


def test_an_id_that_is_taken_is_said_at_its_field(logged_in):
    form = filled("customer", id="cust-1")
    answer = logged_in(OWNER).post("/records/customer/add", form)
    assert answer.status_code == 409
    assert 'id="id-error"' in answer.text


def test_mass_assignment_changes_nothing(world, logged_in):
    more = {"status": "closed", "tenant": "ziwa", "comments": "x", "roles": "owner"}
    id = made(logged_in(OWNER), world, "ticket", **more)
    thing = find(world, "ticket", id)
    assert set(thing.details) <= set(FIELDS["ticket"])
    assert set(thing.attributes) == {"cluster"}


def test_a_list_is_searched_narrowed_and_paged(world, logged_in):
    browser = logged_in(OWNER)
    assert shown(browser, "/records/customer?q=hassan") == ["cust-1"]
    assert shown(browser, "/records/customer?cluster=pemba") == ["cust-3"]
    assert shown(browser, "/records/asset?customer=cust-1") == ["meter-100"]
    assert "None matches" in browser.get("/records/customer?q=nobody-at-all").text
    assert browser.get("/records/customer?after=nonsense").status_code == 400
    for number in range(52):
        put(world, "tariff", f"t-{number:02}", name=f"Tariff {number}")
    first = browser.get("/records/tariff?q=tariff").text
    assert shown(browser, "/records/tariff?q=tariff") == [f"t-{n:02}" for n in range(50)]
    next = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    assert "q=tariff" in next
    assert shown(browser, next) == ["t-50", "t-51"]
    back = re.search(r'rel="prev" href="([^"]+)"', browser.get(next).text)[1]
    assert len(shown(browser, back.replace("&amp;", "&"))) == 50


def test_a_ticket_is_commented_and_closed_by_who_may(world, logged_in):
    browser, path = logged_in(FIELD), "/records/ticket/t-1"
    page = browser.get(path).text
    assert f'action="{path}/comment"' in page
    assert f'action="{path}/edit"' not in page
    empty = {"note": " ", "version": version(browser, path)}
    refused = browser.post(f"{path}/comment", empty)
    assert refused.status_code == 422
    assert refused.text.count('id="note-error"') == 1
    said = {"note": "A <b>fuse</b>.", "version": version(browser, path)}
    assert browser.post(f"{path}/comment", said).status_code == 303
    page = browser.get(path).text
    assert "A &lt;b&gt;fuse&lt;/b&gt;." in page
    assert FIELD in page
    old = {"note": "", "version": said["version"]}
    assert browser.post(f"{path}/close", old).status_code == 409
    done = {"note": "Mended.", "version": version(browser, path)}
    assert browser.post(f"{path}/close", done).status_code == 303
    assert find(world, "ticket", "t-1").details["status"] == "closed"
    assert f'action="{path}/close"' not in browser.get(path).text
    assert f'action="{path}/comment"' in browser.get(path).text
    assert shown(browser, "/records/ticket?status=closed") == ["t-1"]
    assert shown(browser, "/records/ticket?status=open") == []
    assert shown(logged_in(OWNER), "/records/ticket?status=open") == ["t-2"]
    assert browser.post("/records/ticket/t-2/close", done).status_code == 403
    assert browser.post(f"{path}/delete", done).status_code == 404


def test_an_asset_is_given_to_a_customer(world, logged_in):
    browser, path = logged_in(FIELD), "/records/asset/meter-100"
    form = {"customer": "cust-3", "version": version(browser, path)}
    refused = browser.post(f"{path}/assign", form)
    assert refused.status_code == 422
    assert 'id="customer-error"' in refused.text
    form = {"customer": "cust-2", "version": version(browser, path)}
    assert browser.post(f"{path}/assign", form).status_code == 303
    assert find(world, "asset", "meter-100").details["customer"] == "cust-2"


def test_a_payment_shows_what_is_noted_and_no_way_to_change_it(world, logged_in):
    browser = logged_in(FINANCE)
    id = made(browser, world, "payment", customer="cust-1", note="March")
    page = browser.get(f"/records/payment/{id}").text
    main = page.partition('<main class="main"')[2].partition("</main>")[0]
    assert "March" in main
    assert 'href="/records/customer/cust-1"' in main
    assert "<form" not in main
    assert "/edit" not in main
    assert logged_in(FIELD).get(f"/records/payment/{id}").status_code == 403


def test_a_transaction_is_added_by_apps_alone_and_refunded_by_the_owner(world, logged_in):
    put(world, "transaction", "tx-1", amount="9000")
    browser, path = logged_in(OWNER), "/records/transaction/tx-1"
    assert "/records/transaction/add" not in browser.get("/records/transaction").text
    assert browser.get("/records/transaction/add").status_code in (403, 404)
    form = {"note": "Paid twice", "version": version(browser, path)}
    assert browser.post(f"{path}/refund", form).status_code == 303
    assert find(world, "transaction", "tx-1").details["status"] == "refunded"
    assert logged_in(FIELD).post(f"{path}/refund", form).status_code == 403


def test_r32_what_the_list_shows_is_exported_by_who_may(logged_in):
    browser = logged_in(FINANCE)
    assert "/records/customer.csv?cluster=pemba" in (
        browser.get("/records/customer?cluster=pemba").text
    )
    answer = browser.get("/records/customer.csv?cluster=pemba")
    assert answer.headers["Content-Disposition"] == "attachment; filename=customers.csv"
    assert [row["id"] for row in csv.DictReader(io.StringIO(answer.text))] == ["cust-3"]
    field = logged_in(FIELD)
    assert ".csv" not in field.get("/records/customer").text
    assert field.get("/records/customer.csv").status_code == 403


def test_deleting_asks_for_the_password_when_it_was_long_ago(world, logged_in):
    browser, path = logged_in(OWNER), "/records/customer/cust-1/delete"
    world.clock.now += 600
    assert browser.get(path).location == f"/confirm?next={path}"
    browser.post("/confirm", {"password": PASSWORD, "next": path})
    sure = {"version": version(browser, path), "sure": "yes"}
    assert browser.post(path, sure).status_code == 303
    assert "cust-1" not in ids(world, "customer")


def test_r13_a_name_in_any_script_is_found_as_it_is_written(world, logged_in):
    browser = logged_in(OWNER)
    id = made(browser, world, "customer", name="Мария Ўктам")
    assert shown(browser, "/records/customer?q=мария") == [id]


@pytest.mark.parametrize("odd", [7, True, [], [1], {"at": 1}, [{"at": "now"}], "x" * 999])
def test_what_an_app_noted_in_its_own_way_breaks_no_page(world, logged_in, odd):
    details = dict.fromkeys(("name", "status", "comments", "customer", "note"), odd)
    schema = shipped().schema
    resources.put(
        world.database,
        schema,
        "pwani",
        "ticket",
        "t-odd",
        {"cluster": "mafia"},
        details=details,
        actor=SERVICE,
    )
    browser = logged_in(OWNER)
    for path in ("/records/ticket", "/records/ticket/t-odd", "/records/ticket.csv"):
        assert browser.get(path).status_code == 200
    form = {"note": "Seen.", "version": version(browser, "/records/ticket/t-odd")}
    assert browser.post("/records/ticket/t-odd/comment", form).status_code == 303
    assert "Seen." in browser.get("/records/ticket/t-odd").text
