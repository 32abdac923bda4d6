"""Where a user is logged in, for who looks after the account."""

from authz.administration import logins
from webapp.json_api.answers import DONE, Done
from webapp.json_api.declared import Routes
from webapp.json_api.login_shapes import Ended, Logins, logins_shape
from webapp.json_api.parts import Present

routes = Routes("logins", __name__, group="Users")


@routes.route_of(
    "GET",
    "/users/<id>/sessions",
    "Where a user is logged in",
    answer=Logins,
    action=logins.LOOK_AFTER,
    on="user",
)
def list_logins(who: Present, id: str) -> Logins:
    """Browsers and apps."""
    return logins_shape(logins.live(who.desk, id), who.person.session)


@routes.route_of(
    "DELETE",
    "/users/<id>/sessions/<handle>",
    "End a login of a user",
    action=logins.LOOK_AFTER,
    on="user",
)
def end(who: Present, id: str, handle: str) -> Done:
    """That login ends, and its tokens with it."""
    logins.end(who.desk, id, handle)
    return DONE


@routes.route_of(
    "DELETE",
    "/users/<id>/sessions",
    "End all logins of a user",
    answer=Ended,
    action=logins.LOOK_AFTER,
    on="user",
)
def end_all(who: Present, id: str) -> Ended:
    """All of them end."""
    return Ended(logins.end_all(who.desk, id))
