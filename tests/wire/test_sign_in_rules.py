"""SMART Backend Services, rule by rule: the numbers are those of the list that the sign-in was built to.

Source: HL7/smart-app-launch 2.2, backend-services.md and client-confidential-asymmetric.md. S1 and S11 are in
test_line.py and test_sign_in_keys.py too.
"""

import json
import socket
import ssl
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import pytest
import trustme
from joserfc import jwt

from adapter.errors import SettingsError
from adapter.fhir.auth import Auth, Need
from adapter.fhir.auth.backend import SmartBackend
from adapter.fhir.auth.keys import jwks, read_key
from adapter.fhir.auth.scopes import allows, as_scope
from adapter.fhir.errors import LinkRefused, Refused, Untrusted
from adapter.fhir.pages import search
from adapter.fhir.write import create, read
from tests.wire.authority import ASSERTION, Authority, Guarded
from tests.wire.scripted import Scripted, page

READS = "system/Observation.rs system/Patient.rs"


@pytest.fixture
def guarded(server, authority):
    yield Guarded(server, authority, page(1), capabilities=["client-confidential-asymmetric", "permission-v2"])
    assert [fault for fault in authority.faults if fault != "expected"] == []


def asked_of(server) -> list[tuple[str, str | None]]:
    return [(asked.target.partition("?")[0], asked.headers.get("authorization")) for asked in server.asked]


def lax() -> ssl.SSLContext:
    """A client's context that takes anything, to prove that a server can be reached at all."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def test_s1_tls_below_1_2_is_refused(tmp_path, backend, pulled):
    ca, old = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(old)
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    server = Scripted(old)
    try:
        with socket.create_connection(("127.0.0.1", server.port)) as plain, lax().wrap_socket(plain) as spoken:
            assert spoken.version() == "TLSv1.1"
        with pytest.raises(Untrusted, match=r"no TLS connection can be agreed on\. Have the server offer TLS 1\.2"):
            pulled(backend(token_url=server.origin + "/token", scope=READS, ca_file=str(tmp_path / "ca.pem")))
        assert server.asked == []
    finally:
        server.close()


def test_s1_the_token_endpoint_has_to_prove_who_it_is(tmp_path, keys, server, backend, pulled):
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(served)
    tells = Authority("the-adapter", jwks(read_key(keys["ec"])), served)
    try:
        with pytest.raises(Untrusted, match=f"{tells.url}: the server's certificate is not trusted"):
            pulled(backend(token_url=tells.url, scope=READS))
        assert (tells.asked, server.asked) == ([], [])
    finally:
        tells.close()


def test_s2_the_token_endpoint_is_discovered(server, guarded, backend, pulled):
    assert pulled(backend()) == ["o1"]
    found = server.asked[0]
    assert (found.method, found.target) == ("GET", "/fhir/.well-known/smart-configuration")
    assert found.headers["accept"] == "application/json"
    assert "authorization" not in found.headers


def test_s2_and_the_one_of_the_settings_goes_before_it(server, guarded, authority, backend, pulled):
    assert pulled(backend(token_url=authority.url, scope=READS)) == ["o1"]
    assert [path for path, _ in asked_of(server)] == ["/fhir/Observation"]


def test_s3_a_key_of_either_kind_signs(guarded, authority, backend, pulled, key_file):
    assert pulled(backend(key_file)) == ["o1"]
    (header,) = authority.headers
    assert header["alg"] == {"ec": "ES384", "rsa": "RS384"}[key_file.stem]


def test_s3_a_server_that_takes_the_other_kind_alone_is_a_setting(server, guarded, authority, backend, pulled):
    guarded.said["token_endpoint_auth_signing_alg_values_supported"] = ["RS384"]
    with pytest.raises(SettingsError, match=r"signs by ES384, and the server takes RS384\. Make a key of the other"):
        pulled(backend())
    assert authority.asked == []


def test_s4_what_is_registered_names_the_public_half_and_nothing_else(keys):
    (ec, rsa) = json.loads(jwks(*map(read_key, keys.values())))["keys"]
    assert set(ec) == {"kty", "kid", "use", "alg", "crv", "x", "y"}
    assert set(rsa) == {"kty", "kid", "use", "alg", "n", "e"}
    assert (ec["crv"], ec["kid"]) == ("P-384", read_key(keys["ec"]).id)


def test_s5_one_assertion_per_token_request(guarded, authority, backend, pulled, timepiece):
    client = backend()
    for now in (0, 291, 700):
        timepiece.now = 1000.0 + now
        pulled(client)
    assert len({claims["jti"] for claims in authority.claims}) == len(authority.asked) == 3
    claims = authority.claims[0]
    assert set(claims) == {"iss", "sub", "aud", "iat", "exp", "jti"}
    assert (claims["iss"], claims["sub"], claims["aud"]) == ("the-adapter", "the-adapter", authority.url)
    assert 230 <= claims["exp"] - authority.now() <= 240
    assert authority.headers[0] == {"alg": "ES384", "typ": "JWT", "kid": read_key(backend().server.auth.key_file).id}


def test_s5_the_audience_is_the_address_that_is_posted_to(server, authority, backend, pulled):
    Guarded(server, authority, page(1))
    other = authority.url.replace("127.0.0.1", "localhost")
    with pytest.raises(Refused, match=r"does not let us in \(400, invalid_client\)"):
        pulled(backend(token_url=other))
    assert authority.faults == ["audience"]
    assert authority.claims[0]["aud"] == other


def jtis(key_file, number: int) -> list[str]:
    auth = Auth("smart_backend", client_id="me", key_file=key_file)
    signing = SmartBackend(auth, "", lambda *_: None, lambda: 0.0)
    sent = (signing._request("https://t.example/token")[1]["client_assertion"] for _ in range(number))
    return [jwt.decode(one, signing.key.key, algorithms=["ES384"]).claims["jti"] for one in sent]


@pytest.mark.slow
def test_s5_ten_thousand_assertions_of_two_processes_repeat_no_jti(keys):
    with ProcessPoolExecutor(2) as pool:
        made = [jti for some in pool.map(partial(jtis, keys["ec"]), [5_000, 5_000]) for jti in some]
    assert len(set(made)) == 10_000


def test_s6_the_form_holds_the_four_parameters(guarded, authority, backend, pulled):
    pulled(backend())
    (asked,) = authority.asked
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert asked.headers["accept"] == "application/json"
    assert asked.body.startswith(b"grant_type=client_credentials&scope=system%2FObservation.rs+system%2FPatient.rs&")
    assert ASSERTION in asked.body.decode().replace("%3A", ":")


@pytest.mark.parametrize(
    "granted",
    ["", "openid", "system/Patient.rs", "system/Observation.r system/Patient.rs", "patient/Observation.rs",
     "system/Observation.rs?category=laboratory system/Patient.rs", "system/observation.rs", "system/Observation"],
)  # fmt: skip
def test_s7_a_type_that_was_not_granted_is_refused_before_it_is_asked(server, guarded, authority, backend, granted):
    """Fault 10."""
    authority.grants = lambda scope: granted
    client = backend()
    with pytest.raises(Refused, match=r"/fhir/Observation: .* did not grant system/Observation\.s\. Ask IT to grant"):
        list(search(client, "Observation", {}))
    assert [path for path, _ in asked_of(server)] == ["/fhir/.well-known/smart-configuration"]
    if "system/Patient.rs" in granted.split():
        assert list(search(client, "Patient", {}))


@pytest.mark.parametrize("granted", [None, READS, "system/*.rs", "system/*.read", "system/*.*", "system/*.cruds",
                                     "openid system/Patient.read system/Observation.read"])  # fmt: skip
def test_s7_what_was_granted_in_other_words_is_granted(guarded, authority, backend, granted):
    authority.grants = lambda scope: granted
    client = backend()
    assert list(search(client, "Observation", {})) and list(search(client, "Patient", {}))


def test_s7_reading_does_not_grant_writing(server, guarded, authority, backend):
    client = backend()
    with pytest.raises(Refused, match=r"did not grant system/Observation\.c\."):
        create(client, {"resourceType": "Observation"}, "identifier=a|b")
    authority.grants = lambda scope: "system/Observation.s"
    with pytest.raises(Refused, match=r"did not grant system/Observation\.r\."):
        read(backend(), "Observation/o1")
    assert {path for path, _ in asked_of(server)} == {"/fhir/.well-known/smart-configuration"}


def test_s7_a_part_that_the_settings_ask_for_is_what_they_mean(guarded, backend):
    assert list(search(backend(scope="system/Observation.rs?category=laboratory"), "Observation", {}))


def test_s8_a_refresh_token_is_never_used(guarded, authority, backend, pulled, timepiece):
    authority.more = {"refresh_token": "refresh-canary"}
    client = backend()
    for now in (0, 400):
        timepiece.now = 1000.0 + now
        pulled(client)
    assert [b"refresh" in asked.body for asked in authority.asked] == [False, False]


@pytest.mark.parametrize(
    ("capabilities", "asked"),
    [
        (["permission-v2"], READS),
        (["permission-v1", "permission-v2"], READS),
        ([], READS),
        (["permission-v1"], "system/Observation.read system/Patient.read"),
    ],
)
def test_s9_no_more_is_asked_than_is_needed_in_the_servers_words(
    guarded, authority, backend, pulled, capabilities, asked
):
    guarded.said["capabilities"] = capabilities
    assert pulled(backend()) == ["o1"]
    assert authority.scopes == [asked]


def test_s9_the_scope_of_the_settings_goes_before_it(guarded, authority, backend, pulled):
    pulled(backend(scope="system/*.rs"))
    assert authority.scopes == ["system/*.rs"]


@pytest.mark.parametrize(
    ("rights", "new", "old"),
    [
        ("rs", "system/Patient.rs", "system/Patient.read"),
        ("crus", "system/Patient.crus", "system/Patient.read system/Patient.write"),
        ("sur", "system/Patient.rus", "system/Patient.read system/Patient.write"),
    ],
)
def test_s9_the_letters_stand_in_their_order(rights, new, old):
    need = Need("Patient", rights)
    assert (as_scope([need]), as_scope([need], old=True)) == (new, old)
    assert allows(new, need, "") and allows(old, need, "")


def test_s10_the_token_goes_to_its_own_origin_alone(server, elsewhere, guarded, authority, backend, pulled):
    for astray in (elsewhere.base + "/Observation?page=2", "//" + elsewhere.origin.partition("//")[2] + "/fhir"):
        guarded.page = page(1, next_link=astray)
        with pytest.raises(LinkRefused):
            pulled(backend())
    assert all("authorization" not in asked.headers for asked in authority.asked)


def test_s10_and_follows_no_redirect(server, elsewhere, guarded, backend, pulled):
    guarded.page = page(1, status=307, headers={"Location": elsewhere.base + "/Observation"})
    with pytest.raises(LinkRefused):
        pulled(backend())
