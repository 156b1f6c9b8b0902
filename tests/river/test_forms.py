"""A form that is filled in on the page goes to the hospital's record, comes back from it, and counts once."""

import json
from datetime import date

import pytest

from adapter import places
from adapter.demo.exchange import Answer
from adapter.pipeline import prepare
from adapter.reception import ward_of
from adapter.settings import load
from adapter.study.load import load_study
from adapter.worklist import create_app
from adapter.worklist.access.roles import Role
from adapter.worklist.access.users import Users
from tests.river.hospital import AS_OF, STUDY
from tests.worklist.browser import Browser

WHO = "Patient/c13"
BEDSIDE = {"sledai.seizure": "absent", "sledai.arthritis": "present", "sledai.rash": "present"}


@pytest.fixture
def flowing(river):
    """The hospital after its first run, with forms written to the server."""
    river.settled = {"[outputs.email]": "[outputs.forms]\nenabled = true\n[outputs.email]"}
    ran = river.run()
    assert ran.code == 0, ran.err
    return river


@pytest.fixture
def ward(flowing):
    mappings = places.folder("mappings")
    screen = prepare(load_study(mappings / "studies" / STUDY, mappings), mappings, "Asia/Shanghai")
    made = ward_of(load(flowing.settings, {}), screen, lambda: {"status": "ok"}, lambda: date.fromisoformat(AS_OF))
    yield made
    made.database.close()


@pytest.fixture
def fill_in(ward):
    """Fill in the form of a patient on the page."""
    Users(ward.database).add("wang", Role.COORDINATOR, STUDY, None, "2026-03-16T08:00:00Z")
    app = create_app(ward)

    def filled(**chosen):
        path = f"/worklist/{ward.journal.screening_number(STUDY, WHO)}/form"
        assert Browser(app, "wang").send(path, path, on=AS_OF, **chosen).status_code == 303

    return filled


def forms(river):
    return river.sandbox.store.all("QuestionnaireResponse")


def arthritis(ward):
    """What is known of one item: where it was said, and what it weighs in the end."""
    looked = ward.look(WHO).judged
    said = [fact.resource for fact in looked.record.facts if fact.concept == "sledai.arthritis"]
    return said, looked.decision.scores["selena-sledai"].low


def test_a_form_is_written_once_and_what_comes_back_does_not_count_twice(flowing, ward, fill_in):
    before = len(forms(flowing))
    fill_in(**BEDSIDE)
    (page,), low = arthritis(ward)
    told = flowing.run("--only-tell", "--json")
    assert told.code == 0 and json.loads(told.out)["deliveries"]["forms"]["done"] == 1
    assert len(forms(flowing)) == before + 1
    decided = flowing.decisions()[WHO]
    again = flowing.run("--full", "--json")
    account = json.loads(again.out)["account"]["resources"]["QuestionnaireResponse"]
    assert (again.code, account["stored"]) == (0, 1), again.err
    assert arthritis(ward) == ([page], low)
    assert flowing.decisions()[WHO]["scores"] == decided["scores"] and len(forms(flowing)) == before + 1


def test_a_form_counts_once_also_where_its_record_is_merged_into_another(flowing, ward, fill_in):
    fill_in(**BEDSIDE)
    assert flowing.run("--only-tell").code == 0
    flowing.change("Patient/c13", link=[{"other": {"reference": "Patient/c14"}, "type": "replaced-by"}])
    assert flowing.run().code == 0
    facts = ward.look("Patient/c14").judged.record.facts
    assert [fact.resource for fact in facts if fact.concept == "sledai.arthritis"] == ["QuestionnaireResponse/page-1"]


def test_where_the_journal_is_another_the_copy_on_the_server_speaks(flowing, ward, fill_in, tmp_path):
    fill_in(**BEDSIDE)
    assert flowing.run("--only-tell").code == 0
    held = flowing.anew(tmp_path / "another")
    (copy,) = (one for one in held.values() if one.type == "QuestionnaireResponse" and one.patient == WHO)
    assert {row["link_id"] for row in copy.rows} == set(BEDSIDE) and copy.rows[0]["identifier"]


def test_a_server_that_takes_no_form_is_no_dead_end(flowing, ward, fill_in):
    flowing.front = lambda visit, request: (
        request.method == "POST" and request.path == "QuestionnaireResponse" and (visit.send(Answer(405)) or True)
    )
    fill_in(**BEDSIDE)
    assert len(arthritis(ward)[0]) == 1
    told = flowing.run("--json")
    assert json.loads(told.out)["deliveries"]["forms"]["stuck"] == 1 and "(405)" in told.err
    fill_in(**{**BEDSIDE, "sledai.rash": "absent"})
    flowing.front = None
    before = len(forms(flowing))
    assert flowing.run("--only-tell").code == 0
    assert len(forms(flowing)) == before + 2
