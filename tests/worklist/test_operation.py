"""IT's page says how the service does and nothing of a patient; the metrics and the probes need no sign-in."""

import html
import json

import pytest

from adapter.incidents.rows import Incident, keep
from adapter.journal import Journal
from tests.river.hospital import STUDY
from tests.worklist.conftest import PASSWORD

RUN = {"as_of": "2026-03-16", "study": STUDY, "study_hash": "v1", "adapter_version": "0.1.0"}


def ended(page, said, code=0, at="2026-03-16T09:00:00Z"):
    with page.extensions["ward"].journal.transaction() as work:
        run = work.begin_run(started_at=at, **RUN)
        work.end_run(run, ended_at=at, report=json.dumps(said), exit_code=code)


def counts(met, **unknown):
    return {"met": met, "not_met": 0, "unknown": unknown}


def test_it_begins_with_the_service_and_others_with_the_patients(browser):
    for who, home in {"it": "/operation", "coordinator": "/worklist", "monitor": "/worklist"}.items():
        answer = browser().post("/login", {"username": who, "password": PASSWORD})
        assert answer.headers["Location"] == home
        assert browser(who).get("/").headers["Location"] == home
        assert browser(who).get("/login").headers["Location"] == home


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_of_it_names_no_patient(page, browser, language):
    one = browser("it")
    one.post("/language", {"language": language})
    said = one.get("/operation").text
    latest = page.extensions["ward"].journal.latest_of_all(STUDY)
    assert len(latest) > 3
    assert not any(who.removeprefix("Patient/") in said.split() or who in said or "S-0" in said for who in latest)
    assert "<nav aria-label" in said and "/worklist" not in said.split("<main")[0].split("<nav")[1]


def test_what_was_partial_what_waits_and_what_fell_is_told(page, browser):
    good = {"criteria": {"E1f": counts(92, no_result=8)}}
    for _ in range(3):
        ended(page, good)
    worse = {"criteria": {"E1f": counts(31, unmapped=69)}, "troubles": {"Observation": "403"},
             "unmapped_codes": {"urn:lab|Z,1": 7, "urn:lab|Z2": 3}}  # fmt: skip
    ended(page, worse, 13)
    with page.extensions["ward"].journal.transaction() as work:
        work.deliver("webhook", "a", "{}", "2026-03-16T09:00:00Z")
    (hook,) = Journal(page.extensions["ward"].database).pending("webhook")
    page.extensions["ward"].journal.failed(hook.id, "refused", permanent=True)
    said = browser("it").get("/operation", headers={"Accept-Language": "en"}).text
    assert "E1f: decided for 31 % of patients, 92 % before" in said and "unit or code not known" in said
    assert "<strong>Observation</strong>: 403" in said and "read in part" in said
    assert '<strong class="bad">1</strong>' in said
    assert "system,code,text,concept\nurn:lab,&#34;Z,1&#34;,,\nurn:lab,Z2,,</textarea>" in said


@pytest.mark.parametrize(("language", "todo"), [("en", "mend what the line names"), ("zh", "按报错提示处理后执行")])
def test_what_is_wrong_and_what_is_dead_is_shown_with_the_command_that_settles_it(page, browser, language, todo):
    ward = page.extensions["ward"]
    said = "Patient/c01 is not known (404)"
    with ward.journal.transaction() as work:
        for name in ("a", "b"):
            work.deliver("webhook", name, '{"patient": "Patient/c01"}', "2026-03-16T09:00:00Z")
        for study, ended in ((STUDY, None), (STUDY, "2026-03-16T10:00:00Z"), ("other", None)):
            fault = Incident(study, "output", f"webhook-{study}-{ended}", said, "2026-03-16T09:00:00Z", ended)
            keep(work, [fault])
    first, second = ward.journal.pending("webhook")
    ward.journal.failed(first.id, said, permanent=True)
    ward.journal.failed(second.id, said, permanent=True)
    with ward.journal.transaction() as work:
        work.drop(second.id, "Li", "2026-03-16T11:00:00Z")
    one = browser("it")
    one.post("/language", {"language": language})
    shown = html.unescape(one.get("/operation").text)
    assert f"<code>trial-adapter deliveries --retry {first.id} --author it</code>" in shown
    assert f"<code>trial-adapter deliveries --drop {first.id} --author it</code>" in shown
    assert shown.count("<code>") == 2 and shown.count(todo) == 1
    assert f"outputs.webhook-{STUDY}-None" in shown and "Patient/" not in shown and "a patient is not known" in shown


def test_a_hospital_without_a_run_is_told_what_to_do(page, browser):
    ward = page.extensions["ward"]
    ward.study = type(ward.study)("other", ward.study.title, "", {}, {}, {}, (), "")
    assert browser().get("/metrics").status_code == 200
    assert browser("elsewhere").get("/operation").status_code == 403


def test_the_metrics_are_open_to_a_monitor_and_say_the_decisions(browser):
    answer = browser().client.get("/metrics", base_url="http://10.1.1.1")
    assert answer.status_code == 200 and answer.content_type.startswith("text/plain; version=0.0.4")
    assert 'trial_adapter_patients{decision="candidate"} 1.0' in answer.text
    assert 'trial_adapter_runs_total{exit_code="0"} 1.0' in answer.text


def test_the_page_is_ready_while_its_database_is_there(page, browser, tmp_path):
    assert browser().client.get("/readyz", base_url="http://10.1.1.1").json == {"status": "ready"}
    page.extensions["ward"].database.close()
    (tmp_path / "adapter.db").unlink()
    answer = browser().get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "no database"})
