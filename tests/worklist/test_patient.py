"""One patient: why, what is missing, forms that are evidence at once, and a person's word that stands."""

import json
from dataclasses import replace
from datetime import date

import pytest

from adapter.database import DatabaseError
from adapter.journal.clinic import answers
from adapter.worklist.show.settling import recalled
from tests.river.hospital import AS_OF, STUDY

BEDSIDE = {"sledai.seizure": "absent", "sledai.arthritis": "present", "sledai.rash": "present"}


@pytest.fixture
def ward(page):
    """What the page stands on."""
    return page.extensions["ward"]


@pytest.fixture
def number(ward):
    """The screening number of somebody whose bedside items nobody has looked at."""
    return next(
        one for one in ("S-0001", "S-0002", "S-0003")
        if ward.journal.latest(STUDY, ward.journal.patient_of(STUDY, one)).standing == "potential-candidate"
    )  # fmt: skip


def test_the_list_leads_to_each_patient_and_nearest_comes_first(browser):
    text = browser("investigator").get("/worklist", headers={"Accept-Language": "en"}).text
    assert all(f"/worklist/{one}" in text for one in ("S-0001", "S-0002", "S-0003"))
    assert text.rindex(">Candidate<") < text.rindex(">Potential candidate<")


def test_a_patients_page_says_why_in_both_languages(browser, number):
    one = browser("investigator")
    english = one.get(f"/worklist/{number}", headers={"Accept-Language": "en"}).text
    one.post("/language", {"language": "zh", "next": f"/worklist/{number}"})
    chinese = one.get(f"/worklist/{number}").text
    assert "What would settle it" in english and "需要明确的事项" in chinese
    assert 'lang="zh-CN"' in chinese and "Observation/" in english


def test_78_a_monitor_sees_no_person(browser, number, ward):
    patient = ward.journal.patient_of(STUDY, number)
    text = browser("monitor").get(f"/worklist/{number}").text
    assert patient not in text and "Observation/" not in text and "<form" in text
    assert f"{number}/form" not in text and 'name="reason"' not in text


def test_78_a_number_of_nobody_here_is_not_found(browser):
    for path in ("/worklist/S-9999", "/worklist/c01", "/worklist/S-0001/../S-9999", "/worklist/S-9999/form"):
        assert browser("investigator").get(path).status_code == 404


def test_a_form_is_evidence_at_once(browser, number, ward):
    one, patient = browser("coordinator"), ward.journal.patient_of(STUDY, number)
    before = ward.journal.history(STUDY, patient)
    sent = one.send(f"/worklist/{number}/form", f"/worklist/{number}/form", on=AS_OF, **BEDSIDE)
    assert (sent.status_code, sent.headers["Location"]) == (303, f"/worklist/{number}?done=form")
    after = ward.journal.history(STUDY, patient)
    assert len(after) == len(before) + 1 and after[-1].run == before[-1].run
    low = [json.loads(row.line)["scores"]["selena-sledai"]["low"] for row in (before[-1], after[-1])]
    assert low[1] == low[0] + 4 + 2  # arthritis and rash
    text = one.get(sent.headers["Location"], headers={"Accept-Language": "en"}).text
    assert "judged anew" in text and "arthritis" in text


def test_a_form_is_worked_out_before_it_is_kept(browser, number, ward):
    one, patient = browser("coordinator"), ward.journal.patient_of(STUDY, number)
    shown = one.send(f"/worklist/{number}/form", f"/worklist/{number}/form", on=AS_OF, show="1", **BEDSIDE)
    assert shown.status_code == 200 and shown.text.count("checked") >= 3
    with ward.database.reading() as connection:
        assert answers.of(connection, STUDY, patient) == []


def test_what_the_record_says_stands_beside_each_question(browser, ward):
    one, number = browser("coordinator"), ward.journal.screening_number(STUDY, "Patient/c01")
    path = f"/worklist/{number}/form"
    text = one.get(path, headers={"Accept-Language": "en"}).text
    said = "in another clinical study: no (stated 2026-03-12)"
    assert text.lower().count(said) == 1
    assert one.send(path, path, on=AS_OF, **{"attest.other_study": "no"}).status_code == 303
    text = one.get(path, headers={"Accept-Language": "en"}).text
    assert text.lower().count(said) == 1 and "On the form of 16 Mar 2026: no" in text


def test_two_people_on_one_patient_see_each_others_change(browser, number, ward):
    path = f"/worklist/{number}/form"
    first, second = browser("investigator"), browser("coordinator")
    opened = {"on": AS_OF, "seen": "0", "form_token": second.form_token}
    assert first.send(path, path, on=AS_OF, **{"sledai.fever": "absent"}).status_code == 303
    late = second.post(path, {**opened, **BEDSIDE}, headers={"Accept-Language": "en"})
    assert late.status_code == 409 and "investigator has put a form on record" in late.text
    assert late.text.count("differs") == 4  # theirs, and the three of one's own
    assert 'name="sledai.arthritis" value="present" checked' in late.text
    again = {**opened, **BEDSIDE, "seen": "1"}
    assert second.post(path, again).status_code == 303
    with ward.database.reading() as connection:
        kept = answers.of(connection, STUDY, ward.journal.patient_of(STUDY, number))
    assert [form.author for form in kept] == ["investigator", "coordinator"]


def test_a_busy_database_gives_the_form_back_as_it_was_typed(browser, number, page, monkeypatch):
    one, path = browser("investigator"), f"/worklist/{number}/form"
    ward = page.extensions["ward"]

    def busy(*_, **__):
        raise DatabaseError("locked")

    sent = {"on": AS_OF, "seen": "0", "form_token": one.form_token, **BEDSIDE}
    monkeypatch.setattr(answers, "add", busy)
    answer = one.post(path, sent)
    assert answer.status_code == 503 and 'name="sledai.rash" value="present" checked' in answer.text
    monkeypatch.undo()
    assert one.post(path, sent).status_code == 303 and ward.today() == date.fromisoformat(AS_OF)


@pytest.mark.parametrize(
    "wrong", [{"on": "2026-03-17"}, {"on": "yesterday"}, {"on": AS_OF, "seen": "x"}, {"on": AS_OF, "seen": "0"}]
)
def test_a_form_that_is_none_is_refused(browser, number, wrong):
    one = browser("investigator")
    sent = {"form_token": one.form_token, "seen": "0", "sledai.rash": "perhaps", **wrong}
    assert one.post(f"/worklist/{number}/form", sent).status_code == 400


def test_a_status_is_dated_names_the_studys_version_and_is_never_erased(browser, number, ward):
    one, path, patient = browser("investigator"), f"/worklist/{number}", ward.journal.patient_of(STUDY, number)
    assert one.send(path, f"{path}/status", status="screening").status_code == 303
    assert one.send(path, f"{path}/status", status="eligible").status_code == 303
    said = ward.journal.statuses_of(STUDY, patient)
    assert [(row.status, row.author) for row in said] == [("screening", "investigator"), ("eligible", "investigator")]
    assert {row.study_hash for row in said} == {ward.study_hash} and said[-1].decision is not None
    assert any(f"status-{said[-1].id}" in row.key for row in ward.journal.pending("research_subject"))


def test_eligible_is_an_investigators_word(browser, number):
    one, path = browser("coordinator"), f"/worklist/{number}"
    assert 'value="eligible"' not in one.get(path).text
    assert one.send(path, f"{path}/status", status="eligible").status_code == 403
    assert one.send(path, f"{path}/status", status="candidate").status_code == 400
    assert one.send(path, f"{path}/status", status="ineligible").status_code == 400  # without a reason


def test_a_status_that_somebody_else_has_set_meanwhile_is_shown_first(browser, number, ward):
    path, patient = f"/worklist/{number}", ward.journal.patient_of(STUDY, number)
    late = browser("coordinator")
    assert browser("investigator").send(path, f"{path}/status", status="screening").status_code == 303
    sent = {"form_token": late.form_token, "seen": "0", "status": "withdrawn", "reason": "moved away"}
    assert late.post(f"{path}/status", sent).headers["Location"].endswith("?done=changed#status")
    assert [row.status for row in ward.journal.statuses_of(STUDY, patient)] == ["screening"]


def test_a_fact_is_set_aside_and_given_back_while_one_looks(browser, number, ward):
    one, path, patient = browser("investigator"), f"/worklist/{number}", ward.journal.patient_of(STUDY, number)
    fact = next(f for f in ward.look(patient).judged.record.facts if f.concept == "c3")
    named = {"resource": fact.resource, "item": fact.item, "received": fact.received, "form_token": one.form_token}
    assert one.post(f"{path}/aside", {**named, "reason": "haemolysed"}).status_code == 303
    assert "haemolysed" in one.get(path).text and len(ward.journal.set_aside(STUDY)[patient]) == 1
    assert one.post(f"{path}/aside", {**named, "lift": "1"}).status_code == 303
    assert ward.journal.set_aside(STUDY) == {}
    assert one.post(f"{path}/aside", {**named, "received": "0", "reason": "x"}).status_code == 409


def test_what_is_done_is_shown_and_found(browser, number):
    one, path = browser("coordinator"), f"/worklist/{number}"
    note = {"form_token": one.form_token, "kind": "note", "said": "<script>calls back on Monday</script>"}
    assert one.post(f"{path}/act", note).status_code == 303
    assert one.post(f"{path}/act", {**note, "kind": "assign", "said": "coordinator"}).status_code == 303
    assert one.post(f"{path}/act", {**note, "kind": "dance"}).status_code == 400
    assert "&lt;script&gt;calls back" in one.get(path).text and "<script>calls" not in one.get(path).text
    assert number in one.get("/worklist?q=monday&who=me").text
    assert number not in one.get("/worklist?who=nobody").text
    snoozed = {"form_token": one.form_token, "kind": "snooze", "until": "2026-04-01"}
    assert one.post(f"{path}/act", snoozed).status_code == 303
    assert number not in one.get("/worklist").text and number in one.get("/worklist?show=put-off").text
    assert "calls back" not in browser("monitor").get(path).text


def test_every_view_and_act_is_on_the_audit_chain(browser, number, ward):
    one = browser("investigator")
    one.get(f"/worklist/{number}")
    one.send(f"/worklist/{number}", f"/worklist/{number}/status", status="screening")
    with ward.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT kind, who FROM journal_audit WHERE who = 'investigator'").all()
    kinds = [row.kind for row in rows]
    assert kinds.count("page-viewed") == 2 and "status" in kinds


@pytest.mark.parametrize("name", ["c13", "c14"])
def test_what_would_settle_it_is_on_record_as_it_would_be_found(ward, name):
    who = f"Patient/{name}"
    last, judged = ward.journal.history(STUDY, who)[-1], ward.look(who).judged
    with ward.database.reading() as connection:
        assert recalled(connection, last, judged.decision, ward.study) == judged.settles != ()
        assert recalled(connection, replace(last, picks="{}"), judged.decision, ward.study) is None


def test_what_a_person_does_is_sent_at_once_and_only_where_something_is_to_be_sent(page, browser, number, ward):
    told, one, path = [], browser("investigator"), f"/worklist/{number}"
    ward.tell, ward.tells_server = lambda: told.append("tell"), True
    one.send(path, f"{path}/status", status="ineligible")  # without a reason it is refused
    assert told == []
    one.send(path, f"{path}/status", status="screening")
    assert told == ["tell"]
    ward.tells_server = False
    one.send(path, f"{path}/status", status="on-study")
    assert told == ["tell"]
