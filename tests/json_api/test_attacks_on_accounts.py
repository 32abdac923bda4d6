"""A token in the hands of somebody else takes over no account."""

import pytest

from authz.storage.sessions import CONFIRMED_SECONDS
from tests.administration.conftest import PASSWORD
from tests.administration.names import ROOT, TECH
from tests.json_api.conftest import error


@pytest.mark.parametrize(
    "change", [{"password": "meter2026y"}, {"email": "else@gasmeter.example"}], ids=str
)
def test_who_has_a_token_alone_takes_no_account_over(world, logged_in, change):
    app, at = logged_in(ROOT), f"/users/{world.id(TECH)}"
    world.clock.now += CONFIRMED_SECONDS
    before = app.get(at).json
    assert error(app.patch(at, change)) == (403, "confirmation_needed")
    assert app.get(at).json == before
    assert app.patch(at, {"name": "Tech"}).json["name"] == "Tech"
    assert app.post("/profile/confirm", {"password": PASSWORD}).status_code == 204
    assert app.patch(at, change).status_code == 200


def test_nobody_sets_the_own_password_without_the_old_one(world, logged_in):
    app = logged_in(ROOT)
    answer = app.patch(f"/users/{world.id(ROOT)}", {"password": "meter2026y"})
    assert error(answer)[0] == 422
    assert app.get("/profile").status_code == 200
