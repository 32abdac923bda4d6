"""An app whose key or company has come to its end gets nothing done any more."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from authz.administration import registered
from authz.administration.registered import App as Asking
from authz.administration.registered import Registration
from authz.errors import Forbidden
from authz.storage import clients, tenants
from authz.storage.events import SERVICE
from authz.storage.sessions import CONFIRMED_SECONDS
from tests.administration.conftest import PASSWORD
from tests.administration.names import AMINA
from tests.json_api.conftest import App, error, key_of
from tests.shipped import shipped

CUSTOMER = {"attributes": {"cluster": "mafia"}}


def test_an_app_of_a_suspended_company_registers_nothing(world, anybody):
    key = key_of(world, "pwani", "api", "facts:write")
    tenants.set_status(world.database, "pwani", "suspended", actor=SERVICE)
    before = world.events("pwani")
    answer = anybody.put("/resources/customer/c-1", CUSTOMER, bearer=key)
    assert error(answer) == (403, "forbidden")
    assert error(anybody.delete("/resources/customer/cust-1", bearer=key))[0] == 403
    assert world.events("pwani") == before
    tenants.set_status(world.database, "pwani", "active", actor=SERVICE)
    answer = anybody.put("/resources/customer/c-1", CUSTOMER, bearer=key)
    assert answer.status_code == 200


def test_a_key_that_ends_while_its_request_waits_writes_nothing(world):
    made, _ = clients.create(
        world.database, "pwani", "till", ["facts:write"], actor=SERVICE
    )
    clients.revoke(world.database, "pwani", made.id, actor=SERVICE)
    wanted = [Registration("customer", "c-1", {"cluster": "mafia"})]
    asking = Asking(made, None, None)
    with pytest.raises(Forbidden, match="the API key has ended"):
        registered.save(world.database, shipped().schema, asking, wanted)


def test_a_token_ends_with_the_key_of_its_app(world, flask):
    end = world.clock.now + 60
    _, key = clients.create(
        world.database, "pwani", "till", ["decision:check"], actor=SERVICE, expires_at=end
    )
    app = App(flask, key.text)
    assert app.log_in(AMINA).json["expires_in"] == 60
    assert app.get("/profile").status_code == 200
    world.clock.now = end
    assert error(app.get("/profile")) == (401, "unauthenticated")
    answer = app.post("/token/refresh", {"refresh_token": app.refresh_token}, bearer="")
    assert error(answer) == (401, "unauthenticated")


def test_a_login_without_a_session_gets_no_other_token(world, logged_in):
    app = logged_in(AMINA)
    # WHY by hand: a login from before apps had sessions has none.
    world.database.db.execute_sql(
        "DELETE FROM session WHERE account = ?", [world.id(AMINA)]
    )
    answer = app.post("/token/refresh", {"refresh_token": app.refresh_token}, bearer="")
    assert error(answer) == (401, "unauthenticated")


def test_who_has_a_token_alone_makes_nobody_who_may_do_something(world, logged_in):
    app = logged_in(AMINA)
    world.clock.now += CONFIRMED_SECONDS
    person = {"email": "other@pwani.example", "name": "Other", "password": "meter2026y"}
    armed = person | {"access": {"roles": [{"role": "admin"}]}}
    assert error(app.post("/users", armed)) == (403, "confirmation_needed")
    assert app.post("/users", person).json["roles"] == []
    assert app.post("/profile/confirm", {"password": PASSWORD}).status_code == 204
    other = app.post("/users", armed | {"email": "third@pwani.example"})
    assert [one["role"] for one in other.json["roles"]] == ["admin"]


def test_of_many_who_refresh_at_once_none_keeps_a_login(logged_in, flask):
    app = logged_in(AMINA)
    body = {"refresh_token": app.refresh_token}

    def refresh(_):
        return App(flask).post("/token/refresh", body)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(refresh, range(4)))
    won = [one.json["access_token"] for one in answers if one.status_code == 200]
    # WHY none at times: the login may have ended before the first has its token.
    assert len(won) <= 1
    assert all(
        error(app.get("/profile", bearer=one))[0] == 401 for one in (app.token, *won)
    )
