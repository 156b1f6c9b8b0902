"""What a person has said of a patient stands, and judging ends where a person has taken over."""

import pytest

from adapter.demo.exchange import Answer
from adapter.journal import PersonStatus
from tests.river.hospital import AS_OF, FLAGGED, STUDY

REGISTRY = "NCT07069972"
TAKEN_ON = "taken on or off this study by a person"


def subject(status, patient="Patient/c01", key="by-hand"):
    return {
        "resourceType": "ResearchSubject",
        "id": key,
        "status": status,
        "study": {"reference": "ResearchStudy/own"},
        "individual": {"reference": patient},
    }


@pytest.fixture
def study(river):
    identifier = [{"system": "https://clinicaltrials.gov", "value": REGISTRY}]
    river.sandbox.change(
        {"resourceType": "ResearchStudy", "id": "own", "status": "active", "identifier": identifier, "title": "Ours"}
    )
    return river


@pytest.mark.parametrize("status", ["withdrawn", "on-study"])
def test_a_subject_made_by_hand_stands_and_the_patient_is_not_judged(study, status):
    study.sandbox.change(subject(status))
    ran = study.run()
    assert ran.code == 0 and f"not judged: 1 {TAKEN_ON}" in ran.err
    assert study.subjects()["Patient/c01"] == [status]
    assert "Patient/c01" not in study.decisions() and {who for who, _ in study.changes()} == FLAGGED - {"Patient/c01"}
    assert study.sandbox.store.find("ResearchSubject", "by-hand").version == 1


def test_a_status_set_by_hand_later_stands(flowing):
    (ours,) = (one for one in flowing.sandbox.store.all("ResearchSubject") if "c01" in str(one["individual"]))
    flowing.change(f"ResearchSubject/{ours['id']}", status="on-study")
    flowing.change("Patient/c01", birthDate="2015-01-01")
    ran = flowing.run()
    assert ran.code == 0 and TAKEN_ON in ran.err
    assert flowing.subjects()["Patient/c01"] == ["on-study"]
    assert flowing.writes == [] and len(flowing.post.mails) == 1


def test_a_coordinators_own_candidate_is_left_alone_and_no_second_one_is_made(study):
    study.sandbox.change(subject("screening"))
    assert study.run().code == 0
    assert study.subjects()["Patient/c01"] == ["screening"]
    assert study.decisions()["Patient/c01"]["as_of"] == AS_OF


def test_our_subjects_go_to_the_hospitals_own_study(study):
    assert study.run().code == 0
    subjects = study.sandbox.store.all("ResearchSubject")
    assert subjects
    assert {one["study"]["reference"] for one in subjects} == {"ResearchStudy/own"}
    assert not any("/ResearchStudy" in line for line in study.writes)


def say(river, status, patient="Patient/c01", author="Dr Wang"):
    """Say on our page where a patient stands."""
    with river.journal() as journal, journal.transaction() as work:
        said = PersonStatus(STUDY, patient, status, "", author, "2026-03-16T10:00:00Z", None, "v1")
        work.set_status(said, tell_server=True)


def test_what_is_said_on_our_page_ends_judging_also_where_the_server_takes_nothing(flowing):
    flowing.front = lambda visit, request: request.method in {"POST", "PUT"} and "_search" not in request.path and (
        visit.send(Answer(403)) or True
    )  # fmt: skip
    say(flowing, "withdrawn")
    flowing.change("Patient/c01", birthDate="2015-01-01")
    for _ in range(2):
        ran = flowing.run()
        assert ran.code == 0 and TAKEN_ON in ran.err
    assert len(flowing.post.mails) == 1


def test_whom_the_server_called_withdrawn_stays_muted_where_the_subject_is_deleted_later(study):
    study.sandbox.change(subject("withdrawn"))
    assert study.run().code == 0
    study.sandbox.delete("ResearchSubject/by-hand")
    for _ in range(2):
        ran = study.run("--full")
        assert ran.code == 0 and TAKEN_ON in ran.err
    assert "Patient/c01" not in study.subjects() and "Patient/c01" not in study.decisions()
    with study.journal() as journal:
        assert [one.status for one in journal.statuses_of(STUDY, "Patient/c01")] == ["withdrawn"]


def test_new_data_against_a_persons_word_ask_a_person_until_they_no_longer_are(study):
    study.sandbox.change(subject("screening"))
    assert study.run().code == 0
    born = study.sandbox.store.find("Patient", "c01").resource["birthDate"]
    for birth, asked in (("2015-01-01", [("ineligible", "screening")]), (born, [])):
        study.change("Patient/c01", birthDate=birth)
        assert study.run().code == 0
        with study.journal() as journal:
            assert [(one.standing, one.found) for one in journal.open_reviews(STUDY)] == asked
    assert ("Patient/c01", "review") in study.changes()
    assert study.subjects()["Patient/c01"] == ["screening"]
