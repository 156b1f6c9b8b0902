"""When the endpoint refuses: clocks that differ, a refusal that passes, and an end to asking (faults 9, 11, 13)."""

import json

import pytest

from adapter.fhir.errors import Refused
from tests.wire.authority import Guarded
from tests.wire.scripted import Reply, page


@pytest.fixture
def guarded(server, authority):
    return Guarded(server, authority, page(1))


@pytest.mark.parametrize("ahead_s", [-600, -90, 300, 600, 3500])
def test_11_a_clock_that_differs_is_measured_and_allowed_for(guarded, authority, backend, pulled, timepiece, ahead_s):
    authority.ahead_s = ahead_s
    client = backend()
    assert pulled(client) == ["o1"]
    assert authority.faults == ["expiry"]
    assert client.signing.skew_s == pytest.approx(ahead_s, abs=5)
    timepiece.now += 400
    assert pulled(client) == ["o1"]
    assert len(authority.asked) == 3  # once measured, it is allowed for from the start


@pytest.mark.parametrize("ahead_s", [-20, 0, 20, 200])
def test_11_a_small_difference_matters_to_nobody(guarded, authority, backend, pulled, ahead_s):
    authority.ahead_s = ahead_s
    assert pulled(backend()) == ["o1"]
    assert len(authority.asked) == 1


def test_11_a_difference_of_hours_is_said_and_not_believed(guarded, authority, backend, pulled):
    authority.ahead_s = 7200
    with pytest.raises(Refused, match=r"invalid_client\); our clock differs from the server's by 7\d\d\d s\. Check"):
        pulled(backend())
    assert len(authority.asked) == 1


def test_11_a_date_that_cannot_be_read_changes_nothing(guarded, authority, backend, pulled):
    authority.http.answer = lambda asked: Reply(400, headers={"Date": "yesterday"})
    with pytest.raises(Refused, match=r"does not let us in \(400\)\. Check client_id, key_file"):
        pulled(backend())
    assert len(authority.asked) == 1


def test_13_a_refusal_at_the_first_sign_in_is_final(guarded, authority, backend, pulled):
    authority.refuse_next = 1
    with pytest.raises(Refused):
        pulled(backend())
    assert len(authority.asked) == 1


def test_13_one_at_a_renewal_is_asked_once_more_with_a_new_assertion(guarded, authority, backend, pulled, timepiece):
    client = backend()
    pulled(client)
    timepiece.now += 400
    authority.refuse_next = 1
    assert pulled(client) == ["o1"]
    assert (len(authority.asked), len(authority.jtis)) == (3, 2)
    timepiece.now += 400
    authority.refuse_next = 2
    with pytest.raises(Refused):
        pulled(client)
    assert len(authority.asked) == 5


def test_9_a_token_refused_amid_paging_is_renewed_without_a_wait(
    server, guarded, authority, backend, pulled, timepiece
):
    client = backend()
    pulled(client)
    guarded.revoked.add(f"Bearer {authority.tokens[-1]}")
    assert pulled(client) == ["o1"]
    assert (client.traffic.repeated, timepiece.slept) == (0, [])
    guarded.revoked = {f"Bearer token-{number}-canary" for number in range(9)}
    with pytest.raises(Refused, match=r"does not accept our sign-in \(401\)"):
        pulled(client)


@pytest.mark.parametrize(
    "more",
    [{"grant_type": "refresh_token"}, {"scope": ""}, {"client_assertion_type": "x"}, {"client_assertion": "a.b.c"},
     {"refresh_token": "r"}, {"client_id": "the-adapter"}],
)  # fmt: skip
def test_the_authority_of_these_tests_is_strict(guarded, authority, backend, more):
    signing = backend(token_url=authority.url, scope="system/*.rs").signing
    headers, form = signing._request(authority.url)
    assert signing._exchange(authority.url, headers, {**form, **more}).status == 400
    assert signing._exchange(authority.url, headers, form).status == 200
    again = signing._exchange(authority.url, headers, form)
    assert (again.status, json.loads(again.body)["error"], authority.faults[-1]) == (
        400,
        "invalid_client",
        "token reuse",
    )
