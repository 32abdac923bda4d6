"""What a list of people marks about each, worked out by the database for all of a page."""

from authz.administration.access import rules_of
from authz.administration.desk import PERSON, Desk
from authz.decisions.tree import Tree, every, some
from authz.engine.conditions import Attr, Literal, Op

#: The actions that the person who looks may do to each.
MARKED = ("user:update", "user:set_password", "user:delete")
LACKS_BINDING = "lacks_binding"


def of_people(desk: Desk) -> dict[str, Tree]:
    """What is told of each person: the open actions, who is the last of a kind, and whose
    role lacks a binding.

    WHY the last two: the page says why somebody cannot be deleted, or can do nothing.
    """
    declared = desk.policies.schema.types[PERSON].attributes.values()
    last: dict[str, Tree] = {
        one.name: Literal(Op.ONE_OF, Attr("resource", one.name), (True,))
        for one in declared
        if one.sole_holder_of
    }
    actions = {action: desk.filter(action, PERSON).tree for action in MARKED}
    return last | actions | {LACKS_BINDING: _lacking(desk)}


def _lacking(desk: Desk) -> Tree:
    """Whoever holds a role without a binding that it needs."""
    roles, kinds = Attr("resource", "roles"), Attr("resource", "binding_kinds")
    return some(
        every((Literal(Op.HOLDS, roles, (role.id,)), Literal(Op.LACKS, kinds, (kind,))))
        for role in rules_of(desk).roles.values()
        for kind in role.requires
    )
