"""Certificates that will expire are told to IT in time: those of files, and those that servers show."""

import socket
import ssl
import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from adapter.incidents.expiry import next_end, shown_end
from tests.unit.ailing import DAY, MORNING, Site
from tests.unit.delivering import Post, listen


@pytest.fixture
def site(tmp_path):
    post = Post()
    with ExitStack() as stack:
        yield Site(tmp_path, stack.enter_context(listen(post)), post)


def test_a_certificate_that_expires_is_told_at_thirty_days_and_at_seven(site, tmp_path):
    ends = MORNING + timedelta(days=29, hours=1)
    leaf = trustme.CA().issue_cert("localhost", not_after=ends)
    leaf.private_key_and_cert_chain_pem.write_to_path(tmp_path / "cert.pem")
    site.tables = {"fhir": {"client_cert_file": str(tmp_path / "cert.pem")}}
    assert next_end(tmp_path / "cert.pem") == ends
    site.good()
    assert site.subjects() == ["a certificate expires on 2026-04-14: fhir.client_cert_file, 30 days"]
    site.now += 23 * DAY
    site.good()
    assert site.subjects()[1].startswith("a certificate expires on 2026-04-14: fhir.client_cert_file, 7 days")
    site.tables = {}
    site.now += DAY
    site.good()
    assert len(site.post.mails) == 3 and "over: a certificate" in site.subjects()[2]


def test_what_a_server_shows_is_looked_at(tmp_path):
    ends = datetime.now(UTC).replace(microsecond=0) + 10 * DAY
    leaf = trustme.CA().issue_cert("localhost", not_after=ends)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    leaf.configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as door:

        def answer():
            line, _ = door.accept()
            with context.wrap_socket(line, server_side=True) as session:
                session.recv(1)

        thread = threading.Thread(target=answer)
        thread.start()
        assert shown_end("127.0.0.1", door.getsockname()[1]) == ends
        thread.join(5)
    assert shown_end("127.0.0.1", 1) is None


def test_a_key_without_a_certificate_expires_never(tmp_path):
    trustme.CA().private_key_pem.write_to_path(tmp_path / "key.pem")
    assert next_end(tmp_path / "key.pem") is None and next_end(tmp_path / "nowhere") is None
