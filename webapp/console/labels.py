"""What roles, options and kinds of things are called, in the reader's language.

The policies name roles and options, and the administration knows their English names; one
that a policy adds is shown by its id, so that nothing has to be changed before it works.
"""

from collections.abc import Mapping

from flask import Flask
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from authz.administration import labels

BINDINGS: Mapping[str, LazyString] = {
    "cluster": _l("Cluster"),
    "supply_company": _l("Supply company"),
    "service_organization": _l("Service organization"),
    "manufacturer": _l("Manufacturer"),
    "consumer": _l("Consumer"),
}
STATUSES: Mapping[str, LazyString] = {
    "active": _l("Active"),
    "blocked": _l("Blocked"),
    "deleted": _l("Deleted"),
}
LANGUAGE_NAMES: Mapping[str, str] = {
    "en": "English",
    "ru": "Русский",
    "uz": "Oʻzbekcha",
    "fr": "Français",
}


def install(app: Flask) -> None:
    """Has templates know the words."""
    app.jinja_env.globals |= {
        "role_label": role,
        "option_label": option,
        "binding_label": binding,
        "status_label": lambda id: str(STATUSES.get(id, id)),
    }
    app.jinja_env.filters["word"] = word
    app.jinja_env.filters["words"] = lambda ids: [(id, word(id)) for id in ids]


def role(id: str) -> str:
    """The name of a role or access level."""
    return str(_(labels.role(id)))


def option(id: str) -> str:
    """The name of an additional option."""
    return str(_(labels.option(id)))


def binding(kind: str) -> str:
    """The name of a kind of what people are bound to."""
    return str(BINDINGS.get(kind, kind.replace("_", " ").capitalize()))


def word(id: str) -> str:
    """A word of the database, as people read it."""
    return str(_(id.replace("_", " ").capitalize()))


def role_word(tenant_kind: str) -> str:
    """What a role is called where it is given: R56 calls it an access level."""
    return str(_("Access level") if tenant_kind == "metering" else _("Roles"))
