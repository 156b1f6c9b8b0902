"""Who is erased cannot be found any more, in the file's own bytes either; the chain still fits."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import select

from adapter.database import DatabaseError, open_database
from adapter.database.tables import journal_decision, metadata
from adapter.errors import SourceError
from adapter.facts.chart import Chart
from adapter.facts.intake import Kept
from adapter.journal import Journal
from adapter.journal.audit.erasure import Eraser, expire
from adapter.journal.audit.verify import verify
from adapter.keeping.erase import erase
from tests.unit.journaled import AT, PATIENTS, live, written
from tests.unit.test_audit import verified

GONE = "Patient/p1"


def test_a_person_who_is_erased_is_nowhere_and_what_was_decided_stays(tmp_path):
    file = written(tmp_path, 3)
    with open_database(f"sqlite:///{file}") as database, Chart(database).transaction() as work:
        work.store([Kept("Observation", "Observation/o1", GONE, (1, 1), ({"value": "secret-value"},))])
    before = verified(file)
    assert not erase(f"sqlite:///{file}", None, "s", "S-0001", "DPO")
    after = verified(file)
    assert (after.faults, after.entries > before.entries) == ([], True)
    for trace in (b"Patient/p1", b"secret-value", b"Open, Patient/p1.", b"haemolysed"):
        assert trace not in b"".join(one.read_bytes() for one in tmp_path.glob("adapter.db*")), trace
    with open_database(f"sqlite:///{file}") as database:
        journal = Journal(database)
        assert len(journal.latest_of_all("s")) == len(PATIENTS)
        assert journal.history("s", GONE) == []
        assert journal.patient_of("s", "S-0001").startswith("erased/")
        live(journal, 1)
    assert verified(file).faults == []


@pytest.mark.parametrize("named", ["Patient/p3", "Patient/p2", "S-0001"])
def test_a_person_is_erased_under_every_id_that_merges_gave_them(database_url, named):
    """The first record went into the second, and the third into the first before; the fourth was taken out again."""
    with open_database(database_url) as database:
        journal = Journal(database)
        live(journal, 1)
        with journal.transaction() as work:
            for old, survivor in (("p3", "p1"), ("p1", "p2"), ("p4", "p2")):
                work.merged(f"Patient/{old}", f"Patient/{survivor}", AT)
            work.merged("Patient/p4", None, AT)
    assert not erase(database_url, None, "s", named, "DPO")
    with open_database(database_url) as database:
        journal = Journal(database)
        assert [who for who in PATIENTS if journal.history("s", who)] == ["Patient/p4"]
        assert len(journal.latest_of_all("s")) == len(PATIENTS) and journal.survivors() == {}
        with database.reading() as connection:
            assert verify(connection, []).faults == []
            tables = [table for name, table in metadata.tables.items() if name.startswith(("journal_", "clinic_"))]
            held = repr([connection.execute(select(table)).all() for table in tables])
    assert not any(who in held for who in PATIENTS[1:3]) and PATIENTS[3] in held


def test_nobody_is_erased_who_is_not_there(tmp_path):
    with pytest.raises(SourceError, match="nothing is known"):
        erase(f"sqlite:///{written(tmp_path, 1)}", None, "s", "nobody", "DPO")


def test_erasing_is_the_same_on_both_kinds_of_database_and_the_tables_refuse_again(database_url):
    with open_database(database_url) as database:
        journal = Journal(database)
        live(journal, 2)
        with journal.transaction() as work:
            Eraser(work, "DPO", "erased").erase(GONE)
        with database.reading() as connection:
            assert verify(connection, []).faults == []
        with pytest.raises(DatabaseError, match="append-only"), database.writing() as connection:
            connection.execute(journal_decision.update().values(standing="candidate"))


def test_the_facts_of_those_who_left_are_removed_when_their_time_is_over(tmp_path):
    file, staying = written(tmp_path, 1), {*PATIENTS[1:]}
    ages = []
    with open_database(f"sqlite:///{file}") as database:
        journal = Journal(database)
        for present, before in (
            (staying, "2000"), ({*PATIENTS}, "3000"), (staying, "2000"), (staying, "2000"), (staying, "3000"),
            (staying, "3000"),
        ):  # fmt: skip
            with journal.transaction() as work:
                ages.append(expire(work, "s", present, before))
        (left,) = journal.history("s", GONE)
        assert (left.standing, left.picks, left.line, journal.note(left.id, "en")) == ("open", "{}", "{}", None)
        assert journal.latest("s", PATIENTS[1]).picks != "{}"
    assert ages == [0, 0, 0, 0, 1, 0]
    assert verified(file).faults == []
    with closing(sqlite3.connect(file)) as connection:
        kinds = connection.execute("SELECT kind FROM journal_audit WHERE kind IN ('left', 'came-back') ORDER BY id")
        assert [kind for (kind,) in kinds] == ["left", "came-back", "left"]
