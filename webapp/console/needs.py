"""What each page needs of whoever opens it: the table that the gate asks.

A page is declared together with its need, so that there is none without. A need is an
action and what it is asked of; who may do it is for the policies to say.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from flask import Blueprint, Flask

from authz.administration.person import Person
from authz.errors import ConfigError

View = TypeVar("View", bound=Callable[..., Any])
#: Where the table of an application is kept.
TABLE = "gatehouse.needs"
#: What a need is asked of, besides the type of a thing: the tenant, or the own account.
TENANT, SELF = "tenant", "self"


class Question(NamedTuple):
    """An action, and what it is asked of."""

    action: str
    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Need:
    """What a page needs of whoever opens it."""

    #: The action, as `user:list`, or `{kind}:list` where the address has a part `kind`;
    #: None: to be logged in is enough, or not even that.
    action: str | None = None
    #: TENANT, SELF, or the type of the thing whose id is in the address, as `{kind}`.
    on: str = TENANT
    #: Name of the part of the address that is the id of that thing.
    key: str = "id"
    #: Anybody may open it.
    public: bool = False
    #: The password must have been given a short while ago.
    confirmed: bool = False
    #: The scope of an API key; such a request comes from an app, and from no person.
    scope: str = ""

    def question(self, person: Person, values: Mapping[str, Any]) -> Question | None:
        """What the policies are asked; None where to be logged in is enough.

        values: the parts of the address.
        """
        if self.action is None:
            return None
        action, type = self.action.format(**values), self.on.format(**values)
        if self.on == SELF:
            return Question(action, "user", person.account)
        if self.on == TENANT:
            return Question(action, "tenant", person.tenant)
        return Question(action, type, str(values[self.key]))


class Pages(Blueprint):
    """The pages of one noun, each with its need."""

    def __init__(self, name: str, import_name: str):
        super().__init__(name, import_name)
        #: Name of a view -> its need.
        self.needs: dict[str, Need] = {}

    def page(
        self,
        rule: str,
        *,
        methods: Iterable[str] = ("GET",),
        action: str | None = None,
        on: str = TENANT,
        key: str = "id",
        public: bool = False,
        personal: bool = False,
        confirmed: bool = False,
    ) -> Callable[[View], View]:
        """Declares a view at an address; one of `action`, `public` and `personal` is said.

        personal: whoever is logged in may open it. confirmed: only shortly after the
        password was given, as for what cannot be undone.
        """
        if [action is not None, public, personal].count(True) != 1:
            raise ConfigError(f"the page `{rule}` says nothing, or two things, of its need")

        def declare(view: View) -> View:
            name = view.__name__
            self.needs[name] = Need(action, on, key, public, confirmed)
            # WHY no OPTIONS: nobody else's page has business here.
            self.add_url_rule(
                rule,
                endpoint=name,
                view_func=view,
                methods=tuple(methods),
                provide_automatic_options=False,
            )
            return view

        return declare


def register(app: Flask, all_pages: Iterable[Pages]) -> None:
    """Adds the pages, and their needs to the table of the application.

    Raises: ConfigError for an address that nothing was declared of.
    """
    table: dict[str, Need] = {}
    for pages in all_pages:
        app.register_blueprint(pages)
        table |= {f"{pages.name}.{name}": need for name, need in pages.needs.items()}
    app.extensions[TABLE] = table
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in table:
            raise ConfigError(f"the page `{rule.rule}` does not declare what it needs")


def needs(app: Flask) -> Mapping[str, Need]:
    """Endpoint -> need, of every page there is."""
    table: Mapping[str, Need] = app.extensions[TABLE]
    return table
