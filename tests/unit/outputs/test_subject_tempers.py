"""ResearchSubjects on servers of every temper: deaf to conditions, forgetful, willful, or closed to them altogether."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace

import pytest

from adapter.demo.exchange import Answer, write_json
from adapter.outputs.deliver import Count
from adapter.outputs.subject.output import Mark
from tests.unit.delivering import MARK, at_work, edit, foreign, subjects, writes
from tests.unit.tempers import altering, answering, cut, deaf, writes_of_subjects

WRITERS = 8


@pytest.mark.parametrize("first", ["none", "potential-candidate"])
@pytest.mark.parametrize("number", [0, 1, 13, 40, 90, 150, 200, 300, 500, 700, 900])
def test_55_a_reply_cut_anywhere_leaves_one_subject_with_the_right_status(desk, hospital, front, first, number):
    if first != "none":
        desk.write(first)
    front.before = cut(hospital, number)
    desk.decide("candidate")
    desk.deliver()
    front.before = lambda visit, request: False
    desk.deliver()
    assert [one["status"] for one in subjects(hospital)] == ["candidate"]
    desk.write("ineligible", as_of="2026-03-20")  # it is still known as ours
    assert [one["status"] for one in subjects(hospital)] == ["ineligible"]


@pytest.mark.long
@pytest.mark.parametrize("first", ["none", "potential-candidate"])
def test_55_a_reply_cut_after_every_single_byte_leaves_one_subject(desk, hospital, front, first):
    number, whole = 0, 1
    while number <= whole:
        patient = f"Patient/p{number + 10}"
        hospital.change({"resourceType": "Patient", "id": f"p{number + 10}"})
        front.before = lambda visit, request: False
        if first != "none":
            desk.write(first, patient=patient)
        front.before = cut(hospital, number)
        desk.decide("candidate", patient=patient)
        desk.deliver()
        whole = front.before.done[0]
        desk.deliver()
        mine = [one for one in subjects(hospital) if one["individual"]["reference"] == patient]
        assert [one["status"] for one in mine] == ["candidate"], f"cut after {number} bytes"
        number += 1
    assert number > 500


def test_55_one_that_may_have_been_made_is_not_made_again_before_it_may_come_to_light(desk, hospital, front):
    """The server heeds no condition, its index lags, and the answer is lost: a second POST would be a second one."""
    hidden = []

    def before(visit, request):
        if writes_of_subjects(request):
            hidden.append(hospital.answer(replace(request, headers={})))
            visit.close_connection = True
            return True
        if hidden and request.method == "GET" and request.path == "ResearchSubject":
            visit.send(Answer(200, {"resourceType": "Bundle", "type": "searchset", "total": 0}))
            return True
        return False

    front.before = before
    desk.decide("candidate")
    told = desk.deliver()
    assert told.counts["research_subject"] == Count(pending=1) and len(hidden) == 1
    front.before = lambda visit, request: False
    assert desk.deliver().counts["research_subject"] == Count(done=1)
    assert len(subjects(hospital)) == 1


@pytest.mark.parametrize("same_key", [True, False])
def test_56_writers_at_once_on_a_server_deaf_to_conditions_find_it_out_and_never_add_to_it(
    hospital, front, tmp_path, same_key
):
    front.before = deaf(hospital, "if-none-exist")
    with ExitStack() as stack:
        desks = []
        for number in range(WRITERS):
            (tmp_path / str(number)).mkdir()
            desk = stack.enter_context(at_work(hospital, front, tmp_path / str(number)))
            desk.mark = MARK if same_key else Mark(bytes([65 + number]) * 64, "v1")
            desk.decide("candidate")
            desks.append(desk)
        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(lambda one: one.deliver(), desks))
        made = len(subjects(hospital))
        for day in (17, 18):
            for desk in desks:
                desk.decide("potential-candidate", as_of=f"2026-03-{day}")
                troubles = desk.deliver().trouble
                assert made == 1 or any("for one patient" in line for line in troubles)
    assert len(subjects(hospital)) == made


def test_56_a_condition_that_several_fulfil_makes_none_and_they_are_named(desk, hospital):
    for key in ("a", "b"):
        hospital.change(foreign("candidate", id=key))
    desk.decide("candidate")
    told = desk.deliver()
    assert len(subjects(hospital)) == 2 and writes(hospital) == []
    assert told.trouble == (
        "research_subject: ResearchSubject/a, ResearchSubject/b: all are for one patient in this study. "
        "Delete all but one; none was touched.",
    )


def test_57_a_server_deaf_to_if_match_still_keeps_what_a_person_said_before_we_looked(desk, hospital, front):
    front.before = deaf(hospital, "if-match")
    desk.write("potential-candidate")
    desk.write("candidate", as_of="2026-03-17")
    edit(hospital, status="on-study")
    desk.write("ineligible", as_of="2026-03-18")
    assert [one["status"] for one in subjects(hospital)] == ["on-study"]


def test_57_without_a_version_the_subject_is_written_all_the_same(desk, hospital, front):
    def before(visit, request):
        if not request.path.startswith("ResearchSubject"):
            return False
        answer = hospital.answer(request)
        body = json.loads(write_json(answer.body))
        for one in (body, *(entry["resource"] for entry in body.get("entry", ()))):
            one.pop("meta", None)
        visit.send(Answer(answer.status, body))
        return True

    front.before = before
    for day, standing in enumerate(("potential-candidate", "candidate", "ineligible"), 1):
        desk.write(standing, as_of=f"2026-04-0{day}")
        assert [one["status"] for one in subjects(hospital)] == [standing]


@pytest.mark.parametrize("status", [409, 412])
@pytest.mark.parametrize("first", ["none", "potential-candidate"])
def test_57_after_a_conflict_it_looks_again_and_gives_up_after_a_few_tries(desk, hospital, front, first, status):
    if first != "none":
        desk.write(first)
    refused = []

    def before(visit, request, until=2):
        if not writes_of_subjects(request) or len(refused) >= until:
            return False
        refused.append(request)
        visit.send(Answer(status))
        return True

    front.before = before
    desk.write("candidate", as_of="2026-03-17")
    assert [one["status"] for one in subjects(hospital)] == ["candidate"] and len(refused) == 2
    front.before = lambda visit, request: before(visit, request, until=99)
    desk.decide("ineligible", as_of="2026-03-18")
    assert desk.deliver().counts["research_subject"] == Count(pending=1)
    assert len(refused) == 2 + 4


def without_place(answer):
    return Answer(answer.status)


def another(answer):
    return Answer(answer.status, foreign("withdrawn", individual={"reference": "Patient/p2"}), {})


def outcome_alone(answer):
    return Answer(answer.status, {"resourceType": "OperationOutcome", "issue": []}, answer.headers)


@pytest.mark.parametrize("alter", [without_place, another, outcome_alone])
def test_59_whatever_the_answer_to_a_write_holds_the_server_is_looked_at(desk, hospital, front, alter):
    front.before = answering(hospital, alter)
    for day, standing in enumerate(("potential-candidate", "candidate", "ineligible"), 1):
        desk.decide(standing, as_of=f"2026-04-0{day}")
        desk.deliver()
        desk.deliver()
        assert [one["status"] for one in subjects(hospital)] == [standing]
        assert desk.journal.pending("research_subject") == []


@pytest.mark.parametrize(
    "change",
    [
        lambda one: {name: value for name, value in one.items() if name != "extension"},
        lambda one: {**one, "text": {"status": "generated", "div": "<div/>"}},
        lambda one: {**one, "study": {"reference": "http://elsewhere/fhir/ResearchStudy/own", "display": "Ours"}},
        lambda one: {**one, "period": {**one["period"], "start": one["period"]["start"] + "T00:00:00+08:00"}},
        lambda one: {**one, "extension": one["extension"][::-1], "meta": {"tag": [{"code": "x"}]}},
    ],
)
def test_59_what_a_server_alters_beside_the_status_leaves_the_subject_ours(desk, hospital, front, change):
    front.before = altering(hospital, change)
    for day, standing in enumerate(("potential-candidate", "candidate", "ineligible"), 1):
        desk.write(standing, as_of=f"2026-04-0{day}")
        assert [one["status"] for one in subjects(hospital)] == [standing]


def test_59_a_server_that_keeps_another_status_is_told_of_and_not_fought_with(desk, hospital, front):
    front.before = altering(hospital, lambda one: {**one, "status": "screening"})
    desk.decide("candidate")
    told = desk.deliver()
    assert told.counts["research_subject"] == Count(pending=1, stuck=1) and "keeps another status" in told.trouble[0]
    before = len(writes(hospital))
    assert desk.deliver().counts["research_subject"] == Count(done=1) and len(writes(hospital)) == before
