"""The table of states holds for every pair."""

import pytest

from adapter.journal.statuses import STATUSES
from adapter.outputs.subject import states
from adapter.outputs.subject.states import GONE, NONE, OURS, STATES, THEIRS, UNKNOWN, Deed, todo
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
