"""Whoever judges judges as a run does: by the chart, the forms of the page and the facts that a person set aside."""

from datetime import date, timedelta

import pytest

from adapter import places
from adapter.explain.foresight import compare
from adapter.explain.recall import recall
from adapter.facts.chart import Chart
from adapter.journal.picks import as_json, digest
from adapter.patients import Patients
from adapter.pipeline import judge_one, prepare
from adapter.study.load import load_study
from tests.acceptance.command import changed
from tests.river.hospital import AS_OF, FLAGGED, SOME, STUDY
from tests.worklist.test_patient import BEDSIDE

TODAY = date.fromisoformat(AS_OF)
SHIPPED = places.folder("mappings") / "studies" / STUDY


@pytest.fixture
def ward(page):
    """What the page stands on."""
    return page.extensions["ward"]


@pytest.fixture
def examined(browser, ward):
    """Who was examined at the bedside, of the flagged, and ruled out by what was attested of them."""
    number = ward.journal.screening_number(STUDY, "Patient/c13")
    one, path = browser("investigator"), f"/worklist/{number}/form"
    assert one.send(path, path, on=AS_OF, **BEDSIDE, **{"attest.lactating": "yes"}).status_code == 303
    assert ward.journal.latest(STUDY, "Patient/c13").standing == "ineligible"
    return "Patient/c13"


def patients(ward, screen, *, few):
    return Patients(Chart(ward.database), ward.journal, screen, None, few=few)


@pytest.mark.parametrize("few", [False, True])
def test_what_is_on_record_is_what_would_be_decided_now(ward, screen, examined, few):
    found = patients(ward, screen, few=few)
    known = {one.patient: one for one in (found.everybody() if not few else map(found.one, sorted(found.population)))}
    assert set(known) == {f"Patient/{name}" for name in SOME} and examined in known
    for patient, one in known.items():
        stored, judged = ward.journal.latest(STUDY, patient), judge_one(one.record, screen.study, TODAY)
        assert one.not_judged is None
        assert (judged.decision.standing.value, digest(as_json(judged.decision.picks))) == (
            stored.standing,
            digest(stored.picks),
        ), patient


def test_who_would_move_is_told_by_where_the_forms_of_the_page_have_put_them(place, screen, examined, tmp_path):
    stricter = changed(tmp_path, "parameters.toml", 'default = "18"', 'default = "90"', study=SHIPPED)
    other = prepare(load_study(stricter, places.folder("mappings")), places.folder("mappings"), "Asia/Shanghai")
    found = compare(place, screen, other, TODAY)
    assert found.judged == len(SOME)
    assert {patient for patient, _, _ in found.moves} >= FLAGGED - {examined}
    assert examined not in {patient for patient, _, _ in found.moves}, "ruled out by both"


def test_a_look_back_knows_the_forms_of_the_page(place, screen, examined):
    since = recall(place, screen, examined, TODAY, "en", today=TODAY + timedelta(days=1)).since
    assert since.now.decision.standing.value == "ineligible"
    assert list(since.lines(screen, "en"))[1:] == ["Record and study say the same as then."]


def test_a_type_that_was_read_in_part_decides_nothing_while_one_looks(ward, browser):
    with Chart(ward.database).transaction() as work:
        work.read("Observation", in_part=True)
    before = ward.journal.latest(STUDY, "Patient/c13")
    number = ward.journal.screening_number(STUDY, "Patient/c13")
    one, path = browser("investigator"), f"/worklist/{number}/form"
    sent = one.send(path, path, on=AS_OF, **BEDSIDE, **{"attest.lactating": "yes"})
    assert sent.status_code == 303 and ward.journal.latest(STUDY, "Patient/c13") == before
    assert ward.look("Patient/c13").judged.decision.incomplete == ("Observation",)
    with Chart(ward.database).transaction() as work:
        work.read("Observation", in_part=False)
    assert ward.decide("Patient/c13") and ward.journal.latest(STUDY, "Patient/c13").standing == "ineligible"
