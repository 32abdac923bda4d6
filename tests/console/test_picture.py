"""The picture of a supply tree: nothing overlaps, everything is there."""

import re

from authz.storage import people
from authz.storage.events import SERVICE
from tests.console.conftest import ROOT_ADMIN, TECH
from webapp.console.picture import NODE_HEIGHT, NODE_WIDTH, ROW, Company, Unit, drawn

COMPANIES = [
    Company("head", "Head", None),
    Company("north", "North", "head"),
    Company("south", "South", "head"),
    Company("deep", "Deep", "south"),
    Company("lost", "Lost", "somebody-not-shown"),
]
UNITS = [
    Unit("u1", "One", "head", "", True),
    Unit("u2", "Two", "deep", "Service", False),
    Unit("u3", "Three", "deep", "", True),
]


def test_every_company_and_every_unit_has_a_place_of_its_own():
    picture = drawn(COMPANIES, UNITS)
    assert {node.thing.id for node in picture.companies} == {c.id for c in COMPANIES}
    assert [node.thing.id for node in picture.units] == ["u1", "u2", "u3"]
    rows = sorted(node.y for node in picture.units)
    assert all(b - a >= ROW for a, b in zip(rows, rows[1:], strict=False))
    columns = {}
    for node in picture.companies:
        columns.setdefault(node.x, []).append(node.y)
    for found in columns.values():
        found.sort()
        assert all(b - a >= NODE_HEIGHT for a, b in zip(found, found[1:], strict=False))


def test_a_branch_stands_right_of_its_head_and_a_line_leads_to_it():
    picture = drawn(COMPANIES, UNITS)
    place = {node.thing.id: node for node in picture.companies}
    assert place["head"].x < place["south"].x < place["deep"].x
    assert place["lost"].x == place["head"].x
    line = f"M{place['south'].x + NODE_WIDTH} {place['south'].y}"
    assert any(path.startswith(line) for path in picture.lines)
    assert all(0 < node.y < picture.height for node in picture.companies)


def test_nothing_is_a_picture_too():
    assert drawn([], []).companies == ()


def test_r76_the_reach_of_a_person_is_drawn_and_said_in_words(world, logged_in):
    people.update_account(world.database, "gasmeter-uz", TECH, language="en", actor=SERVICE)
    page = logged_in(ROOT_ADMIN).get(f"/reach?who={TECH}").text
    assert "Service Tech reaches 3 of 7 metering units" in page
    assert page.count('class="unit reached"') == 3
    table = page.partition("<tbody")[2]
    reached = re.findall(r'"mono">(mu-\d+)</span>(?:(?!</tr>).)*Reached', table, re.S)
    assert reached == ["mu-101", "mu-103", "mu-861"]
    own = logged_in(TECH).get("/reach").text
    assert "Service Tech reaches 3 of 3 metering units" in own
    assert "Orient Gas" not in own
    assert logged_in(TECH).get(f"/reach?who={ROOT_ADMIN}").status_code == 403
    assert "There is no such person" in logged_in(ROOT_ADMIN).get("/reach?who=nobody").text
