"""The webhook: signed, to one allowed address over checked TLS, and by the same rules of delivery as mail."""

import hashlib
import hmac
import json
import socket
import ssl
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest
import trustme

from adapter.errors import SettingsError
from adapter.journal import Decided
from adapter.outputs.alerts.audience import hearers, webhook_name
from adapter.outputs.alerts.guarded import Door
from adapter.outputs.alerts.telling import Stand, Telling
from adapter.outputs.alerts.webhook import ID, SIGNATURE, TIME, WebhookOutput
from adapter.outputs.base import TryLater, WaitsForPerson
from adapter.outputs.deliver import Count, deliver_pending
from adapter.settings.model import Outputs, Webhook
from tests.unit.delivering import AT, LINK, NOW, STUDY

SECRET = "a secret of the hospital"


class Receiver:
    """A program of the hospital that keeps what it is sent, and answers as a test likes."""

    def __init__(self):
        self.got, self.status, self.more, self.act = [], 204, {}, None

    def answer(self, visit):
        body = visit.rfile.read(int(visit.headers["Content-Length"]))
        self.got.append((visit.path, dict(visit.headers), body))
        if self.act is not None:
            return self.act(visit)
        visit.send_response(self.status)
        for name, value in self.more.items():
            visit.send_header(name, value)
        visit.end_headers()
        return None

    @contextmanager
    def open(self, context=None):
        receiver = self

        class Visit(BaseHTTPRequestHandler):
            def do_POST(self):
                receiver.answer(self)

            def log_message(self, *_):
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Visit) as server:
            server.daemon_threads = True
            server.handle_error = lambda *_: None  # a caller who goes away is no news
            if context is not None:
                server.socket = context.wrap_socket(server.socket, server_side=True)
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            try:
                yield server.server_address[1]
            finally:
                server.shutdown()
                thread.join()


@pytest.fixture
def receiver():
    return Receiver()


def decided(journal, url, patient="Patient/p1", standing="potential-candidate", line="{}"):
    with journal.transaction() as work:
        number = work.record(Decided(1, patient, "s", "2026-03-16", standing, "{}", line, AT))
        others = {json.loads(one.payload)["patient"] for one in work.deliveries("webhook")}
        hook = Webhook.model_validate({"enabled": True, "url": url})
        told = hearers(Outputs(webhook=hook))
        stand = Stand(patient, standing, number, fresh=True, moved="flagged")
        Telling("s", AT, timedelta(30)).tell(work, told, [stand], others)


def told(journal, door, now=NOW):
    output = WebhookOutput(door, SECRET, journal, STUDY, lambda: now, link=LINK)
    return deliver_pending(journal, [output], now)


def test_a_message_holds_counts_numbers_and_a_link_and_is_signed(journal, receiver):
    with receiver.open() as port:
        url = f"http://127.0.0.1:{port}/hooks/screening?to=lupus"
        decided(journal, url, patient="Patient/canary", line='{"name": "canary"}')
        decided(journal, url, patient="Patient/p2", standing="candidate")
        assert told(journal, Door(url)).counts == {"webhook": Count(done=2)}
        assert told(journal, Door(url)).counts == {"webhook": Count()}
    ((path, headers, body),) = receiver.got
    assert path == "/hooks/screening?to=lupus" and headers["Host"] == f"127.0.0.1:{port}"
    assert json.loads(body) == {
        "version": 1, "id": headers[ID], "study": {"id": "s", "registry": "NCT07"}, "counts": {"flagged": 2},
        "patients": [{"number": "S-0002", "kind": "flagged", "standing": "candidate"},
                     {"number": "S-0001", "kind": "flagged", "standing": "potential-candidate"}],
        "more": 0, "link": LINK,
    }  # fmt: skip
    assert "canary" not in str(headers) + body.decode()
    signed = f"{headers[TIME]}.".encode() + body
    assert headers[SIGNATURE] == "v1=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert int(headers[TIME]) == int(NOW.timestamp())


def test_61_a_repeat_has_the_same_id_and_a_time_of_its_own(journal, receiver):
    with receiver.open() as port:
        url = f"http://127.0.0.1:{port}/"
        decided(journal, url)
        receiver.act = lambda visit: visit.connection.shutdown(socket.SHUT_RDWR)
        lost = told(journal, Door(url))
        assert lost.counts["webhook"] == Count(pending=1) and "may have arrived" in lost.trouble[0]
        decided(journal, url, patient="Patient/p2")
        receiver.act = None
        assert told(journal, Door(url), NOW + timedelta(hours=1)).counts["webhook"] == Count(done=2)
    (_, first, body), (_, again, same), (_, other, _) = receiver.got
    assert (again[ID], same) == (first[ID], body) and other[ID] != first[ID]
    assert int(again[TIME]) == int(first[TIME]) + 3600 and again[SIGNATURE] != first[SIGNATURE]


@pytest.mark.parametrize(
    ("status", "count"),
    [(200, Count(done=1)), (500, Count(pending=1)), (503, Count(pending=1)), (429, Count(pending=1)),
     (401, Count(pending=1, stuck=1)), (404, Count(pending=1, stuck=1)), (400, Count(dead=1)), (410, Count(dead=1))],
)  # fmt: skip
def test_61_what_the_receiver_answers_decides_whether_it_goes_again(journal, receiver, status, count):
    with receiver.open() as port:
        url = f"http://127.0.0.1:{port}/?token=canary"
        decided(journal, url)
        receiver.status = status
        said = told(journal, Door(url))
    assert said.counts["webhook"] == count and "canary" not in "".join(said.trouble)


def test_61_a_redirect_is_not_followed(journal, receiver):
    other = Receiver()
    with receiver.open() as port, other.open() as elsewhere:
        url = f"http://127.0.0.1:{port}/"
        decided(journal, url)
        receiver.status, receiver.more = 307, {"Location": f"http://127.0.0.1:{elsewhere}/"}
        assert told(journal, Door(url)).counts["webhook"] == Count(pending=1, stuck=1)
    assert other.got == []


@pytest.mark.parametrize("name", ["HTTP/1.1 200 fine\r\nX-Slow: ", ""])
def test_61_a_receiver_that_drips_or_is_silent_is_cut_off(journal, receiver, name):
    gone = threading.Event()

    def drip(visit):
        while not gone.wait(0.05):
            visit.wfile.write(name.encode()[:1] or b"")
            visit.wfile.flush()

    with receiver.open() as port:
        url = f"http://127.0.0.1:{port}/"
        decided(journal, url)
        receiver.act = drip
        said = told(journal, Door(url, deadline_s=0.3))
        gone.set()
    assert said.counts["webhook"] == Count(pending=1) and "no answer" in said.trouble[0]


def at(*addresses):
    return lambda host, port: addresses


REFUSED = [
    "169.254.169.254", "fe80::1", "::ffff:169.254.169.254", "fd00:ec2::254", "100.100.100.200", "127.0.0.1", "::1",
    "::ffff:127.0.0.1", "0.0.0.0", "::", "224.0.0.1", "8.8.8.8", "2001:4860:4860::8888",
]  # fmt: skip


@pytest.mark.parametrize("address", REFUSED)
def test_61_a_name_that_leads_elsewhere_is_refused(address):
    for found in ((address,), ("10.0.0.7", address)):
        with pytest.raises(WaitsForPerson, match=r"outputs\.webhook\.allow"):
            Door("https://hook.example/", resolve=at(*found)).knock()


@pytest.mark.parametrize("address", ["169.254.169.254", "fd00:ec2::254", "127.0.0.1", "100.100.100.200"])
def test_61_what_is_dangerous_cannot_be_allowed(address):
    with pytest.raises(WaitsForPerson):
        Door("https://hook.example/", ("0.0.0.0/0", "::/0"), resolve=at(address)).knock()


@pytest.mark.parametrize(
    ("allow", "address", "allowed"),
    [((), "10.1.2.3", True), ((), "192.168.0.9", True), ((), "fd12::7", True), (("10.20.0.0/16",), "10.20.1.1", True),
     (("10.20.0.0/16",), "10.21.1.1", False), (("8.8.8.8",), "8.8.8.8", True)],
)  # fmt: skip
def test_61_where_a_receiver_may_be(allow, address, allowed):
    assert Door("https://hook.example/", allow)._allows(ip_address(address)) is allowed


def test_61_the_address_that_was_looked_at_is_the_one_that_is_used(receiver):
    asked = []

    def rebinding(host, port):
        asked.append(host)
        return ("127.0.0.1",) if len(asked) == 1 else ("169.254.169.254",)

    with receiver.open() as port:
        assert Door(f"http://localhost:{port}/", resolve=rebinding).post(b"{}", {}) == 204
    assert asked == ["localhost"]


def test_tls_is_checked_against_name_and_ca(receiver, tmp_path):
    ca, other = trustme.CA(), trustme.CA()
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    other.cert_pem.write_to_path(tmp_path / "other.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("localhost").configure_cert(context)
    with receiver.open(context) as port:
        assert Door(f"https://localhost:{port}/", ca_file=tmp_path / "ca.pem").post(b"{}", {}) == 204
        for url, file in ((f"https://localhost:{port}/", "other.pem"), (f"https://127.0.0.1:{port}/", "ca.pem")):
            with pytest.raises(WaitsForPerson, match="no safe connection"):
                Door(url, ca_file=tmp_path / file).post(b"{}", {})
    assert len(receiver.got) == 1


def test_nobody_at_home_and_an_unknown_name_wait(journal):
    with pytest.raises(TryLater):
        Door("http://127.0.0.1:1/").post(b"{}", {})

    def unknown(host, port):
        raise socket.gaierror

    with pytest.raises(TryLater, match="not known"):
        Door("https://hook.example/", resolve=unknown).post(b"{}", {})


def test_another_address_is_another_receiver(journal, receiver):
    with receiver.open() as port:
        decided(journal, "http://127.0.0.1:9/before")
        assert told(journal, Door(f"http://127.0.0.1:{port}/")).counts["webhook"] == Count(dead=1)
    assert receiver.got == [] and webhook_name("a") != webhook_name("b")


def test_a_secret_that_is_none_and_an_address_that_is_missing_are_refused(journal):
    with pytest.raises(SettingsError, match=r"outputs\.webhook\.secret"):
        WebhookOutput(Door("http://127.0.0.1/"), "short", journal, STUDY, lambda: NOW, link=LINK)
    with pytest.raises(ValueError, match="url must be set"):
        Webhook(enabled=True)
