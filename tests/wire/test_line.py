"""The line: a certificate of our own where the server asks for one, and a proxy where there is no other way out."""

import base64
import ssl
import time
import traceback
from pathlib import Path

import pytest
import trustme
from joserfc.jwk import ECKey

from adapter.errors import SettingsError
from adapter.fhir.auth.keys import jwks, read_key
from adapter.fhir.errors import Refused, TimedOut, Trouble, Unreachable, Untrusted
from adapter.fhir.wire.line import Proxy as ProxySettings
from adapter.settings import load
from adapter.wiring import client_of
from tests.wire.authority import Authority, Guarded
from tests.wire.proxy import Proxy
from tests.wire.scripted import Scripted, page

HOSPITAL, LOGIN = "hospital.example", "login.example"
BASIC = "Basic " + base64.b64encode(b"me:proxy-canary").decode()


@pytest.fixture(scope="module")
def ca():
    return trustme.CA()


@pytest.fixture
def trusted(ca, tmp_path):
    """Return the file with the hospital's CA."""
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    return str(tmp_path / "ca.pem")


def context(ca, *names: str, asks: bool = False) -> ssl.SSLContext:
    """A server's side for these names; `asks`: whoever comes has to show a certificate of this CA."""
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(*names).configure_cert(served)
    if asks:
        ca.configure_trust(served)
        served.verify_mode = ssl.CERT_REQUIRED
    return served


@pytest.fixture
def mutual(ca):
    """A server that asks for a certificate."""
    made = Scripted(context(ca, "127.0.0.1", asks=True))
    yield made
    made.close()


@pytest.fixture
def own(ca, tmp_path):
    """Return a certificate and its key in two files; another CA issues it where one is named."""

    def made(issuer=ca, mode=0o600):
        issued = issuer.issue_cert("adapter.example")
        cert, key = tmp_path / "own.pem", tmp_path / "own-key.pem"
        issued.cert_chain_pems[0].write_to_path(cert)
        issued.private_key_pem.write_to_path(key)
        key.chmod(mode)
        return str(cert), str(key)

    return made


def test_mtls_our_certificate_is_shown(mutual, trusted, own, connect, pulled):
    cert, key = own()
    mutual.say(page(1, next_link="?page=2"), page(2))
    client = connect(base_url=mutual.base, ca_file=trusted, client_cert_file=cert, client_key_file=key)
    assert pulled(client) == ["o1", "o2"]


def test_mtls_one_file_may_hold_both(mutual, trusted, own, connect, pulled, tmp_path):
    both = tmp_path / "both.pem"
    both.write_text("".join(Path(file).read_text() for file in own()))
    both.chmod(0o600)
    mutual.say(page(1))
    assert pulled(connect(base_url=mutual.base, ca_file=trusted, client_cert_file=str(both))) == ["o1"]
    both.chmod(0o644)
    with pytest.raises(SettingsError, match=r"client_cert_file \(with the key\): others may read"):
        connect(client_cert_file=str(both))


def test_mtls_without_a_certificate_the_line_says_what_is_missing(ca, trusted, connect, pulled):
    asks = context(ca, "127.0.0.1", asks=True)
    asks.maximum_version = ssl.TLSVersion.TLSv1_2  # by TLS 1.3 the server may have hung up before we read what it said
    server = Scripted(asks)
    try:
        with pytest.raises(
            Untrusted, match=r"Where it asks for a certificate of ours, set \[fhir\] client_cert_file\.$"
        ):
            pulled(connect(base_url=server.base, ca_file=trusted))
        assert server.asked == []
    finally:
        server.close()


def test_mtls_without_a_certificate_nobody_gets_in(mutual, trusted, connect, pulled):
    with pytest.raises(Trouble):
        pulled(connect(base_url=mutual.base, ca_file=trusted))
    assert mutual.asked == []


def test_mtls_a_certificate_of_another_ca_is_not_taken(mutual, trusted, own, connect, pulled):
    cert, key = own(trustme.CA())
    with pytest.raises(Trouble):
        pulled(connect(base_url=mutual.base, ca_file=trusted, client_cert_file=cert, client_key_file=key))
    assert mutual.asked == []


def test_mtls_the_token_endpoint_is_shown_it_too(ca, mutual, trusted, own, keys, backend, pulled):
    cert, key = own()
    login = Authority("the-adapter", jwks(read_key(keys["ec"])), context(ca, "127.0.0.1", asks=True))
    try:
        Guarded(mutual, login, page(1))
        client = backend(base_url=mutual.base, ca_file=trusted, client_cert_file=cert, client_key_file=key)
        assert pulled(client) == ["o1"]
        assert login.faults == []
    finally:
        login.close()


def test_mtls_files_that_do_not_fit_are_settings(own, trusted, connect, tmp_path):
    cert, key = own()
    other = tmp_path / "other.pem"
    trustme.CA().issue_cert("x.example").private_key_pem.write_to_path(other)
    other.chmod(0o600)
    locked = tmp_path / "locked.pem"
    locked.write_bytes(ECKey.generate_key("P-256").as_pem(private=True, password="canary"))
    locked.chmod(0o600)
    for named, says in [
        ({"client_key_file": key}, "client_cert_file: client_key_file is of no use without it"),
        ({"client_cert_file": "/nowhere"}, "client_cert_file: there is no file /nowhere"),
        ({"client_cert_file": cert, "client_key_file": "/nowhere"}, "client_key_file: /nowhere cannot be read"),
        ({"client_cert_file": cert, "client_key_file": str(other)}, "is no key without passphrase that belongs to"),
        ({"client_cert_file": cert, "client_key_file": str(locked)}, "is no key without passphrase that belongs to"),
        ({"client_cert_file": cert}, "others may read|is no key without passphrase"),
    ]:
        with pytest.raises(SettingsError, match=says):
            connect(**named)
    own(mode=0o640)
    with pytest.raises(SettingsError, match=r"client_key_file: others may read .*chmod 600"):
        connect(client_cert_file=cert, client_key_file=key)


@pytest.fixture
def hidden(ca, server):
    """A hospital that is reached through a proxy alone: its name is known to nobody else."""
    made = Scripted(context(ca, HOSPITAL))
    yield made
    made.close()


@pytest.fixture
def proxy(hidden):
    made = Proxy({f"{HOSPITAL}:443": hidden.port})
    yield made
    made.close()


def through(proxy, trusted, connect, username="", password="", **more):
    settings = ProxySettings(proxy.url, username, password)
    return connect(base_url=f"https://{HOSPITAL}/fhir", ca_file=trusted, proxy=settings, **more)


def test_proxy_the_whole_line_goes_through_it_and_it_sees_the_name_alone(hidden, proxy, trusted, connect, pulled):
    hidden.say(page(1, next_link="?page=2"), page(2))
    assert pulled(through(proxy, trusted, connect)) == ["o1", "o2"]
    assert [(method, target) for method, target, _ in proxy.asked] == [("CONNECT", f"{HOSPITAL}:443")]
    assert not {"authorization", "proxy-authorization"} & set(proxy.asked[0][2])


def test_proxy_its_password_goes_to_it_alone(hidden, proxy, trusted, connect, pulled):
    proxy.wants = BASIC
    hidden.say(page(1))
    assert pulled(through(proxy, trusted, connect, "me", "proxy-canary")) == ["o1"]
    assert proxy.asked[0][2]["proxy-authorization"] == BASIC
    assert "proxy-authorization" not in hidden.asked[0].headers


def test_proxy_a_wrong_password_is_said_and_not_shown(hidden, proxy, trusted, connect, pulled, timepiece):
    proxy.wants = "Basic other"
    client = through(proxy, trusted, connect, "me", "proxy-canary")
    with pytest.raises(
        Refused, match=r"the proxy does not accept our sign-in \(407\)\. Check \[fhir\] proxy_"
    ) as caught:
        pulled(client)
    shown = "".join(traceback.format_exception(caught.value)) + repr(client.server)
    assert "canary" not in shown and BASIC[6:] not in shown
    assert (hidden.asked, timepiece.slept) == ([], [])


def test_proxy_one_that_does_not_let_us_through_is_named(hidden, proxy, trusted, connect, pulled):
    proxy.places.clear()
    with pytest.raises(
        Unreachable, match=r"the proxy does not let us through \(403\), \d+ times\. Check \[fhir\] proxy"
    ):
        pulled(through(proxy, trusted, connect))
    proxy.close()
    with pytest.raises(Unreachable, match=r"the proxy cannot be reached.*Check \[fhir\] proxy"):
        pulled(through(proxy, trusted, connect))


def test_proxy_the_server_behind_it_still_has_to_prove_who_it_is(hidden, proxy, connect, pulled, tmp_path):
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    with pytest.raises(Untrusted):
        pulled(through(proxy, str(tmp_path / "other.pem"), connect))
    assert hidden.asked == []


def test_proxy_the_deadline_holds_through_it(hidden, proxy, trusted, connect, pulled):
    hidden.answer = lambda asked: page(1, drip=0.02)
    started = time.monotonic()
    with pytest.raises(TimedOut):
        pulled(through(proxy, trusted, connect, patience_s=0.5, deadline_s=0.5))
    assert time.monotonic() - started < 1.5


def test_proxy_the_sign_in_goes_through_it_too(ca, hidden, proxy, trusted, keys, backend, pulled):
    login = Authority("the-adapter", jwks(read_key(keys["ec"])), context(ca, LOGIN))
    proxy.places[f"{LOGIN}:443"] = login.http.port
    login.url = f"https://{LOGIN}/token"
    try:
        Guarded(hidden, login, page(1))
        assert pulled(through(proxy, trusted, backend)) == ["o1"]
        assert (login.faults, len(login.asked)) == ([], 1)
        assert {target for _, target, _ in proxy.asked} == {f"{HOSPITAL}:443", f"{LOGIN}:443"}
    finally:
        login.close()


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "ALL_PROXY", "https_proxy"])
def test_proxy_the_one_of_the_environment_is_not_taken(ca, proxy, trusted, connect, pulled, monkeypatch, name):
    monkeypatch.setenv(name, proxy.url)
    direct = Scripted(context(ca, "127.0.0.1"))
    try:
        direct.say(page(1))
        assert pulled(connect(base_url=direct.base, ca_file=trusted)) == ["o1"]
    finally:
        direct.close()
    assert proxy.asked == []


def test_the_settings_lead_here(ca, hidden, proxy, trusted, own, pulled, tmp_path):
    cert, key = own()
    proxy.wants = BASIC
    (tmp_path / "word").write_text("proxy-canary\n")
    (tmp_path / "adapter.toml").write_text(
        f'[fhir]\nbase_url = "https://{HOSPITAL}/fhir"\nca_file = "{trusted}"\nclient_cert_file = "{cert}"\n'
        f'client_key_file = "{key}"\nproxy = "{proxy.url}"\nproxy_username = "me"\n'
        f'proxy_password_file = "{tmp_path}/word"\n'
    )
    hidden.say(page(1))
    with client_of(load(tmp_path / "adapter.toml", {})) as client:
        assert pulled(client) == ["o1"]
        assert (client.server.client_cert_file, client.server.client_key_file) == (cert, key)


@pytest.mark.parametrize("url", ["https://p.example:1", "p.example:3128", "http://me:canary@p.example:3128",
                                 "http://p.example/x", "socks5://p.example"])  # fmt: skip
def test_a_proxy_that_cannot_be_is_a_setting_and_not_repeated(tmp_path, url):
    (tmp_path / "adapter.toml").write_text(f'[fhir]\nproxy = "{url}"\n')
    with pytest.raises(SettingsError, match=r"fhir\.proxy: ") as caught:
        load(tmp_path / "adapter.toml", {})
    assert "canary" not in str(caught.value)
