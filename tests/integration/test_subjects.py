"""ResearchSubjects and forms on HAPI: a person's word stands whenever it is said, and nobody gets two."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from adapter.database import open_database
from adapter.fhir.client import Client, Server
from adapter.fhir.errors import Unreachable
from adapter.journal import Journal
from adapter.journal.clinic import answers
from adapter.journal.clinic.answers import IDENTIFIER, Form
from adapter.outputs.deliver import Count, deliver_pending
from adapter.outputs.forms import FormsOutput
from adapter.outputs.subject.output import Mark
from adapter.screening.study import Study, Text
from adapter.worklist.show.sheet import response
from tests.fhir_server.records import ref
from tests.unit.delivering import AT, MARK, NOW, Desk

REGISTRY = "NCT-of-these-tests"
STUDY = Study("s", Text("A study", "一项研究"), REGISTRY, {}, {}, {}, (), "")
WRITERS = 8


class Watched(Client):
    """A client that lets somebody act before its requests."""

    before = staticmethod(lambda call: None)

    def send(self, call, take):
        self.before(call)
        return super().send(call, take)


class Ward:
    """The hospital's own people, on a client that knows nothing of the adapter."""

    def __init__(self, client):
        self.client, self.made = client, []
        number = {"system": "https://hospital.example/trials", "value": REGISTRY}
        study = {"resourceType": "ResearchStudy", "status": "active", "title": "Ours", "identifier": [number]}
        self.study = self.post(study)

    def post(self, resource):
        answer = self.client.ask("POST", resource["resourceType"], json=resource)
        answer.raise_for_status()
        self.made.append(ref(answer.json()))
        return self.made[-1]

    def patient(self):
        return self.post({"resourceType": "Patient"})

    def subjects(self, patient):
        return list(self.client.every(f"ResearchSubject?individual={patient}"))

    def forms(self, patient):
        return list(self.client.every(f"QuestionnaireResponse?subject={patient}"))

    def withdraw(self, patient):
        """Say that a patient has withdrawn: on the subject that is there, else on a new one."""
        for one in self.subjects(patient):
            self.client.ask("PUT", ref(one), json=one | {"status": "withdrawn"}).raise_for_status()
            return
        self.post({"resourceType": "ResearchSubject", "status": "withdrawn", "study": {"reference": self.study},
                   "individual": {"reference": patient}})  # fmt: skip


@pytest.fixture
def ward(client):
    ward = Ward(client)
    yield ward
    patients = [name for name in ward.made if name.startswith("Patient/")]
    client.remove([ref(one) for name in patients for one in (*ward.subjects(name), *ward.forms(name))])
    client.remove(ward.made)


@pytest.fixture
def desks(hapi, tmp_path):
    """Make desks that know nothing of each other but the key."""
    with ExitStack() as stack:

        def made(name="desk", mark=MARK, kind=Watched):
            database = stack.enter_context(open_database(f"sqlite:///{tmp_path}/{name}.db"))
            adapter = stack.enter_context(kind(Server(hapi.base_url)))
            return Desk(Journal(database), adapter, tmp_path / f"{name}.left.json", mark=mark, study=STUDY)

        yield made


def test_a_candidate_is_written_and_follows_the_decisions(ward, desks):
    desk, patient = desks(), ward.patient()
    for day, standing in enumerate(["potential-candidate", "candidate", "ineligible", "potential-candidate"], 1):
        desk.write(standing, patient=patient, as_of=f"2026-04-0{day}")
        (one,) = ward.subjects(patient)
        assert (one["status"], one["study"]["reference"]) == (standing, ward.study)
    version = one["meta"]["versionId"]
    desk.write("potential-candidate", patient=patient, as_of="2026-05-01")
    assert ward.subjects(patient)[0]["meta"]["versionId"] == version == "4"
    assert one["period"] == {"start": "2026-04-01"}


@pytest.mark.parametrize("standing", ["candidate", "ineligible"])
def test_a_hand_made_withdrawn_subject_before_the_first_run_stands(ward, desks, standing):
    patient = ward.patient()
    ward.withdraw(patient)
    before = ward.subjects(patient)
    desks().write(standing, patient=patient)
    assert ward.subjects(patient) == before


@pytest.mark.parametrize("first", [None, "potential-candidate"])
def test_a_persons_edit_between_any_two_requests_stands(ward, desks, first):
    desk, number, undisturbed = desks(), 0, False
    while not undisturbed:
        patient, asked = ward.patient(), []
        desk.client.before = lambda call: None
        if first:
            desk.write(first, patient=patient)

        def before(call, asked=asked, patient=patient, number=number):
            asked.append(call)
            if len(asked) == number + 1:
                ward.withdraw(patient)

        desk.client.before = before
        desk.decide("candidate", patient=patient)
        desk.deliver()
        undisturbed = len(asked) <= number
        assert [one["status"] for one in ward.subjects(patient)] == ["candidate" if undisturbed else "withdrawn"]
        desk.client.before = lambda call: None
        desk.write("ineligible", patient=patient)
        assert [one["status"] for one in ward.subjects(patient)] == ["ineligible" if undisturbed else "withdrawn"]
        number += 1
    assert number >= 4


@pytest.mark.parametrize("same_key", [True, False])
def test_writers_at_once_make_no_duplicate(ward, desks, same_key):
    marks = [MARK if same_key else Mark(bytes([65 + n]) * 64, "v1") for n in range(WRITERS)]
    writers = [desks(f"writer{number}", mark) for number, mark in enumerate(marks)]
    patients = [ward.patient() for _ in range(5)]
    for desk in writers:
        for patient in patients:
            desk.decide("candidate", patient=patient)
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(Desk.deliver, writers))
    assert [len(ward.subjects(patient)) for patient in patients] == [1] * 5
    for desk in writers:  # whoever was too late for his tries finds it in the next run
        desk.deliver()
        assert desk.journal.pending("research_subject") == []
    assert [len(ward.subjects(patient)) for patient in patients] == [1] * 5


def test_writers_at_once_make_one_study(client, desks, ward):
    client.remove([ward.study])
    writers = [desks(f"writer{number}") for number in range(WRITERS)]
    patient = ward.patient()
    for desk in writers:
        desk.decide("candidate", patient=patient)
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(Desk.deliver, writers))
    studies = [ref(one) for one in client.every(f"ResearchStudy?identifier={REGISTRY}")]
    ward.made += studies
    assert len(studies) == len(ward.subjects(patient)) == 1


class Forgetful(Watched):
    """Loses the answer to the first write of each kind."""

    def __init__(self, server):
        super().__init__(server)
        self.lost = set()

    def send(self, call, take):
        answer = super().send(call, take)
        if call.method in {"POST", "PUT"} and call.method not in self.lost:
            self.lost.add(call.method)
            raise Unreachable(call.url, "the answer is lost", "Look again.")
        return answer


def test_a_write_whose_answer_is_lost_is_found_again(ward, desks):
    desk, patient = desks(kind=Forgetful), ward.patient()
    desk.write("potential-candidate", patient=patient)
    desk.write("candidate", patient=patient)
    assert desk.client.lost == {"POST", "PUT"}
    assert [one["status"] for one in ward.subjects(patient)] == ["candidate"]


def test_a_patient_whom_the_server_does_not_know_waits_and_stops_nobody(ward, desks):
    desk, patient = desks(), ward.patient()
    desk.decide("candidate", patient="Patient/nobody-at-all")
    desk.decide("candidate", patient=patient)
    told = desk.deliver()
    assert told.counts["research_subject"] == Count(done=1, pending=1, stuck=1)
    assert len(ward.subjects(patient)) == 1


def fill_in(desk, patient):
    """Put a form on record and on its way; what it is known by."""
    text = response(patient, "wang", AT, {"sledai.rash": "present", "sledai.seizure": "absent"})
    with desk.journal.transaction() as work:
        answers.add(work, STUDY.id, Form(0, patient, "wang", AT, AT, text), tell_server=True)
    return json.loads(text)["identifier"]


def deliver_forms(desk):
    return deliver_pending(desk.journal, [FormsOutput(desk.client, desk.journal, STUDY.id)], NOW).counts["forms"]


def test_a_form_is_there_once_though_the_answer_was_lost_and_whoever_else_sends_it(ward, desks):
    desk, patient = desks(kind=Forgetful), ward.patient()
    identifier = fill_in(desk, patient)
    assert deliver_forms(desk) == Count(pending=1)
    assert deliver_forms(desk) == Count(done=1)
    with desk.journal._database.writing() as connection:  # as after a SIGKILL between the two
        connection.exec_driver_sql("UPDATE journal_delivery SET state = 'pending'")
    assert deliver_forms(desk) == Count(done=1)
    (kept,) = ward.forms(patient)
    assert kept["identifier"] == identifier and identifier["system"] == IDENTIFIER
    assert {item["linkId"]: item["answer"][0]["valueCoding"]["code"] for item in kept["item"]} == {
        "sledai.rash": "present", "sledai.seizure": "absent",
    }  # fmt: skip
    again = {"If-None-Exist": f"identifier={IDENTIFIER}|{identifier['value']}"}
    twin = {name: value for name, value in kept.items() if name not in {"id", "meta"}}
    assert ward.client.ask("POST", "QuestionnaireResponse", json=twin, headers=again).status_code == 200


def test_a_form_of_a_patient_whom_the_server_does_not_know_fails_for_good_and_stops_nobody(ward, desks):
    desk, patient = desks(), ward.patient()
    fill_in(desk, "Patient/nobody-at-all")
    fill_in(desk, patient)
    assert deliver_forms(desk) == Count(done=1, dead=1)
    assert len(ward.forms(patient)) == 1
