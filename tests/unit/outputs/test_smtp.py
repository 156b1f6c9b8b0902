"""Mail on its way: put off, refused, unsafe; nothing is lost, and nothing goes in the clear."""

import asyncio
import shutil
import ssl
import subprocess

import pytest
from aiosmtpd.smtp import AuthResult

from adapter.outputs.alerts.post import Letter
from adapter.outputs.alerts.post import Post as MailServer
from adapter.outputs.base import TryLater
from adapter.outputs.deliver import Count
from tests.conftest import absent
from tests.unit.delivering import NOW, news, settings, tell


def test_60_a_mail_that_is_put_off_goes_again_under_the_same_id(journal, post, listening):
    to = settings(listening())
    news(journal, to)
    post.to_data = "451 come later"
    told = tell(journal, to)
    assert told.counts["email"] == Count(pending=1) and not told.failed_for_good
    assert "451 come later" in told.trouble[0]
    (waiting,) = journal.pending("email")
    assert (waiting.attempts, waiting.next_try_at) == (1, "2026-03-16T09:05:00Z")
    post.to_data = "250 taken"
    tell(journal, to)
    (first,) = post.mails
    with journal._database.writing() as connection:  # as if the answer to it had been lost
        connection.exec_driver_sql("UPDATE journal_delivery SET state = 'pending'")
    tell(journal, to)
    assert [mail["Message-ID"] for mail in post.mails] == [first["Message-ID"]] * 2
    assert first["Message-ID"].endswith("@hospital.example>")


def test_60_a_refused_recipient_is_failed_for_good_and_the_others_hear_of_it(journal, post, listening):
    to = settings(listening(), to=("gone@example.org", "li@example.org", "busy@example.org"))
    post.to_recipient = {"gone@example.org": "550 no such user", "busy@example.org": "450 mailbox busy"}
    news(journal, to)
    told = tell(journal, to)
    assert told.counts["email"] == Count(done=1, pending=1, dead=1) and told.failed_for_good
    assert [mail["To"] for mail in post.mails] == ["li@example.org"]
    assert any("550 no such user" in line for line in told.trouble)
    assert tell(journal, to).counts["email"] == Count(pending=1)


def test_60_a_refused_mail_is_failed_for_good(journal, post, listening):
    to = settings(listening())
    news(journal, to)
    post.to_data = "554 not here"
    assert tell(journal, to).counts["email"] == Count(dead=1)


def test_60_an_answer_that_was_lost_repeats_that_mail_alone_and_what_is_new_goes_beside_it(journal, post, listening):
    to = settings(listening())
    news(journal, to)

    async def taken_and_silent(server, session, envelope):
        post.envelopes.append(envelope)
        server.transport.abort()

    post.handle_DATA = taken_and_silent
    lost = tell(journal, to)
    assert lost.counts["email"] == Count(pending=1) and "may have arrived" in lost.trouble[0]
    news(journal, to, patient="Patient/p2")
    del post.handle_DATA
    assert tell(journal, to).counts["email"] == Count(done=2)
    first, again, other = post.mails
    assert first["Message-ID"] == again["Message-ID"] != other["Message-ID"]
    assert first.get_content() == again.get_content() and "S-0002" in other.get_content()


def test_60_a_server_that_falls_silent_after_the_mail_is_left(journal, post, listening):
    to = settings(listening())
    news(journal, to)
    gone = asyncio.Event()

    async def silent(server, session, envelope):
        post.envelopes.append(envelope)
        await gone.wait()

    post.handle_DATA = silent
    with pytest.raises(TryLater, match="may have arrived"):
        MailServer(to, deadline_s=0.3).send(Letter("zhang@example.org", "k", NOW, "subject", "text"))
    assert len(post.envelopes) == 1


def test_nobody_at_home_leaves_it_pending(journal, listening):
    to = settings(1)
    news(journal, to)
    told = tell(journal, to)
    assert told.counts["email"] == Count(pending=1) and "127.0.0.1:1" in told.trouble[0]


def test_who_is_no_longer_to_be_told_is_not(journal, post, listening):
    port = listening()
    news(journal, settings(port))
    assert tell(journal, settings(port, to=("li@example.org",))).counts["email"] == Count(dead=1)
    assert post.mails == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    if not shutil.which("openssl"):
        absent("openssl")
    home = tmp_path_factory.mktemp("tls")
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", home / "key.pem", "-out", home / "cert.pem"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *files, *name]
    subprocess.run(command, check=True, capture_output=True)
    return home


@pytest.fixture
def served(certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return context


def test_60_tls_is_checked_against_the_ca_file(journal, post, listening, served, certificate):
    port = listening(tls_context=served, require_starttls=True)
    to = settings(port, host="localhost", security="starttls", ca_file=certificate / "cert.pem")
    news(journal, to)
    untrusted = tell(journal, replace_ca(to, None))
    assert untrusted.counts["email"] == Count(pending=1, stuck=1) and "no safe connection" in untrusted.trouble[0]
    unnamed = tell(journal, to.model_copy(update={"host": "127.0.0.1"}))
    assert unnamed.counts["email"] == Count(pending=1, stuck=1)
    assert post.mails == []
    assert tell(journal, to).counts["email"] == Count(done=1)


def replace_ca(to, file):
    return to.model_copy(update={"ca_file": file})


def test_60_a_server_without_starttls_gets_no_mail_in_the_clear(journal, post, listening):
    to = settings(listening(), host="localhost", security="starttls")
    news(journal, to)
    told = tell(journal, to)
    assert told.counts["email"] == Count(pending=1, stuck=1) and post.mails == []


def test_a_password_that_is_refused_waits_for_a_person(journal, post, listening, served, certificate):
    port = listening(tls_context=served, authenticator=lambda *_: refused(), auth_require_tls=True)
    to = settings(port, host="localhost", security="starttls", ca_file=certificate / "cert.pem", username="screening")
    news(journal, to)
    told = tell(journal, to, password="pass-canary")
    assert told.counts["email"] == Count(pending=1, stuck=1)
    assert "535" in told.trouble[0] and "canary" not in told.trouble[0]


def refused():
    return AuthResult(success=False, handled=False)
