"""What forms and lists are made of has a word in every language."""

import pytest

from authz.administration import labels, noted, settings
from authz.administration.access import BINDING_KINDS
from authz.administration.rules import rules
from authz.said import Said
from authz.storage import organizations, people, places, tenants, units
from authz.storage.things import OPEN
from authz.terms import term
from tests.shipped import shipped

NAMES = {
    "types": tuple(shipped().schema.types),
    "fields of things": tuple({name for of in noted.FIELDS.values() for name in of}),
    "fields of settings": tuple({name for of in settings.AREAS.values() for name in of}),
    "bindings": BINDING_KINDS,
    "organizations": organizations.KINDS,
    "places": tuple(places.PARENTS),
    "categories": organizations.CATEGORIES,
    "statuses": (*people.STATUSES, *tenants.STATUSES, *units.STATUSES, OPEN),
    "resources": units.RESOURCES,
}


@pytest.mark.parametrize("what", NAMES)
def test_r53_what_people_read_of_has_a_word(what):
    assert [name for name in NAMES[what] if not isinstance(term(name), Said)] == []


@pytest.mark.parametrize("kind", tenants.KINDS)
def test_r53_the_roles_and_options_of_the_policies_have_a_name(kind):
    known = rules(shipped(), kind)
    named = [*map(labels.role, known.roles), *map(labels.option, known.options)]
    assert named
    assert [name for name in named if not isinstance(name, Said)] == []
