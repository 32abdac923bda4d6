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
from authz.engine.catalogue import CatalogueEntry, in_language
from authz.terms import term
from webapp.console.asked import as_sentence
from webapp.console.catalogues import in_reader_language
from webapp.console.words import language

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
        "status_label": status,
    }
    app.jinja_env.globals["policy_title"] = policy
    app.jinja_env.filters["told"] = as_sentence
    app.jinja_env.filters["word"] = word
    app.jinja_env.filters["words"] = lambda ids: [(id, word(id)) for id in ids]


def role(id: str) -> str:
    """The name of a role or access level."""
    return in_reader_language(labels.role(id))


def option(id: str) -> str:
    """The name of an additional option."""
    return in_reader_language(labels.option(id))


def policy(entry: CatalogueEntry) -> str:
    """The title of a policy."""
    return in_language(language(), entry.titles)


def binding(kind: str) -> str:
    """The name of a kind of what people are bound to."""
    return str(BINDINGS.get(kind, kind.replace("_", " ").capitalize()))


def status(id: str) -> str:
    """The status of an account, a company or a thing."""
    return str(STATUSES[id]) if id in STATUSES else word(id)


def word(id: str) -> str:
    """A word of the database, as people read it."""
    text = in_reader_language(term(id)).replace("_", " ")
    return text[:1].upper() + text[1:]


def role_word(tenant_kind: str) -> str:
    """What a role is called where it is given: R56 calls it an access level."""
    return str(_("Access level") if tenant_kind == "metering" else _("Roles"))
