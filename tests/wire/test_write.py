"""Writing: conditional, never repeated on a doubt, and the server's word taken with care (faults 55, 57 and 59)."""

import json
from decimal import Decimal

import pytest

from adapter.fhir.capability import capability
from adapter.fhir.errors import Conflict, LinkRefused, NotFhir, Permanent, Refused, Rejected, Temporary
from adapter.fhir.write import create, read, update
from tests.wire.scripted import Reply, outcome, resource

SUBJECT = {"resourceType": "ResearchSubject", "status": "candidate", "x": Decimal("1.50")}
STORED = json.dumps(resource(7, "ResearchSubject", meta={"versionId": "3"})).encode()
ETAG = {"ETag": 'W/"abc-1"'}


def said(status: int, body: bytes = b"", **headers) -> Reply:
    return Reply(status, body, headers)


@pytest.mark.parametrize(
    ("reply", "known", "etag"),
    [
        (said(201, STORED, **ETAG), "r7", 'W/"abc-1"'),
        (said(201, STORED), "r7", 'W/"3"'),
        (said(201, b"", Location="/fhir/ResearchSubject/9/_history/1", **ETAG), "9", 'W/"abc-1"'),
        (said(201, json.dumps(outcome("information")).encode(), Location="ResearchSubject/9"), "9", None),
        (said(201, STORED, Location="http://inside/fhir/ResearchSubject/r7"), "r7", 'W/"3"'),
        (said(201, b"", Location="/fhir/Patient/9"), None, None),
        (said(201), None, None),
    ],
)
def test_59_the_id_is_taken_from_where_it_is(server, client, reply, known, etag):
    server.say(reply)
    written = create(client, SUBJECT, "identifier=a|b")
    assert (written.id, written.etag, written.status, written.created) == (known, etag, 201, True)
    asked = server.asked[0]
    assert (asked.method, asked.target, asked.headers["if-none-exist"]) == (
        "POST",
        "/fhir/ResearchSubject",
        "identifier=a|b",
    )
    assert b'"x":1.50' in asked.body


def test_a_location_elsewhere_is_no_id_of_ours(server, elsewhere, client):
    server.say(said(201, Location=f"{elsewhere.base}/ResearchSubject/9"))
    with pytest.raises(LinkRefused):
        create(client, SUBJECT, "identifier=a|b")


def test_one_that_was_there_is_not_created(server, client):
    server.say(said(200, STORED))
    written = create(client, SUBJECT, "identifier=a|b")
    assert (written.created, written.resource["id"]) == (False, "r7")


@pytest.mark.parametrize("status", [409, 412])
def test_57_both_ways_to_say_conflict_are_one(server, client, status):
    server.say(Reply(status), Reply(status))
    with pytest.raises(Conflict, match=rf"\({status}\)"):
        create(client, SUBJECT, "identifier=a|b")
    with pytest.raises(Conflict):
        update(client, "ResearchSubject/r7", b"{}", 'W/"abc-1"')
    assert (server.asked[1].method, server.asked[1].headers["if-match"]) == ("PUT", 'W/"abc-1"')
    assert len(server.asked) == 2


@pytest.mark.parametrize("lost", [Reply(reset=True), Reply(201, STORED, cut=9), Reply(502), Reply(500), Reply(504)])
def test_55_a_write_whose_answer_was_lost_is_not_repeated(server, client, lost):
    server.say(lost, said(201, STORED))
    with pytest.raises(Temporary):
        create(client, SUBJECT, "identifier=a|b")
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_write_that_was_turned_away_is_repeated(server, client, status):
    server.say(Reply(status, headers={"Retry-After": "3"}), said(200, STORED))
    assert update(client, "ResearchSubject/r7", b"{}", None).id == "r7"
    assert "if-match" not in server.asked[0].headers


def test_an_update_may_have_created(server, client):
    server.say(said(201, STORED))
    assert update(client, "ResearchSubject/r7", b"{}", 'W/"1"').created


@pytest.mark.parametrize(("status", "kind"), [(403, Refused), (422, Rejected), (405, Rejected), (404, Permanent)])
def test_58_a_refusal_says_why(server, client, status, kind):
    server.say(Reply(status, json.dumps(outcome(diagnostics="no such profile")).encode()))
    with pytest.raises(kind, match=r"The server says error/processing: no such profile\. "):
        create(client, SUBJECT, "identifier=a|b")


def test_a_web_page_is_no_receipt(server, client):
    server.say(said(200, b"<html>"))
    with pytest.raises(NotFhir):
        create(client, SUBJECT, "identifier=a|b")


def test_a_resource_is_read_with_its_version_and_its_digits(server, client):
    raw = b'{"resourceType":"Observation","id":"1","value":1.50,"n":12345678901234567890}'
    server.say(Reply(200, b"\xef\xbb\xbf" + raw, ETAG))
    kept = read(client, "Observation/1")
    assert (str(kept.resource["value"]), kept.resource["n"]) == ("1.50", 12345678901234567890)
    assert (kept.raw, kept.etag) == (raw, 'W/"abc-1"')
    assert server.asked[0].headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone_is_none(server, client, status):
    server.say(Reply(status))
    assert read(client, "Patient/1") is None


@pytest.mark.parametrize(
    "reference", ["Patient", "Patient/../x", "Patient/a b", "Patient/", "http://x/Patient/1", "Patient/.."]
)
def test_what_is_no_reference_is_not_asked_for(server, client, reference):
    with pytest.raises(Rejected):
        read(client, reference)
    assert server.asked == []


def test_a_capability_statement_is_read(server, client):
    kind = {"type": "Patient", "interaction": [{"code": "read"}, {}, 7], "conditionalCreate": True,
            "searchParam": [{"name": "_lastUpdated"}], "operation": [{"name": "export"}]}  # fmt: skip
    rest = {"mode": "server", "interaction": [{"code": "batch"}], "resource": [kind, {}, None]}
    statement = {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1",
                 "software": {"name": "HAPI", "version": "8"},
                 "rest": [{"mode": "client"}, rest]}  # fmt: skip
    server.say(Reply(body=json.dumps(statement).encode()))
    found = capability(client)
    assert (found.fhir_version, found.software, found.interactions) == ("4.0.1", "HAPI 8", {"batch"})
    patient = found.of("Patient")
    assert (patient.interactions, patient.search_params, patient.conditional_create) == (
        {"read"},
        {"_lastUpdated"},
        True,
    )
    assert patient.operations == {"export"}
    assert not found.of("Condition").conditional_create


@pytest.mark.parametrize("more", [{}, {"rest": None}, {"rest": [7]}, {"rest": [{"resource": {}}]}, {"software": []}])
def test_a_bare_capability_statement_is_no_fault(server, client, more):
    server.say(Reply(body=json.dumps({"resourceType": "CapabilityStatement", **more}).encode()))
    found = capability(client)
    assert (found.fhir_version, found.software, found.types) == (None, None, {})


def test_another_resource_is_no_capability_statement(server, client):
    server.say(Reply(body=STORED))
    with pytest.raises(NotFhir, match="no CapabilityStatement"):
        capability(client)
