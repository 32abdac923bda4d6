"""What is kept of subjects and resources."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.decisions import kept
from authz.decisions.kept import Kept
from authz.engine import prepared
from authz.engine.prepared import Pool, Records
from tests.unit.engine.sets import loaded

SCHEMA = """\
version: 1
context: {}
types:
  user: {subject: true, attributes: {n: {type: integer, source: stored}}}
  unit: {attributes: {n: {type: integer, source: stored}}, actions: [see]}
"""
RULES = 'permit("t.any", u: User, "see", m: Unit, _c) if u.tenant = m.tenant;'
SCALARS = st.none() | st.booleans() | st.integers(-1, 2) | st.text(max_size=2)
VALUES = st.dictionaries(
    st.sampled_from("abcd"),
    SCALARS | st.frozensets(SCALARS, max_size=4),
    max_size=4,
)


def thing(id, n):
    return {"id": id, "tenant": "t", "n": n}


def typed(value):
    """The value with the types in it, which tells 1 from True."""
    if isinstance(value, dict):
        return {name: typed(part) for name, part in value.items()}
    if isinstance(value, frozenset):
        return frozenset((type(part), part) for part in value)
    if isinstance(value, Records):
        return [typed(record) for record in value]
    return type(value), value


@given(st.lists(VALUES, min_size=1, max_size=6))
def test_shared_values_are_the_same_values(many):
    pool = Pool()
    for values in many:
        assert typed(pool.shared(values)) == typed(values)


def test_equal_texts_and_sets_become_one_object():
    pool = Pool()
    first, second = (
        pool.shared(
            {
                "state": "".join(["act", "ive"]),
                "roles": frozenset({"".join(["own", "er"])}),
                "rights": Records([{"role": "".join(["own", "er"])}]),
            }
        )
        for _ in range(2)
    )
    assert first["state"] is second["state"]
    assert first["roles"] is second["roles"]
    (role,) = first["roles"]
    assert all(r["role"] is role for r in (*first["rights"], *second["rights"]))


def test_numbers_and_booleans_stay_what_they_are():
    pool = Pool()
    pool.shared({"a": frozenset({1}), "b": frozenset({1, "x"})})
    other = pool.shared({"a": frozenset({True}), "b": frozenset({True, "x"})})
    assert typed(other) == typed({"a": frozenset({True}), "b": frozenset({True, "x"})})


def test_a_pool_that_is_full_changes_nothing(monkeypatch):
    monkeypatch.setattr(prepared, "POOL_MAX", 3)
    pool = Pool()
    for n in range(10):
        values = {"name": f"n{n}", "set": frozenset({f"n{n}", "same"})}
        assert pool.shared(values) == values


@pytest.fixture(scope="module")
def policies(tmp_path_factory):
    return loaded(tmp_path_factory.mktemp("p") / "p", RULES, "t.any", schema=SCHEMA)


def test_the_oldest_go_first_when_there_is_no_more_room(policies, monkeypatch):
    monkeypatch.setattr(kept, "KEPT_MAX", 100)
    store = Kept(policies)
    for n in range(500):
        user, unit = (thing(id, n) for id in (f"u{n}", f"m{n}"))
        store.keep("user", f"u{n}", user, None)
        store.keep("unit", f"m{n}", unit, 1000.0 + n)
        assert sum(len(of) for of in store._held.values()) <= 100
        assert set(store.lasting["user"]) == set(store._held["user"])
        assert store.find("user", f"u{n}", 1e9) == user
        assert store.lasting["user"][f"u{n}"] == tuple(user.values())
        assert store.find("unit", f"m{n}", 999.0) == unit
    assert store.find("user", "u0", 0.0) is None
    assert store.find("unit", "m0", 0.0) is None


def test_what_ends_is_not_found_afterwards(policies):
    store = Kept(policies)
    ann = thing("ann", 1)
    store.keep("user", "ann", ann, 600.0)
    assert store.find("user", "ann", 599.0) == ann
    assert store.find("user", "ann", 600.0) is None
    assert "ann" not in store.lasting["user"]
