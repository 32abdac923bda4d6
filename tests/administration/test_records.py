import pytest

from authz.administration import homes, records, versions
from authz.administration.desk import Refused
from authz.errors import Conflict, InvalidChange, NotFound, RequestError
from authz.storage.things import Wanted
from tests.administration.names import (
    AMINA,
    GRACE,
    JUMA,
    NEWCOMER,
    OTIENO,
    REHEMA,
    ROOT,
    SALUM,
)

GUARDED = ("tariff", "target", "connection_group", "connection_type", "commission_type")
NAMED = {"name": "Evening"}


def ids(page):
    return sorted(one.thing.id for one in page.listed)


@pytest.mark.parametrize("type", GUARDED)
@pytest.mark.parametrize("who", [AMINA, JUMA])
def test_r09_owners_and_admins_keep_tariffs_targets_and_types(world, type, who):
    desk = world.desk(who)
    made = records.create(desk, type, attributes={}, details=NAMED)
    assert made.id.startswith("evening-")
    changed = records.update(
        desk, type, made.id, details={"name": "Night"}, version=versions.of(made)
    )
    assert records.find(desk, type, made.id) == changed
    with pytest.raises(Conflict):
        records.update(desk, type, made.id, details=NAMED, version=versions.of(made))
    with pytest.raises(Conflict):
        records.create(desk, type, id=made.id, attributes={}, details=NAMED)
    assert ids(records.page(desk, type)) == [made.id]
    records.delete(desk, type, made.id)
    with pytest.raises(NotFound):
        records.delete(desk, type, made.id)


@pytest.mark.parametrize("type", GUARDED)
@pytest.mark.parametrize("who", [GRACE, SALUM, NEWCOMER, ROOT])
def test_r09_nobody_else_does(world, type, who):
    made = records.create(world.desk(AMINA), type, attributes={}, details=NAMED)
    desk = world.desk(who)
    for attempt in (
        lambda: records.create(desk, type, attributes={}, details=NAMED),
        lambda: records.update(desk, type, made.id, details={"name": "X"}),
        lambda: records.delete(desk, type, made.id),
    ):
        with pytest.raises((Refused, NotFound)):
            attempt()


def test_r13_the_field_reads_tariffs_and_registers_customers_and_tickets(world):
    tariff = records.create(world.desk(AMINA), "tariff", attributes={}, details=NAMED)
    desk = world.desk(SALUM, "android")
    assert ids(records.page(desk, "tariff")) == [tariff.id]
    customer = records.create(
        desk,
        "customer",
        attributes={"cluster": "mafia"},
        details={"name": "Bibi Asha", "phone": "+255 700", "village": "Mafia Village"},
    )
    ticket = records.create(
        desk, "ticket", attributes={"cluster": "mafia"}, details={"name": "No light"}
    )
    closed = records.act(desk, "ticket:close", "ticket", ticket.id, "A fuse.")
    assert (closed.details["status"], closed.details["note"]) == ("closed", "A fuse.")
    with pytest.raises(Refused):
        records.delete(desk, "customer", customer.id)


def test_r07_a_field_worker_reaches_the_customers_of_the_own_cluster(world):
    desk = world.desk(SALUM)
    assert ids(records.page(desk, "customer")) == ["cust-1", "cust-2"]
    assert ids(records.page(world.desk(REHEMA), "customer")) == [
        "cust-1",
        "cust-2",
        "cust-3",
    ]
    with pytest.raises(Refused):
        records.find(desk, "customer", "cust-3")
    with pytest.raises(Refused):
        records.create(
            desk, "customer", attributes={"cluster": "pemba"}, details={"name": "X"}
        )
    with pytest.raises(Refused):
        records.update(desk, "customer", "cust-1", attributes={"cluster": "pemba"})
    records.update(world.desk(AMINA), "customer", "cust-1", attributes={"cluster": "pemba"})
    assert ids(records.page(desk, "customer")) == ["cust-2"]


@pytest.mark.parametrize(
    ("attributes", "details", "field"),
    [
        ({}, {"name": "X"}, "cluster"),
        ({"cluster": ""}, {"name": "X"}, "cluster"),
        ({"cluster": 7}, {"name": "X"}, "cluster"),
        ({"cluster": "mafia", "tenant": "ziwa"}, {"name": "X"}, "tenant"),
        ({"cluster": "mafia", "roles": ["owner"]}, {"name": "X"}, "roles"),
        ({"cluster": "mafia"}, {}, "name"),
        ({"cluster": "mafia"}, {"name": "  "}, "name"),
        ({"cluster": "mafia"}, {"name": "X", "password_hash": "x"}, "password_hash"),
        ({"cluster": "mafia"}, {"name": "a\x00b"}, "name"),
    ],
)
def test_what_means_nothing_is_refused_at_its_field(world, attributes, details, field):
    before = len(world.events("pwani"))
    with pytest.raises(InvalidChange) as refused:
        records.create(
            world.desk(AMINA), "customer", attributes=attributes, details=details
        )
    assert refused.value.field == field
    assert len(world.events("pwani")) == before


def test_an_amount_is_a_number(world):
    for amount in ("much", "nan", "1e999999999999", "1,5"):
        with pytest.raises(InvalidChange):
            records.create(
                world.desk(AMINA),
                "payment",
                attributes={},
                details={"name": "P", "amount": amount},
            )
    made = records.create(
        world.desk(AMINA),
        "payment",
        attributes={},
        details={"name": "P", "amount": "12.50"},
    )
    assert made.details["amount"] == "12.50"


def test_r32_r34_each_role_sees_the_lists_that_the_policies_open(world):
    assert set(records.types(world.desk(AMINA))) == set(records.FIELDS)
    money = {"payment", "transaction"}
    assert money <= set(records.types(world.desk(GRACE)))
    assert money.isdisjoint(records.types(world.desk(SALUM)))
    assert records.types(world.desk(NEWCOMER)) == ()
    assert records.types(world.desk(ROOT)) == ()


def test_r11_a_transaction_is_not_seen_in_an_app(world):
    assert "transaction" not in records.types(world.desk(AMINA, "android"))


def test_r14_writes_are_refused_while_the_pages_are_locked_and_reading_is_not(world):
    with pytest.raises(Refused):
        records.create(world.desk(OTIENO), "tariff", attributes={}, details=NAMED)
    records.create(world.unlocked(OTIENO), "tariff", attributes={}, details=NAMED)
    assert len(ids(records.page(world.desk(OTIENO), "tariff"))) == 1


def test_the_search_looks_into_what_is_noted(world):
    found = records.page(world.desk(AMINA), "customer", Wanted(text="hassan"))
    assert ids(found) == ["cust-1"]


@pytest.mark.parametrize("type", ["user", "tenant", "plugin", "metering_unit", ""])
def test_a_type_that_is_looked_after_elsewhere_is_refused(world, type):
    with pytest.raises(InvalidChange):
        records.page(world.desk(AMINA), type)


@pytest.mark.parametrize("text", ["мария", "МАРИЯ", 'Ўктам "Umid"', "back\\slash"])
def test_the_search_finds_names_in_every_script(world, text):
    desk = world.desk(AMINA)
    details = {"name": 'Мария back\\slash Ўктам "Umid"'}
    made = records.create(
        desk, "customer", attributes={"cluster": "mafia"}, details=details
    )
    assert ids(records.page(desk, "customer", Wanted(text=text))) == [made.id]


def test_the_search_finds_what_is_noted_and_not_what_the_fields_are_called(world):
    for text in ("village", "name", '"', "{"):
        found = ids(records.page(world.desk(AMINA), "customer", Wanted(text=text)))
        assert found == (["cust-1", "cust-2", "cust-3"] if text == "village" else [])


def test_comments_are_kept_one_after_the_other_and_a_closed_ticket_says_so(world):
    desk = world.desk(SALUM)
    with pytest.raises(InvalidChange) as refused:
        records.act(desk, "ticket:comment", "ticket", "t-1", "  ")
    assert refused.value.field == "note"
    records.act(desk, "ticket:comment", "ticket", "t-1", "A fuse.")
    seen = records.find(desk, "ticket", "t-1")
    done = records.act(world.desk(AMINA), "ticket:comment", "ticket", "t-1", "Mended.")
    assert [(one["by"], one["text"]) for one in done.details["comments"]] == [
        (SALUM, "A fuse."),
        (AMINA, "Mended."),
    ]
    with pytest.raises(Conflict):
        records.act(desk, "ticket:close", "ticket", "t-1", version=versions.of(seen))
    closed = records.act(desk, "ticket:close", "ticket", "t-1")
    assert closed.details["status"] == "closed"
    assert closed.details["comments"] == done.details["comments"]
    events = len(world.events("pwani"))
    assert records.act(desk, "ticket:close", "ticket", "t-1") == closed
    assert len(world.events("pwani")) == events
    found = records.page(desk, "ticket", Wanted(values=(("status", "closed"),)))
    assert ids(found) == ["t-1"]


@pytest.mark.parametrize("action", ["ticket:read", "ticket:delete", "asset:update", ""])
def test_what_is_no_act_notes_nothing(world, action):
    with pytest.raises(InvalidChange):
        records.act(world.desk(AMINA), action, "ticket", "t-1", "noted")
    assert "note" not in records.find(world.desk(AMINA), "ticket", "t-1").details


def test_nobody_sets_by_hand_what_an_act_sets(world):
    with pytest.raises(InvalidChange):
        records.create(
            world.desk(AMINA),
            "ticket",
            attributes={"cluster": "mafia"},
            details={"name": "Dark", "status": "closed"},
        )


def test_an_asset_is_given_to_a_customer_of_the_own_clusters_only(world):
    desk = world.desk(SALUM)
    given = records.assign(desk, "meter-100", "cust-2")
    assert given.details["customer"] == "cust-2"
    for customer in ("cust-3", "cust-404", "zcust-1"):
        with pytest.raises(InvalidChange) as refused:
            records.assign(desk, "meter-100", customer)
        assert str(refused.value) == f"no customer `{customer}` to give it to"
    with pytest.raises(Refused):
        records.assign(desk, "shs-7", "cust-1")
    with pytest.raises(Conflict):
        records.assign(desk, "meter-100", "cust-1", version="old")
    assert "customer" not in records.assign(desk, "meter-100", "").details


def test_where_a_thing_may_be_made_is_where_the_person_may_make_it(world):
    def places(who, type):
        return [one.id for one in homes.of_new(world.desk(who), type).get("cluster", ())]

    assert places(AMINA, "customer") == ["mafia", "pemba"]
    assert places(SALUM, "customer") == ["mafia"]
    assert homes.of_new(world.desk(GRACE), "payment") == {}
    for who, type in ((SALUM, "tariff"), (ROOT, "customer"), (NEWCOMER, "customer")):
        assert not homes.may_make(world.desk(who), type)
        with pytest.raises(Refused):
            homes.of_new(world.desk(who), type)
    assert not homes.may_make(world.desk(AMINA), "transaction")
    with pytest.raises(Refused):
        homes.of_new(world.desk(AMINA), "transaction")


def test_a_thing_may_be_moved_to_where_the_person_may_make_one(world):
    def places(who, id):
        desk = world.desk(who)
        found = homes.of_moved(desk, records.find(desk, "customer", id))
        return [one.id for one in found.get("cluster", ())]

    assert places(AMINA, "cust-1") == ["mafia", "pemba"]
    assert places(SALUM, "cust-1") == ["mafia"]


def test_recorded_things_are_narrowed_to_a_cluster_or_a_customer(world):
    desk = world.desk(AMINA)
    for type, value, found in (
        ("customer", ("cluster", "pemba"), ["cust-3"]),
        ("asset", ("customer", "cust-1"), ["meter-100"]),
        ("customer", ("cluster", "x' OR 1=1 --"), []),
    ):
        assert ids(records.page(desk, type, Wanted(values=(value,)))) == found
    with pytest.raises(RequestError):
        records.page(desk, "customer", Wanted(values=(("note", "x"),)))
