"""ResearchSubjects where something comes between: a person, a lost answer, a server that does not take it."""

import json
from dataclasses import replace

import pytest

from adapter.demo.exchange import Answer
from adapter.demo.hospital import SandboxHospital
from adapter.outputs.deliver import Count
from tests.unit.delivering import foreign, own_study, subjects
from tests.unit.tempers import lose_the_answer


@pytest.fixture
def hospital():
    return SandboxHospital([{"resourceType": "Patient", "id": f"p{n}"} for n in (1, 2, 3)])


@pytest.mark.parametrize("standings", [["candidate"], ["potential-candidate", "candidate", "ineligible"]])
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_write_whose_answer_is_lost_is_found_again(desk, hospital, front, standings, method):
    for standing in standings:
        front.before = lose_the_answer(hospital, method)
        desk.write(standing)
    (one,) = subjects(hospital)
    assert one["status"] == desk.journal.subject("s", "Patient/p1").status == standings[-1]


def test_a_write_before_the_end_of_the_process_is_known_in_the_next(desk, hospital):
    """The subject is on the server and the journal knows nothing of it: as after a SIGKILL between the two."""
    desk.decide("potential-candidate")
    desk.deliver()
    with desk.journal._database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM journal_subject")
        connection.exec_driver_sql("UPDATE journal_delivery SET state = 'pending'")
    assert desk.deliver().counts["research_subject"].done == 1
    desk.write("candidate", as_of="2026-03-20")
    assert [one["status"] for one in subjects(hospital)] == ["candidate"]


@pytest.mark.parametrize("number", range(12))
@pytest.mark.parametrize("first", ["none", "potential-candidate"])
def test_a_persons_edit_between_any_two_requests_stands(desk, hospital, front, number, first):
    hospital.change(own_study())
    if first != "none":
        desk.write(first)
    asked = []

    def before(visit, request):
        asked.append(request)
        if len(asked) == number + 1:
            there = subjects(hospital)
            hospital.change({**there[0], "status": "withdrawn"} if there else foreign("withdrawn"))
        return False

    front.before = before
    desk.decide("candidate")
    desk.deliver()
    assert [one["status"] for one in subjects(hospital)] == ["withdrawn" if len(asked) > number else "candidate"]


@pytest.mark.parametrize(
    ("status", "stuck", "says"),
    [(403, 2, "refuses this"), (422, 2, "does not take this"), (405, 2, "does not take this"), (503, 0, "not ready")],
)
def test_a_server_that_does_not_take_it_leaves_it_pending(desk, hospital, front, status, stuck, says):
    def before(visit, request):
        if request.method == "POST" and request.path == "ResearchSubject":
            visit.send(Answer(status))
            return True
        return False

    front.before = before
    desk.decide("candidate")
    desk.decide("candidate", patient="Patient/p2")
    told = desk.deliver()
    assert told.counts["research_subject"] == Count(pending=2, stuck=stuck)
    assert not told.failed_for_good and says in told.trouble[0]
    front.before = lambda visit, request: False
    assert desk.deliver().counts["research_subject"] == Count(done=2)


def test_a_refusal_is_not_asked_for_again_for_every_patient(desk, hospital, front):
    front.before = lambda visit, request: visit.send(Answer(403)) or True
    for number in (1, 2, 3):
        desk.decide("candidate", patient=f"Patient/p{number}")
    told = desk.deliver()
    assert told.counts["research_subject"] == Count(pending=3, stuck=3)
    assert told.trouble[0].endswith("(3 times)") and "3 that the server does not take" in told.trouble[1]
    assert desk.client.traffic.requests == 2  # the second is for the study, before the file is left


def test_a_server_that_knows_no_condition_by_patient_is_asked_for_ours(desk, hospital, front):
    def before(visit, request):
        if request.headers.get("if-none-exist", "").startswith("individual="):
            visit.send(Answer(400))
            return True
        return False

    front.before = before
    desk.write("candidate")
    assert len(subjects(hospital)) == 1


def test_a_server_that_heeds_no_condition_makes_no_second_one_unseen(desk, hospital, front):
    def before(visit, request):
        if request.method == "POST" and request.path == "ResearchSubject" and not subjects(hospital):
            hospital.change(own_study())
            hospital.change(foreign(study=json.loads(request.body)["study"]))
            visit.send(hospital.answer(replace(request, headers={})))
            return True
        return False

    front.before = before
    desk.decide("candidate")
    assert "beside it there is ResearchSubject/theirs" in desk.deliver().trouble[0]
