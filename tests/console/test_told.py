"""What is wrong with a form is told in the reader's language, whatever is wrong with it."""

import re
from html import unescape

import pytest

from tests.administration.conftest import PASSWORD, Clock, World
from tests.console.conftest import (
    FIELD,
    OWNER,
    ROOT_ADMIN,
    TECH,
    TEMPLATES,
    Browser,
    console_of,
)
from webapp.console.app import create_app

#: An error beside its field, in a row of a table, and in the list above a form.
BESIDE = re.compile(r'class="error"[^>]*>.*?<span>(.*?)</span>', re.DOTALL)
ABOVE = re.compile(r'id="summary".*?</div></div>', re.DOTALL)
LINE = re.compile(r"<p>(?:<a[^>]*>)?(.*?)(?:</a>)?</p>", re.DOTALL)
LATIN = re.compile(r"[A-Za-z]{2,}")
CYRILLIC = re.compile(r"[А-Яа-яЁё]")
#: Words of a Russian sentence that are written so everywhere.
WRITTEN_SO = {"https", "example", "org"}
#: What else stands in a sentence as it is: what may be typed.
OFFERED = {
    "a near time zone": "tashkent",
    "an unknown language": "en ru uz fr",
    "a table without e-mails": "email",
    "an unknown column": "name",
    "a unit of a strange state": "working sealed repair",
}
LONG = "x" * 300
WEAK = "12345678"
PERSON = {
    "email": "ann@gasmeter.example",
    "name": "Энн",
    "password": "meter2026y",
    "timezone": "Asia/Tashkent",
    "language": "ru",
}
FIRM = PERSON | {
    "company": "Сола",
    "slug": "sola-grid",
    "kind": "minigrid",
    "email": "o@sola.example",
}
UNIT = {
    "name": "Линия",
    "supply_company": "hg-poytaxt",
    "resource": "gas",
    "status": "working",
    "id": "mu-901",
}
CUSTOMER = {"name": "Хасан", "cluster": "mafia"}
#: Who sends what to which form.
FORMS = {
    "a person without an e-mail": (ROOT_ADMIN, "/users/add", PERSON | {"email": ""}),
    "a person without a name": (ROOT_ADMIN, "/users/add", PERSON | {"name": ""}),
    "a person with a long name": (ROOT_ADMIN, "/users/add", PERSON | {"name": LONG}),
    "a person with an unseen sign": (
        ROOT_ADMIN,
        "/users/add",
        PERSON | {"name": "\u202eb"},
    ),
    "a person twice": (ROOT_ADMIN, "/users/add", PERSON | {"email": ROOT_ADMIN}),
    "an e-mail without a sign": (ROOT_ADMIN, "/users/add", PERSON | {"email": "ann"}),
    "an e-mail without a domain": (ROOT_ADMIN, "/users/add", PERSON | {"email": "ann@x"}),
    "a bad domain": (ROOT_ADMIN, "/users/add", PERSON | {"email": "ann@-.uz"}),
    "an e-mail in two scripts": (ROOT_ADMIN, "/users/add", PERSON | {"email": "aннa@x.uz"}),
    "a dot at the end": (ROOT_ADMIN, "/users/add", PERSON | {"email": "ann.@x.uz"}),
    "a bad sign": (ROOT_ADMIN, "/users/add", PERSON | {"email": "an(n@x.uz"}),
    "a short password": (ROOT_ADMIN, "/users/add", PERSON | {"password": "a1"}),
    "a weak password": (ROOT_ADMIN, "/users/add", PERSON | {"password": WEAK}),
    "a common password": (ROOT_ADMIN, "/users/add", PERSON | {"password": "password1"}),
    "a long word": (
        ROOT_ADMIN,
        "/users/add",
        PERSON | {"password": "abcdefgh"},
    ),
    "a near time zone": (ROOT_ADMIN, "/users/add", PERSON | {"timezone": "Asia/Tashkant"}),
    "an unknown language": (ROOT_ADMIN, "/users/add", PERSON | {"language": "de"}),
    "an edited person": (ROOT_ADMIN, "/users/{tech}/edit", PERSON | {"name": ""}),
    "an old version": (ROOT_ADMIN, "/users/{tech}/edit", PERSON | {"version": "0"}),
    "a role without its binding": (
        ROOT_ADMIN,
        "/users/{tech}/permissions",
        {"level": "service_company_admin"},
    ),
    "an option that is not taken": (
        ROOT_ADMIN,
        "/users/{tech}/permissions",
        {"level": "platform_reader", "options": "reporting"},
    ),
    "an option without a level": (
        ROOT_ADMIN,
        "/users/{tech}/permissions",
        {"options": "reporting"},
    ),
    "an unknown level": (ROOT_ADMIN, "/users/{tech}/permissions", {"level": "emperor"}),
    "a binding to nothing": (
        ROOT_ADMIN,
        "/users/{tech}/permissions",
        {"level": "service_company_admin", "service_organization": "nowhere"},
    ),
    "a role that ended": (
        OWNER,
        "/users/{field}/permissions",
        {"roles": "user", "expires_at-user": "2001-01-01T00:00"},
    ),
    "an end that is no time": (
        OWNER,
        "/users/{field}/permissions",
        {"roles": "user", "expires_at-user": "soon"},
    ),
    "a table without e-mails": (ROOT_ADMIN, "/users/import", {"table": "name\nАнна\n"}),
    "an unknown column": (ROOT_ADMIN, "/users/import", {"table": "email,nam\na@x.uz,b\n"}),
    "a row with more cells": (ROOT_ADMIN, "/users/import", {"table": "email\na@x.uz,b\n"}),
    "the same person twice": (
        ROOT_ADMIN,
        "/users/import",
        {"table": "email\na@x.uz\nA@x.uz\n"},
    ),
    "a bad row": (ROOT_ADMIN, "/users/import", {"table": "email,name\nann,Анна\n"}),
    "a status in a table": (
        ROOT_ADMIN,
        "/users/import",
        {"table": "email,name,status\na@x.uz,Анна,blocked\n"},
    ),
    "a unit without a name": (ROOT_ADMIN, "/units/add", UNIT | {"name": ""}),
    "a unit without a supplier": (ROOT_ADMIN, "/units/add", UNIT | {"supply_company": ""}),
    "a unit that is there": (ROOT_ADMIN, "/units/add", UNIT | {"id": "mu-101"}),
    "a unit of a strange state": (ROOT_ADMIN, "/units/add", UNIT | {"status": "lost"}),
    "a unit of nobody": (ROOT_ADMIN, "/units/add", UNIT | {"consumer": "nobody"}),
    "a unit served by nobody": (
        ROOT_ADMIN,
        "/units/mu-101/service",
        {"service_organization": "nobody"},
    ),
    "a device with a short password": (
        ROOT_ADMIN,
        "/units/mu-101/device-password",
        {"device_password": "a"},
    ),
    "an organization without a name": (
        ROOT_ADMIN,
        "/organizations/manufacturer/add",
        {"name": ""},
    ),
    "an organization that is there": (
        ROOT_ADMIN,
        "/organizations/manufacturer/add",
        {"name": "Завод", "id": "ekdev"},
    ),
    "a company below itself": (
        ROOT_ADMIN,
        "/organizations/supply_company/hududgaz/edit",
        {"name": "Худудгаз", "parent": "hg-navoiy"},
    ),
    "a company below nothing": (
        ROOT_ADMIN,
        "/organizations/supply_company/hududgaz/edit",
        {"name": "Худудгаз", "parent": "nowhere"},
    ),
    "a place without a name": (OWNER, "/locations/cluster/add", {"name": ""}),
    "a place in nothing": (
        OWNER,
        "/locations/minigrid/add",
        {"name": "Остров", "parent": "nowhere"},
    ),
    "a customer without a name": (
        OWNER,
        "/records/customer/add",
        CUSTOMER | {"name": ""},
    ),
    "a customer with a long phone": (
        OWNER,
        "/records/customer/add",
        CUSTOMER | {"phone": LONG},
    ),
    "a customer nowhere": (OWNER, "/records/customer/add", CUSTOMER | {"cluster": ""}),
    "a customer twice": (
        OWNER,
        "/records/customer/add",
        CUSTOMER | {"id": "cust-1"},
    ),
    "an amount that is no number": (
        OWNER,
        "/records/payment/add",
        {"name": "Март", "amount": "много"},
    ),
    "an asset for nobody": (OWNER, "/records/asset/shs-7/assign", {"customer": "nobody"}),
    "a comment of nothing": (OWNER, "/records/ticket/t-1/comment", {"note": ""}),
    "an address without https": (OWNER, "/settings/map", {"url": "http://maps.example"}),
    "a latitude beyond the pole": (OWNER, "/settings/map", {"latitude": "91"}),
    "an answer to no e-mail": (OWNER, "/settings/mail", {"reply_to": "nobody"}),
    "a company without a name": (OWNER, "/settings", {"name": " "}),
    "a weak password of the pages": (
        OWNER,
        "/settings/protected-pages",
        {"password": WEAK, "password_again": WEAK},
    ),
    "a password that is not the same": (
        OWNER,
        "/profile/password",
        {"old_password": PASSWORD, "password": "meter2026y", "password_again": "x"},
    ),
    "a wrong old password": (
        OWNER,
        "/profile/password",
        {"old_password": "x", "password": "meter2026y", "password_again": "meter2026y"},
    ),
    "a profile without a name": (OWNER, "/profile", {"name": "", "language": "ru"}),
    "a wrong confirmation": (OWNER, "/confirm", {"password": "x"}),
    "a key for nothing": (OWNER, "/clients/add", {"name": "Приложение"}),
    "a key without a name": (
        OWNER,
        "/clients/add",
        {"name": "", "scopes": "decision:check"},
    ),
    "a registration without a name": (None, "/register", FIRM | {"company": "С"}),
    "a registration with a bad e-mail": (None, "/register", FIRM | {"email": "o@"}),
}


@pytest.fixture(scope="module")
def russian(seeded, tmp_path_factory):
    """A world in which everybody reads Russian, and browsers in front of its console."""
    path = tmp_path_factory.mktemp("told") / "gatehouse.db"
    path.write_bytes(seeded.read_bytes())
    path.chmod(0o600)
    world = World(path, Clock())
    world.database.db.execute_sql("UPDATE account SET language = 'ru'")
    app = create_app(console_of(world))
    app.jinja_env.bytecode_cache = TEMPLATES
    browsers = {who: Browser(app) for who in (OWNER, ROOT_ADMIN, None)}
    for who in (OWNER, ROOT_ADMIN):
        browsers[who].log_in(who)
    yield world, browsers
    world.close()


@pytest.fixture(scope="module")
def send(russian):
    """Sends somebody's form."""
    world, browsers = russian
    tokens = {
        who: browser.token("/profile" if who else "/register")
        for who, browser in browsers.items()
    }

    def send(who, path, form):
        address = path.format(tech=world.id(TECH), field=world.id(FIELD))
        filled = {"csrf_token": tokens[who]} | form
        return browsers[who].send(address, filled, headers={"Accept-Language": "ru"})

    return send


def wrongs(page):
    """The errors that a page tells."""
    above = ABOVE.search(page)
    found = BESIDE.findall(page) + (LINE.findall(above[0]) if above else [])
    return {unescape(re.sub("<[^>]+>", "", text)).strip() for text in found}


@pytest.mark.parametrize("what", FORMS)
def test_r53_no_english_error_reaches_a_russian_page(send, what):
    who, path, form = FORMS[what]
    answer = send(who, path, form)
    assert answer.status_code in (409, 422), answer.location
    found = wrongs(answer.text)
    assert found
    typed = {word.lower() for word in LATIN.findall(" ".join(form.values()))}
    known = typed | WRITTEN_SO | set(OFFERED.get(what, "").split())
    for text in found:
        assert CYRILLIC.search(text)
        assert {word.lower() for word in LATIN.findall(text)} - known == set(), text


@pytest.mark.parametrize(
    ("who", "path", "word", "english"),
    [
        (OWNER, "/roles", "Финансовый менеджер", "Financial Manager"),
        (ROOT_ADMIN, "/users/{tech}/permissions", "Отчётность", "Reporting"),
        (ROOT_ADMIN, "/units", "В ремонте", "Repair"),
        (ROOT_ADMIN, "/units/add", "Электричество", "Electricity"),
    ],
    ids=["roles", "options", "statuses", "resources"],
)
def test_r53_what_the_policies_and_the_tables_name_is_called_in_russian(
    russian, who, path, word, english
):
    world, browsers = russian
    page = browsers[who].get(path.format(tech=world.id(TECH))).text
    assert word in page
    assert english not in page
