"""Who gains and who loses over the sample tenants, by edits of the shipped set."""

import time

import pytest

from authz.accounts.passwords import Hasher
from authz.assurance.differing.difference import compare_sets
from authz.assurance.differing.sides import Side
from authz.engine.source import PolicySource, read_directory
from authz.samples import sample_tenants
from authz.storage.database import open_database
from authz.storage.seed import seed
from tests.shipped import POLICIES, changed
from tests.shipped import shipped as shipped_set

BRANCH = 'role_permission("branch", "reports.view");'
WEB = '  web_only(action) and\n  context.channel != "web";'


def edited(name, *edits):
    files = dict(read_directory(POLICIES).files)
    for file, old, new in edits:
        text = files[file].decode()
        assert text.count(old) == 1
        files[file] = text.replace(old, new).encode()
    policies = changed(PolicySource(files, ""))
    return Side(name, PolicySource(files, policies.revision), policies)


@pytest.fixture(scope="module")
def shipped():
    return Side("shipped", read_directory(POLICIES), shipped_set())


@pytest.fixture(scope="module")
def database(tmp_path_factory, shipped):
    path = tmp_path_factory.mktemp("people") / "a.db"
    cheap = Hasher(rounds=1, memory_kib=64, lanes=1)
    with sample_tenants() as facts:
        seed(
            path,
            shipped.policies.schema,
            facts,
            "meter2025x",
            clock=time.time,
            hasher=cheap,
        )
    handle = open_database(path, time.time)
    yield handle
    handle.close()


@pytest.fixture(scope="module")
def found(shipped, database):
    """A branch exports too, and a single action is let onto other channels."""
    row = f'{BRANCH} role_permission("branch", "reports.export");'
    web = WEB.replace("web_only(action)", 'web_only(action) and\n  action != "mail:read"')
    new = edited("new", ("metering.polar", BRANCH, row), ("common.polar", WEB, web))
    return compare_sets(shipped, new, database=database)


def groups(found, action):
    return [one for one in found.people.groups if one.signature.action == action]


def test_a_fact_that_was_added_is_named_behind_the_policy_that_it_feeds(found):
    of_units = [one for one in groups(found, "report:export") if one.resources > 1]
    (one,) = of_units
    assert [name for _, name in one.people_shown] == ["Tashkent Branch"]
    assert (one.change, one.resources, one.pairs, one.when) == ("gain", 3, 3, "")
    (policy,) = one.policies
    assert (policy.id, policy.of) == ("metering.supply-company-reaches-its-units", "new")
    (through,) = policy.through
    assert through.startswith("metering.polar:")


def test_a_forbid_that_was_narrowed_is_named_with_its_old_place(found, shipped):
    mail = groups(found, "mail:read")
    assert mail
    for one in mail:
        (policy,) = one.policies
        assert (one.change, policy.id, policy.of) == ("gain", "common.web-only", "old")
        assert policy.place == shipped.place("common.web-only")
        assert one.when.startswith('channel is not "web"')


def test_a_group_has_a_name_that_stays_and_that_no_other_has(found, shipped, database):
    again = compare_sets(found.old, found.new, database=database, show=1)
    ids = [one.id for one in found.people.groups]
    assert [one.id for one in again.people.groups] == ids
    assert len(set(ids)) == len(ids)
    assert all(len(one.people_shown) <= 1 for one in again.people.groups)


def test_nobody_gains_or_loses_where_nothing_changed(shipped, database):
    same = compare_sets(shipped, shipped, database=database)
    assert (same.people.groups, same.changes, same.is_undecided) == ((), False, False)
