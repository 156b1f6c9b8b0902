"""The table of states holds for every pair, and only what we wrote ourselves is written over."""

from decimal import Decimal

import pytest

from adapter.errors import AdapterError
from adapter.journal import Decided, Subject
from adapter.journal.statuses import STATUSES
from adapter.outputs import subject_states as states
from adapter.outputs.subject_states import GONE, NONE, OURS, STATES, THEIRS, UNKNOWN, Deed, todo
from adapter.screening.decision import Standing

# FHIR R4 4.0.1, http://hl7.org/fhir/ValueSet/research-subject-status
R4 = {
    "candidate", "eligible", "follow-up", "ineligible", "not-registered", "off-study",
    "on-study", "on-study-intervention", "on-study-observation", "pending-on-study", "potential-candidate",
    "screening", "withdrawn",
}  # fmt: skip
FOUND = [NONE, GONE, *STATUSES, UNKNOWN]
ENDED = [
    "pending-on-study", "on-study", "on-study-intervention", "on-study-observation", "follow-up", "off-study",
    "withdrawn", "not-registered",
]  # fmt: skip
WRITES = {Deed.CREATE, Deed.UPDATE}


def test_every_pair_stands_in_the_table_once():
    assert set(STATUSES) == R4
    assert set(STATES) == {
        (standing, found, whose) for standing in Standing for found in FOUND for whose in (OURS, THEIRS)
    }
    assert len(states.TABLE.strip().splitlines()) == 2 * len(FOUND)


def test_the_machine_writes_its_three_statuses_and_its_standing_alone():
    written = {(standing.value, one.status) for (standing, _, _), one in STATES.items() if one.deed in WRITES}
    assert written == {(status, status) for status in ("candidate", "potential-candidate", "ineligible")}
    assert all(not one.status for one in STATES.values() if one.deed not in WRITES)


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("found", [GONE, *STATUSES, UNKNOWN])
def test_what_a_person_said_is_never_written_over(standing, found):
    assert todo(standing, found, THEIRS).deed in {Deed.LEAVE, Deed.REVIEW}


@pytest.mark.parametrize("whose", [OURS, THEIRS])
@pytest.mark.parametrize("found", FOUND)
def test_an_open_patient_keeps_what_was_said(found, whose):
    assert todo(Standing.OPEN, found, whose).deed is Deed.LEAVE


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("found", ENDED)
def test_whom_people_took_into_the_study_or_out_of_it_is_left_in_peace(standing, found):
    assert todo(standing, found, THEIRS).deed is Deed.LEAVE


@pytest.mark.parametrize(
    ("standing", "found", "deed"),
    [
        ("ineligible", NONE, Deed.LEAVE),
        ("potential-candidate", NONE, Deed.CREATE),
        ("candidate", NONE, Deed.CREATE),
        ("candidate", "potential-candidate", Deed.UPDATE),
        ("potential-candidate", "candidate", Deed.UPDATE),
        ("ineligible", "potential-candidate", Deed.UPDATE),
        ("potential-candidate", "ineligible", Deed.UPDATE),
        ("candidate", "candidate", Deed.LEAVE),
        ("candidate", GONE, Deed.REVIEW),
    ],
)
def test_what_is_done_with_our_own(standing, found, deed):
    assert todo(Standing(standing), found, OURS).deed is deed


@pytest.mark.parametrize(
    ("standing", "found"),
    [
        ("ineligible", "eligible"),
        ("ineligible", "screening"),
        ("candidate", "ineligible"),
        ("candidate", "what-is-this"),
    ],
)
def test_where_a_person_and_the_data_disagree_a_person_looks(standing, found):
    assert todo(Standing(standing), found, THEIRS).deed is Deed.REVIEW


SAID = states.extension("2026-03-16", "v1", "candidate")
OURS_NOW = {**states.built("abc", "ResearchStudy/s", "Patient/p1", SAID), "id": "1"}
ROW = Subject("s", "Patient/p1", "ResearchSubject/1", "candidate", "2026-03-16", states.canonical([SAID]), None, "")
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
    assert states.is_as_written({**OURS_NOW, **change}, ROW, [])


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
        {"extension": [states.extension("2026-03-17", "v1", "candidate")]},
        {"extension": [SAID, SAID]},
        {"modifierExtension": [FOREIGN]},
    ],
)
@pytest.mark.parametrize("row", [ROW, None])
def test_status_period_and_extension_as_we_wrote_them_make_it_ours(change, row):
    decisions = [] if row else [DECIDED]
    assert not states.is_as_written({**OURS_NOW, **change}, row, decisions)


def test_a_write_whose_answer_was_lost_is_known_by_the_decision_behind_it():
    assert states.is_as_written(OURS_NOW, None, [DECIDED])
    before = states.extension("2026-03-01", "v1", "potential-candidate")
    row = Subject("s", "Patient/p1", "ResearchSubject/1", "potential-candidate", "2026-03-01",
                  states.canonical([before]), None, "")  # fmt: skip
    assert states.is_as_written({**OURS_NOW, "period": {"start": "2026-03-01"}}, row, [DECIDED])
    assert not states.is_as_written({**OURS_NOW, "period": {"start": "2026-03-01"}}, row, [])


def test_a_person_who_sets_an_earlier_status_of_ours_is_a_person():
    earlier = Decided(1, "Patient/p1", "s", "2026-03-16", "potential-candidate", "{}", "{}", "")
    assert not states.is_as_written({**OURS_NOW, "status": "potential-candidate"}, ROW, [earlier, DECIDED])


def test_a_change_keeps_all_that_is_not_ours():
    found = {**OURS_NOW, "extension": [FOREIGN, SAID, {"url": "y"}], "consent": {"reference": "Consent/1"}, "x": [None]}
    said = states.extension("2026-04-01", "v2", "ineligible")
    changed = states.changed(found, said)
    assert changed == {**found, "status": "ineligible", "extension": [FOREIGN, said, {"url": "y"}]}
    assert list(changed) == list(found)


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
        states.valid({**OURS_NOW, **wrong})
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
    assert states.points_at({"reference": reference}, "Patient/p1") is same
