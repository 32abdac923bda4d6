import email
import logging
from email.policy import default

import pytest

from authz.accounts.mail import Mail, Outbox, Server, Smtp, mailer
from authz.errors import ConfigError, Unavailable
from authz.settings import MailSection
from tests.accounts import smtp
from tests.storage.conftest import Clock

LETTER = Mail("ann@example.org", "Grüße", "Your link: https://example.org/x\n")


def only(folder):
    [path] = folder.iterdir()
    return path, email.message_from_bytes(path.read_bytes(), policy=default)


def sender(server):
    place = Server("127.0.0.1", server.port, "none")
    return Smtp(place, "service@example.org", Clock(), pauses=(0, 0))


def through(server, *mails):
    made = sender(server)
    for mail in mails:
        made.send(mail)
    made.close()


def test_without_a_server_a_mail_is_a_file_for_its_owner_alone(tmp_path):
    folder = tmp_path / "var" / "outbox"
    Outbox(folder, "service@example.org", Clock()).send(LETTER)
    path, mail = only(folder)
    assert (mail["To"], mail["From"]) == ("ann@example.org", "service@example.org")
    assert mail["Subject"] == "Grüße"
    assert "https://example.org/x" in mail.get_content()
    assert path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_two_mails_of_one_moment_are_two_files(tmp_path):
    outbox = Outbox(tmp_path, "service@example.org", Clock())
    outbox.send(LETTER)
    outbox.send(LETTER)
    outbox.close()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(Unavailable, match="cannot write a mail"):
        Outbox(blocked, "service@example.org", Clock()).send(LETTER)


@pytest.mark.socket
def test_a_mail_goes_through_a_server():
    with smtp.running() as server:
        through(server, LETTER, Mail("bob@example.org", "Two", "Second\n"))
    assert ["To: bob@example.org" in mail for mail in server.mails] == [False, True]
    assert "Auto-Submitted: auto-generated" in server.mails[0]


@pytest.mark.socket
def test_what_a_server_refuses_for_now_is_tried_again():
    with smtp.running(refusing=2) as server:
        made = sender(server)
        made.send(LETTER)
        assert server.kept.wait(20)
        made.close()
    assert len(server.mails) == 1


@pytest.mark.socket
def test_a_mail_that_is_given_up_is_reported_without_its_content(caplog):
    caplog.set_level(logging.DEBUG)
    with smtp.running(refusing=9) as server:
        through(server, LETTER)
    assert server.mails == []
    assert "a mail was given up" in caplog.text
    assert "ann@example.org" not in caplog.text
    assert "https" not in caplog.text


@pytest.mark.parametrize("place", ["to", "subject"])
def test_nobody_adds_a_header(place, tmp_path):
    bad = {"to": "a@b.example", "subject": "Hi", "text": "x"}
    bad[place] += "\r\nBcc: all@example.org"
    with pytest.raises(ValueError, match="linefeed|newline|header"):
        Outbox(tmp_path, "service@example.org", Clock()).send(Mail(**bad))
    assert list(tmp_path.iterdir()) == []


def test_a_domain_of_other_letters_is_named_as_mail_servers_know_it(tmp_path):
    strange = Mail("Ann@bücher.example", "Hi", "x")
    Outbox(tmp_path, "service@example.org", Clock()).send(strange)
    assert only(tmp_path)[1]["To"] == "Ann@xn--bcher-kva.example"


def test_who_sends_nothing_has_nothing_to_wait_for():
    Smtp(Server("127.0.0.1", 9, "none"), "service@example.org", Clock()).close()


def test_the_configuration_says_which_it_is(tmp_path):
    secret = tmp_path / "password"
    secret.write_text("swordfish\n")
    assert isinstance(mailer(MailSection(), Clock()), Outbox)
    settings = MailSection(
        server="[::1]:25", security="none", user="me", password_file=secret
    )
    made = mailer(settings, Clock())
    assert made._server == Server("::1", 25, "none", "me", "swordfish")
    assert "swordfish" not in repr(made._server)
    made.close()
    with pytest.raises(ConfigError, match=r"mail\.password_file"):
        mailer(MailSection(server="a.example:25", password_file=tmp_path), Clock())
