"""Only what a machine wrote is written over, and of it only what is ours."""

import json
from decimal import Decimal

import pytest

from adapter.errors import AdapterError
from adapter.journal import Decided, StoredStatus, Subject
from adapter.outputs.base import WaitsForPerson
from adapter.outputs.subject import resource as form

OWN, OTHER = "0123456789abcdef", "fedcba9876543210"
SAID = form.extension("2026-03-16", "v1", "candidate", OWN)
OURS_NOW = {**form.built("abc", "ResearchStudy/s", "Patient/p1", SAID, "2026-03-16"), "id": "1"}
ROW = Subject("s", "Patient/p1", "ResearchSubject/1", "candidate", "2026-03-16", form.canonical([SAID]), None, "")
DECIDED = Decided(1, "Patient/p1", "s", "2026-03-16", "candidate", "{}", "{}", "")
FOREIGN = {"url": "https://other.example/x", "valueDecimal": Decimal("1.10")}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"meta": {"versionId": "7", "lastUpdated": "2027-01-01T00:00:00Z"}},
        {"extension": [FOREIGN, SAID]},
        {"consent": {"reference": "Consent/1"}},
        {"assignedArm": "telitacicept"},
    ],
)
def test_what_others_add_beside_it_leaves_it_ours(change):
    assert form.is_as_written({**OURS_NOW, **change}, ROW, [], OWN)


@pytest.mark.parametrize(
    "change",
    [
        {"status": "screening"},
        {"status": "potential-candidate"},
        {"status": None},
        {"_status": {"extension": [FOREIGN]}},
        {"period": {"start": "2026-03-16", "end": "2026-04-01"}},
        {"period": {"start": "2026-03-15"}},
        {"period": None},
        {"extension": []},
        {"extension": "nonsense"},
        {"extension": [form.extension("2026-03-17", "v1", "candidate", OWN)]},
        {"extension": [SAID, SAID]},
        {"modifierExtension": [FOREIGN]},
    ],
)
@pytest.mark.parametrize("row", [ROW, None])
def test_status_period_and_extension_as_we_wrote_them_make_it_ours(change, row):
    decisions = [] if row else [DECIDED]
    assert not form.is_as_written({**OURS_NOW, **change}, row, decisions, OWN)


def test_a_write_whose_answer_was_lost_is_known_by_the_decision_behind_it():
    assert form.is_as_written(OURS_NOW, None, [DECIDED], OWN)
    before = form.extension("2026-03-01", "v1", "potential-candidate", OWN)
    row = Subject("s", "Patient/p1", "ResearchSubject/1", "potential-candidate", "2026-03-01",
                  form.canonical([before]), None, "")  # fmt: skip
    assert form.is_as_written({**OURS_NOW, "period": {"start": "2026-03-01"}}, row, [DECIDED], OWN)
    assert not form.is_as_written({**OURS_NOW, "period": {"start": "2026-03-01"}}, row, [], OWN)


def test_a_person_who_sets_an_earlier_status_of_ours_is_a_person():
    earlier = Decided(1, "Patient/p1", "s", "2026-03-16", "potential-candidate", "{}", "{}", "")
    assert not form.is_as_written({**OURS_NOW, "status": "potential-candidate"}, ROW, [earlier, DECIDED], OWN)


FOREIGN_RAW = (
    b'{"resourceType":"ResearchSubject", "zz":{"b":1.50 ,"a":[1e3,-0.0,12345678901234567890,"\\u00e9\\/"]},\n'
    b'"extension":[ {"url":"https://other.example/x","valueDecimal":1.10},%s,{ "url" : "y" } ],'
    b'"status":"candidate","consent":{"reference":"Consent/1"},"_status":{"id":"s"},"x":[null]}'
)


def test_a_change_keeps_every_byte_that_is_not_ours():
    said, later = SAID, form.extension("2026-04-01", "v2", "ineligible", OWN)
    raw = FOREIGN_RAW % json.dumps(said).encode()
    changed = form.changed(raw, later)
    assert json.loads(changed) == {
        **json.loads(raw), "status": "ineligible",
        "extension": [{"url": "https://other.example/x", "valueDecimal": 1.10}, later, {"url": "y"}],
    }  # fmt: skip
    for kept in (b'{"b":1.50 ,"a":[1e3,-0.0,12345678901234567890,"\\u00e9\\/"]}', b'{ "url" : "y" }',
                 b'{"url":"https://other.example/x","valueDecimal":1.10}', b'{"id":"s"}', b"[null]"):  # fmt: skip
        assert kept in changed
    assert list(json.loads(changed)) == list(json.loads(raw))


def test_a_change_of_one_without_extensions_adds_ours_at_the_end():
    changed = json.loads(form.changed(b'{"resourceType":"ResearchSubject","id":"1"}', SAID))
    assert changed == {"resourceType": "ResearchSubject", "id": "1", "extension": [SAID], "status": "candidate"}


@pytest.mark.parametrize("raw", [b'{"a":"\t"}', b'{"extension":{}}', b'{"extension":["x"]}', b"[]", b'{"a":'])
def test_one_that_cannot_be_kept_byte_for_byte_is_not_written(raw):
    with pytest.raises(WaitsForPerson, match="byte for byte"):
        form.changed(raw, SAID)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"status": "eligible"}, "status"),
        ({"individual": None}, "individual"),
        ({"study": {"reference": "Patient/p1"}}, "study"),
        ({"period": {"start": "16.3.26"}}, "period"),
    ],
)
def test_what_is_no_r4_is_not_written_and_its_values_are_not_said(wrong, named):
    with pytest.raises(AdapterError, match=named) as raised:
        form.valid({**OURS_NOW, **wrong})
    assert "16.3.26" not in str(raised.value)


@pytest.mark.parametrize(
    ("reference", "same"),
    [
        ("Patient/p1", True),
        ("Patient/p1/_history/3", True),
        ("https://fhir.example.org/r4/Patient/p1", True),
        ("Patient/p11", False),
        ("OtherPatient/p1", False),
        ("#p1", False),
        (None, False),
    ],
)
def test_references_come_in_several_forms(reference, same):
    assert form.points_at({"reference": reference}, "Patient/p1") is same


ELSEWHERE = form.extension("2026-02-01", "v1", "candidate", OTHER)
BY_OTHER = {**OURS_NOW, "extension": [ELSEWHERE], "period": {"start": "2026-01-01"}}
SPOKEN = StoredStatus("s", "Patient/p1", "candidate", "", "Dr Wang", "2026-03-16T09:00:00Z", None, "v1", "page", 1)


@pytest.mark.parametrize(
    ("change", "machines"),
    [
        ({}, True),
        ({"status": "screening"}, False),
        ({"period": {"start": "2026-01-01", "end": "2026-02-01"}}, False),
        ({"extension": [ELSEWHERE, form.by_person(SPOKEN)]}, False),
        ({"extension": [SAID]}, False),  # it says that it is ours, and neither row nor decision does
    ],
)
def test_the_word_of_an_adapter_with_our_key_is_a_machines_word(change, machines):
    assert form.is_as_written({**BY_OTHER, **change}, None, [], OWN) is machines


def test_another_adapter_is_told_from_this_one():
    assert form.writer_of(BY_OTHER, OWN) == OTHER
    assert form.writer_of(BY_OTHER, OTHER) is form.writer_of({**BY_OTHER, "extension": []}, OWN) is None
