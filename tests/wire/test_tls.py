"""The server has to prove who it is (RELIABILITY.md, fault 8)."""

import shutil
import socket
import ssl
import subprocess
import time

import pytest

from adapter.errors import SettingsError
from adapter.fhir.errors import TimedOut, Untrusted
from tests.wire.scripted import Scripted, page


def certificate(folder, name: str):
    made = folder / f"{name}.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-addext",
         f"subjectAltName={name}", "-keyout", made, "-out", folder / "cert"], check=True, capture_output=True,
    )  # fmt: skip
    made.write_bytes(made.read_bytes() + (folder / "cert").read_bytes())
    return made


@pytest.fixture
def secured(tmp_path, absent):
    """Return a server with a certificate for one name, and the certificate."""
    if not shutil.which("openssl"):
        absent("openssl")
    servers = []

    def made(name: str):
        pem = certificate(tmp_path, name)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(pem)
        servers.append(Scripted(tls))
        return servers[-1], str(pem)

    yield made
    for server in servers:
        server.close()


def test_8_the_hospitals_own_ca_is_trusted_where_it_is_named(secured, connect, pulled):
    server, pem = secured("IP:127.0.0.1")
    server.say(page(1, next_link="?page=2"), page(2))
    assert pulled(connect(base_url=server.base, ca_file=pem)) == ["o1", "o2"]


def test_8_a_certificate_of_its_own_making_is_not_trusted(secured, connect, pulled, timepiece):
    server, _ = secured("IP:127.0.0.1")
    with pytest.raises(Untrusted, match=r"not trusted \(self-signed certificate\)\. Name the hospital's CA"):
        pulled(connect(base_url=server.base))
    assert (server.asked, timepiece.slept) == ([], [])


def test_8_a_certificate_for_another_name_is_not_trusted(secured, connect, pulled):
    server, pem = secured("DNS:hospital.example")
    with pytest.raises(Untrusted, match=r"127\.0\.0\.1"):
        pulled(connect(base_url=server.base, ca_file=pem))


def test_8_a_ca_file_that_is_not_there_is_a_setting(connect):
    with pytest.raises(SettingsError, match="ca_file"):
        connect(ca_file="/nowhere/ca.pem")


def test_14_the_deadline_holds_within_tls(secured, connect, pulled):
    server, pem = secured("IP:127.0.0.1")
    server.answer = lambda asked: page(1, drip=0.02)
    started = time.monotonic()
    with pytest.raises(TimedOut):
        pulled(connect(base_url=server.base, ca_file=pem, patience_s=0.5, deadline_s=0.5))
    assert time.monotonic() - started < 1


def test_14_and_within_the_handshake(connect, pulled):
    started = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TimedOut):
        pulled(connect(base_url=f"https://127.0.0.1:{silent.getsockname()[1]}", patience_s=0.5, deadline_s=0.5))
    assert time.monotonic() - started < 1
