"""A writer is killed at any moment, and what it committed is there whole: rows with their watermark, all with all."""

import os
import random
import shutil
import signal
import sys
import time
from dataclasses import replace

import pytest
from sqlalchemy import Engine, event, insert, inspect, select

from adapter.database import Database, DatabaseError, dialect, open_database
from adapter.database.migrate import migrate, version_of
from adapter.database.tables import chart_member, metadata
from adapter.database.versions import VERSIONS
from adapter.facts.chart import Chart, Watermark
from adapter.facts.intake import Kept
from adapter.journal import Change, Decided, Journal
from tests.river.nursery import Steps

ROUNDS = 20
DECIDED = Decided(0, "", "s", "2026-03-16", "open", "{}", "{}", "now")


def write_for_ever(url):
    """Move rows and watermark on by one, then decide as much; the parent ends this."""
    with open_database(url) as database:
        chart, journal = Chart(database), Journal(database)
        mark = chart.watermark("Observation")
        step = int(mark.instant) if mark else 0
        while True:
            step += 1
            with chart.transaction() as work:
                work.store(resource(n, step) for n in range(200))
                work.move_watermark("Observation", Watermark(str(step)))
            with journal.transaction() as work:
                decide(work, step)


def resource(number, step):
    return Kept("Observation", f"Observation/{number}", "Patient/p", (step, step), ({"step": step, "x": "x" * 500},))


def decide(work, step):
    named = {"study": "s", "study_hash": "h", "adapter_version": "0"}
    run = work.begin_run(started_at="now", as_of="2026-03-16", **named)
    for n in range(10):
        patient = f"Patient/{step}-{n}"
        decision = work.record(replace(DECIDED, run=run, patient=patient))
        work.change(Change(decision, patient, "s", "flagged", None, "open", "[]", True, "now"))
        work.deliver("email", f"{decision}", "{}", "now")
        work.screening_number("s", patient, "now")


def kill_after(seconds, url):
    """Start a writer and kill it; a fork, because a new interpreter takes longer than all the rest."""
    child = os.fork()
    if child == 0:
        try:
            write_for_ever(url)
        finally:
            os._exit(1)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the writer ended by itself"


def state(url):
    """How far the writer came, after having made sure that all of it fits together."""
    with open_database(url) as database:
        with database.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        chart, journal = Chart(database), Journal(database)
        mark, rows = chart.watermark("Observation"), chart.of_patient("Patient/p")
        step = int(mark.instant) if mark else 0
        assert [kept.rows[0]["step"] for kept in rows] == ([step] * 200 if step else [])
        decisions, changes = journal.latest_of_all("s"), journal.changes("s")
        told, numbered = journal.pending("email"), [journal.screening_number("s", patient) for patient in decisions]
    assert sorted(decision.id for decision in decisions.values()) == [change.decision for change in changes]
    assert [one.key for one in told] == [str(change.decision) for change in changes]
    assert sorted(numbered) == [f"S-{n:04}" for n in range(1, len(decisions) + 1)]
    assert len(decisions) % 10 == 0
    assert len(decisions) <= step * 10
    return step


def test_nothing_is_ever_half_there(tmp_path):
    url = f"sqlite:///{tmp_path}/adapter.db"
    moments, reached = random.Random(20260316), [0]
    for _ in range(ROUNDS):
        kill_after(moments.uniform(0.01, 0.3), url)
        reached.append(state(url))
    assert reached == sorted(reached)
    assert reached[-1] > 1, "the writer was always killed before it could write: give it more time"


def open_until(file, last):
    """Open a database in a process of its own, which dies before a step; tell whether it did."""
    child = os.fork()
    if child == 0:
        steps = Steps(os.open(os.devnull, os.O_WRONLY), last)
        event.listen(Engine, "connect", steps.watch)
        sys.addaudithook(steps)
        try:
            with open_database(f"sqlite:///{file}"):
                os._exit(0)
        finally:
            os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in {0, -signal.SIGKILL}
    return code != 0


@pytest.mark.slow
def test_72_a_migration_that_was_killed_at_any_step_is_finished_later_and_loses_nothing(tmp_path):
    """Fault 72: the first version of the schema, killed before each file and statement on the way to the newest."""
    old, last = tmp_path / "old.db", 0
    dialect.make_sqlite(old)
    with Database(dialect.read_url(f"sqlite:///{old}")) as database:
        migrate(database, DatabaseError, VERSIONS[:1])
        with database.writing() as connection:
            connection.execute(insert(chart_member).values(patient="Patient/p1", way="scan", since="2026-03-16"))
    while True:
        folder = tmp_path / f"{last}"
        folder.mkdir()
        file = shutil.copy(old, folder / "adapter.db")
        killed = open_until(file, last)
        with open_database(f"sqlite:///{file}") as database, database.reading() as connection:
            assert version_of(connection) == VERSIONS[-1].number, f"step {last}"
            assert {*inspect(connection).get_table_names()} >= {*metadata.tables}
            assert connection.scalars(select(chart_member.c.patient)).all() == ["Patient/p1"]
        kept = Database(dialect.read_url(f"sqlite:///{folder}/adapter.db.before-migration-1"))
        with kept, kept.reading() as connection:
            assert version_of(connection) == 1
        shutil.rmtree(folder)
        if not killed:
            break
        last += 1
    assert last > 30
