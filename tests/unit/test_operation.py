"""How the service does: coverage and its drift, runs and deliveries as the state knows them, metrics without data."""

import json
from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families

from adapter.database import open_database
from adapter.facts.chart import Chart
from adapter.journal import Journal
from adapter.operation.drift import coverage, drift
from adapter.operation.metrics import metrics
from adapter.operation.state import state_of

NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)
RUN = {"as_of": "2026-03-16", "study": "s", "study_hash": "v1", "adapter_version": "0.1.0"}
NAME = "王小明"


def counts(met, not_met=0, **unknown):
    return {"met": met, "not_met": not_met, "unknown": unknown}


def report(**criteria):
    return {"criteria": criteria}


STEADY = [
    report(C3=counts(90, 2, no_result=8)),
    report(C3=counts(91, 1, no_result=8)),
    report(C3=counts(92, no_result=8)),
]


def test_coverage_is_the_share_that_is_decided():
    assert coverage(report(C3=counts(3, 1, no_result=4), none=counts(0))) == {"C3": 0.5}


def test_a_fall_is_told_with_the_reason_that_grew():
    (fallen,) = drift(report(C3=counts(31, 0, no_result=8, unmapped=61), I1=counts(100)), STEADY)
    assert (fallen.criterion, fallen.before, fallen.now, fallen.because) == ("C3", 0.92, 0.31, "unmapped")


@pytest.mark.parametrize(
    ("now", "earlier"),
    [
        (report(C3=counts(80, 0, no_result=20)), STEADY),  # it fell by less than a fifth
        (report(C3=counts(100)), STEADY),  # it rose
        (report(C3=counts(0, 0, no_result=9)), STEADY),  # too few patients to tell
        (report(C3=counts(0, 0, no_result=99)), STEADY[:2]),  # too few runs to tell
        (report(C3=counts(0, 0, no_result=99)), [report(C3=counts(9))] * 9),  # too few patients then
        (report(), STEADY),
        (report(new=counts(0, 0, no_result=99)), STEADY),
    ],
)
def test_nothing_is_told_where_nothing_fell_or_nobody_can_tell(now, earlier):
    assert drift(now, earlier) == []


def test_one_bad_run_is_no_measure():
    bad = report(C3=counts(0, 0, unmapped=100))
    assert drift(STEADY[0], [bad, *STEADY]) == []
    assert [one.criterion for one in drift(bad, [bad, *STEADY])] == ["C3"]


@pytest.fixture
def database(tmp_path):
    with open_database(f"sqlite:///{tmp_path}/adapter.db") as opened:
        yield opened


def ended(database, said, code=0, at="2026-03-16T11:00:00Z", **more):
    with Journal(database).transaction() as work:
        run = work.begin_run(started_at=at, **{**RUN, **more})
        work.end_run(run, ended_at=at, report=json.dumps(said), exit_code=code)


def test_the_state_knows_the_runs_and_what_waits(database):
    ended(database, {}, at="2026-03-14T11:00:00Z")
    ended(database, {}, 13)
    ended(database, {}, study="another")
    with Journal(database).transaction() as work:
        for key in ("a", "b"):
            work.deliver("email", key, "{}", f"2026-03-15T0{len(key)}:00:00Z")
        work.deliver("webhook", "c", "{}", "2026-03-15T01:00:00Z")
    (hook,) = Journal(database).pending("webhook")
    Journal(database).failed(hook.id, "refused", permanent=True)
    state = state_of(database, "s")
    assert (state.ended, state.last_good) == ({0: 1, 13: 1}, "2026-03-14T11:00:00Z")
    assert [run.exit_code for run in state.runs] == [13, 0]
    assert state.deliveries == {("email", "pending"): 2, ("webhook", "dead"): 1}
    assert state.oldest_pending == {"email": "2026-03-15T01:00:00Z"}


def test_drift_is_held_against_runs_by_the_same_study(database):
    for said in STEADY:
        ended(database, said)
    ended(database, report(C3=counts(0, 0, unmapped=100)))
    assert [one.criterion for one in state_of(database, "s").drift] == ["C3"]
    ended(database, report(C3=counts(0, 0, unmapped=100)), study_hash="v2")
    assert state_of(database, "s").drift == []


def test_an_empty_database_has_a_state_and_metrics(database):
    state = state_of(database, "s")
    assert state.runs == () and state.drift == [] and state.coverage == {}
    assert b"trial_adapter_info" in metrics(state, NOW)


def sampled(text):
    families = text_string_to_metric_families(text.decode())
    return {(one.name, *sorted(one.labels.items())): one.value for family in families for one in family.samples}


def test_the_metrics_say_what_the_state_knows(database):
    account = {"resources": {"Observation": {"asked": 3}}}
    ended(
        database,
        {**STEADY[0], "account": account, "decisions": {"open": 7}, "seconds": {"total": 2.5}, "population": 100},
    )
    with Chart(database).transaction() as work:
        work.quarantine("Observation", "not JSON", "1", "2026-03-16T11:00:00Z")
        work.quarantine("Observation", "not JSON", "2", "2026-03-16T11:00:00Z")
    with Journal(database).transaction() as work:
        work.deliver("email", "a", "{}", "2026-03-16T11:30:00Z")
    found = sampled(metrics(state_of(database, "s"), NOW))
    for name, value in {
        ("trial_adapter_runs_total", ("exit_code", "0")): 1,
        ("trial_adapter_last_good_run_age_seconds",): 3600,
        ("trial_adapter_run_seconds", ("phase", "total")): 2.5,
        ("trial_adapter_population",): 100,
        ("trial_adapter_patients", ("decision", "open")): 7,
        ("trial_adapter_patients", ("decision", "candidate")): 0,
        ("trial_adapter_criterion_coverage_ratio", ("criterion", "C3")): 0.92,
        ("trial_adapter_quarantined", ("reason", "not JSON"), ("type", "Observation")): 2,
        ("trial_adapter_deliveries", ("output", "email"), ("state", "pending")): 1,
        ("trial_adapter_oldest_pending_seconds", ("output", "email")): 1800,
    }.items():
        assert found[name] == value


def test_79_no_label_says_what_a_record_said(database):
    odd = {
        "troubles": {NAME: "x"},
        "not_judged": {NAME: 1},
        "seconds": {f"pull\n{NAME}": 1},
        "account": {"resources": {}},
    }
    ended(database, odd)
    with Chart(database).transaction() as work:
        work.quarantine(NAME, f"odd {NAME}", "1", "2026-03-16T11:00:00Z")
        work.quarantine("Zhang", "\x1b[2J", "1", "2026-03-16T11:00:00Z")
    text = metrics(state_of(database, "s"), NOW)
    assert NAME.encode() not in text and b"Zhang" not in text and b"\x1b" not in text
    assert sampled(text)["trial_adapter_quarantined", ("reason", "other"), ("type", "other")] == 2
