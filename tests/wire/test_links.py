"""Nothing leaves the server's own origin (RELIABILITY.md, faults 1 to 4 and 7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests import Request
from urllib3.util import parse_url

from adapter.errors import SettingsError
from adapter.fhir.client import Client, Server
from adapter.fhir.errors import LinkRefused
from adapter.fhir.pages import search
from adapter.fhir.wire.links import Home
from tests.wire.hostile import addresses
from tests.wire.scripted import Reply, bundle, page, resource

HOME = Home.of("https://hospital.example/fhir/", ("/paging", "old/r4/"))
ASKED = "https://hospital.example/fhir/Observation?code=a"


def test_1_a_next_link_to_another_host_is_refused_and_nothing_sent_there(server, elsewhere, pulled):
    server.say(page(1, next_link=f"{elsewhere.base}/Observation?page=2&name=Wang"))
    with pytest.raises(LinkRefused, match=rf"links to another server \({elsewhere.origin}\)") as caught:
        pulled()
    assert "Wang" not in str(caught.value)
    assert caught.value.exit_code == 12


def test_2_no_hostile_address_gets_a_request(server, elsewhere, client):
    hostile = addresses("127.0.0.1", server.port, f"127.0.0.1:{elsewhere.port}")
    assert len(set(hostile)) > 300
    for address in hostile:
        server.replies = [page(1, next_link=address)]
        with pytest.raises(LinkRefused) as caught:
            list(search(client, "Observation", {"code": "a"}))
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 500
    assert all("code=a" in asked.target for asked in server.asked)


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://hospital.example/fhir?_getpages=1", "https://hospital.example/fhir?_getpages=1"),
        ("https://hospital.example:443/fhir/x?y=%2F..", "https://hospital.example:443/fhir/x?y=%2F.."),
        ("HTTPS://Hospital.Example/fhir/x", "https://Hospital.Example/fhir/x"),
        ("//hospital.example/fhir/x", "https://hospital.example/fhir/x"),
        ("/fhir/Observation?page=2", "https://hospital.example/fhir/Observation?page=2"),
        ("?page=2", "https://hospital.example/fhir/Observation?page=2"),
        ("Observation?page=2", "https://hospital.example/fhir/Observation?page=2"),
        ("../fhir/Observation?page=2", "https://hospital.example/fhir/Observation?page=2"),
        ("/paging?token=1", "https://hospital.example/paging?token=1"),
        ("/old/r4/x", "https://hospital.example/old/r4/x"),
        ("/fhir/x?text=狼疮|a", "https://hospital.example/fhir/x?text=%E7%8B%BC%E7%96%AE|a"),
    ],
)
def test_3_the_servers_own_links_are_followed_as_written(link, url):
    assert HOME.resolve(link, ASKED) == url


@pytest.mark.parametrize(
    "link", [None, 7, [], {}, "", "/oldx", "/old/r4x", "/pagingx", "/paging/../admin", "a" * 40_000]
)
def test_what_is_no_link_of_the_server_is_refused(link):
    with pytest.raises(LinkRefused):
        HOME.resolve(link, ASKED)


@given(st.text(max_size=40), st.sampled_from(["", "https://", "//", "https://hospital.example", "/fhir/../", "/fhir"]))
def test_2_whatever_is_allowed_is_at_home(tail, start):
    try:
        url = HOME.resolve(start + tail, ASKED)
    except LinkRefused:
        return
    sent = parse_url(Request("GET", url).prepare().url)
    assert (sent.scheme, sent.host, sent.port or 443, sent.auth) == ("https", "hospital.example", 443, None)
    assert sent.path in ("/fhir", "/paging", "/old/r4") or sent.path.startswith(("/fhir/", "/paging/", "/old/r4/"))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_4_a_redirect_elsewhere_is_refused(server, elsewhere, connect, pulled, status):
    server.say(Reply(status, headers={"Location": f"{elsewhere.base}/Observation"}))
    with pytest.raises(LinkRefused, match="another server"):
        pulled(connect())


def test_4_a_read_is_redirected_once_at_home(server, pulled):
    server.say(Reply(307, headers={"Location": "/fhir/new/Observation"}), page(1, next_link="?page=2"), page(2))
    assert pulled() == ["o1", "o2"]
    assert [asked.target for asked in server.asked][1:] == ["/fhir/new/Observation", "/fhir/new/Observation?page=2"]
    server.answer = lambda asked: Reply(302, b"x" * 999, {"Location": "/fhir/again"})
    with pytest.raises(LinkRefused, match="answers with a redirect"):
        pulled()


def test_4_a_body_is_never_redirected(server, client):
    server.answer = lambda asked: Reply(308, headers={"Location": "/fhir/new"})
    with pytest.raises(LinkRefused, match="sends a request with a body elsewhere"):
        list(search(client, "Observation", {"code": "a" * 2000}))
    assert len(server.asked) == 1


def test_7_the_environment_changes_nothing(server, elsewhere, connect, pulled, tmp_path, monkeypatch):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, elsewhere.origin)
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    server.say(page(1))
    assert pulled(connect()) == ["o1"]
    assert "authorization" not in server.asked[0].headers


@pytest.mark.parametrize(
    "base",
    ["http://hospital.example/fhir", "https://a:b@hospital.example/fhir", "https://hospital.example/fhir?x=1",
     "ftp://hospital.example", "https://", "hospital.example", "https://hospital.example/fhir#x", "https://h/a/../b"],
)  # fmt: skip
def test_a_base_that_cannot_be_guarded_is_a_setting_to_mend(base):
    with pytest.raises(SettingsError, match=r"^\[fhir\] base_url: .*\S$"):
        Client(Server(base))


@pytest.mark.parametrize("path", ["https://evil.example/x", "/a/../b", "/a?b", "/a\\b", "/a#b", "/%2e%2e/"])
def test_a_path_that_opens_more_than_a_path_is_a_setting_to_mend(path):
    with pytest.raises(SettingsError, match="also_under"):
        Client(Server("https://hospital.example/fhir", also_under=(path,)))


def test_a_link_without_address_is_not_the_end(server, pulled):
    server.say(Reply(body=bundle(resource(1), link=[{"relation": "next"}])))
    with pytest.raises(LinkRefused):
        pulled()
