"""Eight adapters at once and answers cut at any byte, on two servers: one subject a patient, a person's word kept.

A round is one decision about one patient, told by all eight. Persons withdraw patients before the adapters come, and
while they are at it.
"""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from adapter.database import open_database
from adapter.fhir.client import Client as Adapter
from adapter.fhir.client import Server
from adapter.journal import Decided, Journal
from adapter.journal.statuses import subject_delivery
from adapter.outputs.subject.output import Mark
from tests.fhir_server.loading import Client
from tests.fhir_server.records import ref
from tests.integration.cutting import cutting
from tests.integration.test_subjects import STUDY, Ward
from tests.unit.delivering import AT, MARK, RUN, Desk

ROUNDS, AT_ONCE, WRITERS, SEED = 100, 10, 8, 7  # rounds on each server, patients at once
DAYS = (("potential-candidate", "2026-04-01"), ("ineligible", "2026-04-02"))


class Dice:
    """Cuts one answer in three, after any number of its bytes."""

    def __init__(self):
        self.random, self.cuts = random.Random(SEED), []

    def __call__(self, length):
        if self.random.random() > 1 / 3:
            return None
        self.cuts.append(self.random.randrange(length + 1))
        return self.cuts[-1]


class Ruler:
    """Cuts every second answer, each one byte later than the one before, until one was whole.

    Not every one: an endpoint that fails thrice in a row is left alone for a while.
    """

    def __init__(self):
        self.next, self.longest, self.cuts_now, self.spared = 0, 1, False, False

    def __call__(self, length):
        self.spared = not self.spared
        if self.spared or not self.cuts_now or self.next > self.longest:
            return None
        self.longest, end = max(self.longest, length), self.next
        self.next += 1
        return end


@pytest.fixture
def ward(request):
    client = Client(request.getfixturevalue(request.param).base_url)
    ward = Ward(client)
    yield ward
    client.remove([ref(one) for name in ward.made for one in ward.subjects(name) if name.startswith("Patient/")])
    client.remove(ward.made)


@pytest.fixture
def desks(ward, tmp_path):
    """Eight adapters behind a door that cuts answers: four of them have one key, the others each their own."""
    dice = Dice()
    with ExitStack() as stack:
        base = stack.enter_context(cutting(ward.client.base_url, dice))
        made = []
        for number in range(WRITERS):
            database = stack.enter_context(open_database(f"sqlite:///{tmp_path}/{number}.db"))
            client = stack.enter_context(Adapter(Server(base), sleep=lambda seconds: None))
            mark = MARK if number % 2 else Mark(bytes([65 + number]) * 64, "v1")
            made.append(Desk(Journal(database), client, tmp_path / f"{number}.json", mark=mark, study=STUDY))
        yield made, dice


def decide(desks, patients, standing, as_of):
    """Have every adapter decide the same about all these patients."""
    for desk in desks:
        with desk.journal.transaction() as work:
            run = work.begin_run(**RUN)
            for patient in patients:
                number = work.record(Decided(run, patient, STUDY.id, as_of, standing, "{}", "{}", AT))
                work.deliver("research_subject", *subject_delivery(STUDY.id, patient, number), AT)


def withdraw(ward, patient):
    """A person's word, said again where another was faster, as a person would."""
    for _ in range(20):
        (one,) = ward.subjects(patient)
        headers = {"If-Match": f'W/"{one["meta"]["versionId"]}"'}
        if ward.client.ask("PUT", ref(one), json=one | {"status": "withdrawn"}, headers=headers).ok:
            return
    raise AssertionError("the person never got a word in")


def at_once(desks, also):
    """Let all adapters deliver at once, and persons speak meanwhile."""
    with ThreadPoolExecutor(WRITERS + 2) as pool:
        waiting = [pool.submit(desk.deliver) for desk in desks] + [pool.submit(*act) for act in also]
        return [one.result() for one in waiting]


def write_to_some(ward, desk, ruler, first):
    """Write about a few patients while answers are cut, and once more while they are not; give what is there then."""
    those = [ward.patient() for _ in range(AT_ONCE)]
    if first:
        decide([desk], those, first, "2026-04-01")
        desk.deliver()
    ruler.cuts_now = True
    decide([desk], those, "candidate", "2026-04-02")
    desk.deliver()
    ruler.cuts_now = False
    desk.deliver()
    return [[one["status"] for one in ward.subjects(patient)] for patient in those]


@pytest.mark.long
@pytest.mark.parametrize("first", [None, "potential-candidate"])
@pytest.mark.parametrize("ward", ["hapi", "medplum"], indirect=True)
def test_55_an_answer_cut_after_every_single_byte_leaves_one_subject(ward, tmp_path, first):
    """Made, or changed: whatever was heard of the answer, the next run finds what is there, and there is one."""
    ruler, began, patients = Ruler(), time.monotonic(), 0
    with ExitStack() as stack:
        base = stack.enter_context(cutting(ward.client.base_url, ruler))
        database = stack.enter_context(open_database(f"sqlite:///{tmp_path}/desk.db"))
        client = stack.enter_context(Adapter(Server(base), sleep=lambda seconds: None))
        desk = Desk(Journal(database), client, tmp_path / "desk.json", mark=MARK, study=STUDY)
        while ruler.next <= ruler.longest:
            before = ruler.next
            found = write_to_some(ward, desk, ruler, first)
            assert found == [["candidate"]] * AT_ONCE, f"cut after {before} to {ruler.next - 1} bytes"
            patients += AT_ONCE
    assert ruler.longest > 500
    rate = ruler.next / (time.monotonic() - began)
    print(f"{ruler.next} cuts in answers of {ruler.longest} bytes, {patients} patients, {rate:.1f} a second")  # noqa: T201


@pytest.mark.parametrize("ward", ["hapi", "medplum"], indirect=True)
def test_55_56_a_hundred_rounds_leave_one_subject_each_and_every_persons_word(ward, desks):
    desks, dice = desks
    withdrawn, says = set(), set()
    for _ in range(ROUNDS // AT_ONCE // len(DAYS)):
        patients = [ward.patient() for _ in range(AT_ONCE)]
        for patient in patients[:2]:
            ward.withdraw(patient)
            withdrawn.add(patient)
        for number, (standing, as_of) in enumerate(DAYS):
            decide(desks, patients, standing, as_of)
            also = [(withdraw, ward, patients[2 + number])] if number else []
            withdrawn.update(patient for _, _, patient in also)
            told = at_once(desks, also)
            says.update(line for one in told if hasattr(one, "trouble") for line in one.trouble)
            assert [len(ward.subjects(patient)) for patient in patients] == [1] * AT_ONCE
        found = {patient: ward.subjects(patient)[0]["status"] for patient in patients}
        assert {patient for patient, status in found.items() if status == "withdrawn"} == withdrawn & {*patients}
    assert len(dice.cuts) > ROUNDS / 4
    assert any("another adapter wrote it" in line for line in says)
