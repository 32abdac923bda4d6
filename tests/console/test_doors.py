"""Who comes in: the host, the headers, the tokens of forms, the login and its end."""

import pytest

from tests.console.conftest import OWNER, PASSWORD, Browser, console_of
from webapp.console.app import create_app
from webapp.console.cookies import PREFIX
from webapp.console.gate import is_local


def cookies_of(answer):
    """Name -> the whole cookie that was set."""
    return {text.partition("=")[0]: text for text in answer.headers.getlist("Set-Cookie")}


def test_r01_nobody_sees_a_page_without_logging_in(browser):
    answer = browser.get("/users?q=amina")
    assert answer.status_code == 303
    assert answer.location == "/login?next=/users?q%3Damina"


def test_r01_who_logs_in_sees_the_page_that_was_asked_for(browser):
    answer = browser.log_in(OWNER, next="/users?q=amina")
    assert (answer.status_code, answer.location) == (303, "/users?q=amina")
    assert "amina.owner@pwani.example" in browser.get("/users?q=amina").text


@pytest.mark.parametrize(
    "next",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "evil",
    ],
)
def test_the_login_leads_to_no_other_host(browser, next):
    assert browser.log_in(OWNER, next=next).location == "/"


def test_local_addresses_are_told_from_others():
    assert is_local("/users?q=a%20b")
    assert not is_local("/" + "a" * 3000)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (OWNER, "wrong12345"),
        ("nobody@pwani.example", PASSWORD),
        ("", ""),
        ("a\x00b", "x" * 2000),
    ],
)
def test_a_wrong_login_has_one_text(browser, email, password):
    answer = browser.log_in(email, password)
    assert answer.status_code == 401
    assert "E-mail or password is wrong." in answer.text
    assert password not in answer.text or not password
    assert "gatehouse=" not in str(cookies_of(answer))


def test_too_many_wrong_logins_are_told_how_long_to_wait(browser):
    for _ in range(10):
        browser.log_in(OWNER, "wrong12345")
    answer = browser.log_in(OWNER, PASSWORD)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 200
    assert "Too many failed attempts. Try again in 5 minutes." in answer.text


def test_logging_out_ends_the_session_on_the_server(logged_in):
    browser = logged_in(OWNER)
    kept = browser.session()
    answer = browser.post("/logout")
    assert (answer.status_code, answer.location) == (303, "/login")
    assert "You are logged out." in browser.get("/login").text
    browser.take_session(kept)
    assert browser.get("/profile").status_code == 303


def test_the_login_has_another_session_than_before(logged_in):
    browser = logged_in(OWNER)
    before = browser.session()
    token = browser.token("/profile")
    form = {"csrf_token": token, "email": OWNER, "password": PASSWORD}
    assert browser.send("/login", form).status_code == 303
    assert browser.session() != before
    browser.take_session(before)
    assert browser.get("/profile").status_code == 303


def test_an_idle_session_ends_after_half_an_hour(world, logged_in):
    browser = logged_in(OWNER)
    world.clock.now += 29 * 60
    assert browser.get("/profile").status_code == 200
    world.clock.now += 31 * 60
    assert browser.get("/profile").status_code == 303


def test_every_page_forbids_foreign_scripts_frames_and_caches(browser):
    for path in ("/login", "/nothing-here"):
        headers = browser.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self'; ")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"
        assert "Cookie" in headers["Vary"]
        assert "Strict-Transport-Security" not in headers


def test_pages_hold_no_inline_script_and_no_inline_style(logged_in):
    browser = logged_in(OWNER)
    for path in ("/", "/profile", "/users", "/users/add"):
        text = browser.get(path).text
        assert "<style" not in text
        assert " style=" not in text
        assert " onclick=" not in text
        assert text.count("<script") == text.count("<script src=")


def test_without_tls_cookies_are_plain_and_for_this_machine(browser):
    cookies = cookies_of(browser.log_in(OWNER))
    assert "gatehouse" in cookies
    for cookie in cookies.values():
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert "Secure" not in cookie
        assert "Domain" not in cookie


def test_behind_tls_cookies_are_bound_to_the_host(world):
    app = create_app(console_of(world, origin="https://gate.example"))
    client = app.test_client()
    page = client.get("/login", base_url="http://127.0.0.1:8081")
    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    for name, cookie in cookies_of(page).items():
        assert name.startswith(PREFIX)
        assert "Secure" in cookie
        assert "Path=/" in cookie


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_another_name_of_the_host_is_refused(app, host):
    answer = app.test_client().get("/login", headers={"Host": host})
    assert answer.status_code in (400, 421)
    assert "<form" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://127.0.0.1:8080"},
    ],
)
def test_a_form_from_another_origin_is_refused(logged_in, headers):
    browser = logged_in(OWNER)
    answer = browser.post("/logout", headers=headers)
    assert answer.status_code == 403
    assert browser.get("/profile").status_code == 200


def test_a_form_of_our_own_is_taken(logged_in):
    headers = {"Origin": "http://127.0.0.1:8081", "Sec-Fetch-Site": "same-origin"}
    assert logged_in(OWNER).post("/logout", headers=headers).status_code == 303


@pytest.mark.parametrize("token", ["", "wrong", "a.b.c"])
def test_r46_a_form_without_its_token_is_refused(logged_in, token):
    browser = logged_in(OWNER)
    assert browser.send("/logout", {"csrf_token": token}).status_code == 400
    assert browser.get("/profile").status_code == 200


def test_the_token_of_another_visitor_is_refused(app, logged_in):
    token = Browser(app).token("/login")
    assert logged_in(OWNER).send("/logout", {"csrf_token": token}).status_code == 400


def test_a_body_beyond_the_limit_is_refused(logged_in):
    form = {"email": "a" * 300_000}
    assert logged_in(OWNER).post("/users/add", form).status_code == 413


def test_a_form_of_very_many_parts_is_refused(logged_in):
    form = {f"field-{number}": "x" for number in range(2_000)}
    answer = logged_in(OWNER).post("/users/add", form, content_type="multipart/form-data")
    assert answer.status_code == 413


def test_a_field_that_comes_twice_is_refused(logged_in):
    browser = logged_in(OWNER)
    form = {
        "email": ["a@b.example", "c@d.example"],
        "csrf_token": browser.token("/profile"),
    }
    assert browser.send("/users/add", form).status_code == 400


def test_a_page_that_is_not_there_says_so_with_the_number_of_the_request(browser):
    answer = browser.get("/nothing-here")
    assert answer.status_code == 404
    assert answer.headers["X-Request-ID"] in answer.text


def test_a_database_that_is_gone_is_told_without_asking_it(world, logged_in):
    browser = logged_in(OWNER)
    world.path.unlink()
    answer = browser.get("/users")
    assert answer.status_code == 503
    assert "The facts cannot be reached" in answer.text


def test_what_pages_are_drawn_with_is_kept_for_good(browser):
    page = browser.get("/login").text
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    answer = browser.get(address)
    assert answer.status_code == 200
    assert answer.content_type == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]
    assert browser.get(address.replace("app.", "app.0")).status_code == 404
