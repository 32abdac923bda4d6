"""Roles and what they carry, as the policies say it."""

from flask import render_template
from flask.typing import ResponseReturnValue

from authz.administration import matrix
from authz.storage.role_holders import COUNT_MAX
from webapp.console.labels import role_word
from webapp.console.needs import Pages
from webapp.console.visitor import present

pages = Pages("roles", __name__)


@pages.page("/roles", action="access:explain")
def page() -> ResponseReturnValue:
    """The matrix. The rows of the policies are all there is to it."""
    who = present()
    found = matrix.matrix(who.desk)
    groups: dict[str, list[matrix.Permission]] = {}
    carried = {p for role in found.roles for p in role.permissions}
    carried |= {p for r in found.roles for o in r.options for p in found.options.get(o, ())}
    for permission in found.permissions:
        if permission.id not in carried:
            continue
        groups.setdefault(permission.id.partition(".")[0], []).append(permission)
    return render_template(
        "roles.html",
        found=found,
        groups=groups,
        level_word=role_word(who.tenant.kind),
        count_max=COUNT_MAX,
    )
