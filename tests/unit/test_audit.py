"""The audit chain: what is done to the journal behind the adapter's back is found, and the first of it is named."""

import re
import shutil

import pytest
from sqlalchemy import delete, text, update

from adapter.database import DatabaseError, open_database, read_database
from adapter.database.tables import journal_audit, journal_delivery, journal_person
from adapter.errors import SettingsError
from adapter.journal import Journal
from adapter.journal.audit.heads import append_head, read_heads
from adapter.journal.audit.verify import Head, verify
from tests.acceptance.command import ROOT, run
from tests.unit.journaled import AT, DECIDED, Intruder, live, written

MUTATIONS = 300
SEED = 20260316


@pytest.fixture(scope="module")
def journal_file(tmp_path_factory):
    """Return a journal's file with the heads that were noted, and an older copy of it."""
    folder = tmp_path_factory.mktemp("journal")
    file = folder / "adapter.db"
    with open_database(f"sqlite:///{file}") as database:
        for _ in range(3):
            live(Journal(database), 1)
            with database.reading() as connection:
                append_head(folder / "heads", connection, AT)
            database.close()
            shutil.copy(file, folder / f"{len(read_heads(folder / 'heads'))}.db")
    return file


def verified(file, heads=None):
    with read_database(f"sqlite:///{file}") as database, database.reading() as connection:
        return verify(connection, heads or [])


def test_what_was_written_is_found_as_it_was_written(journal_file):
    heads = read_heads(journal_file.with_name("heads"))
    found = verified(journal_file, heads)
    assert (found.faults, found.entries, found.hash) == ([], heads[-1].entries, heads[-1].hash)
    assert found.rows > 60


def test_84_every_mutation_of_the_journal_is_found(journal_file, tmp_path):
    intruder, overlooked = Intruder(SEED), []
    for number in range(MUTATIONS):
        copy = tmp_path / "copy.db"
        shutil.copy(journal_file, copy)
        done = intruder.mutate(copy)
        if not verified(copy, read_heads(journal_file.with_name("heads"))).faults:
            overlooked.append(f"{number}: {done}")
    assert overlooked == []


@pytest.mark.parametrize("copy", [1, 2])
def test_84_an_older_copy_is_found_by_the_heads_alone(journal_file, copy):
    older, heads = journal_file.with_name(f"{copy}.db"), read_heads(journal_file.with_name("heads"))
    assert verified(older).faults == []
    (fault,) = verified(older, heads).faults
    assert fault.entry == heads[copy - 1].entries
    assert f"had {heads[copy].entries} entries" in fault.says


@pytest.mark.parametrize(
    ("attack", "says"),
    [
        ("UPDATE journal_decision SET standing = 'candidate' WHERE id = 2", "journal_decision 2 was changed"),
        ("DELETE FROM journal_change WHERE id = 3", "journal_change 3 is gone"),
        ("UPDATE journal_audit SET who = 'li' WHERE kind = 'page-view' AND who = 'wang'", "it was changed"),
        ("UPDATE journal_audit SET what = NULL WHERE kind = 'sign-in'", "what it tells was changed"),
        ("UPDATE journal_audit SET what = NULL WHERE kind = 'page-view'", "what it tells is gone"),
    ],
)
def test_84_the_first_row_that_is_not_as_it_was_is_named(journal_file, tmp_path, attack, says):
    copy = shutil.copy(journal_file, tmp_path / "copy.db")
    with open_database(f"sqlite:///{copy}") as database, database.writing() as connection:
        for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql(attack)
    assert verified(copy).faults[0].says == says


@pytest.mark.parametrize("attack", [
    delete(journal_audit), update(journal_audit).values(who="li"), update(journal_person).values(salt="")
], ids=str)  # fmt: skip
def test_the_chain_is_only_ever_added_to(journal_file, tmp_path, attack):
    copy = shutil.copy(journal_file, tmp_path / "copy.db")
    with (
        open_database(f"sqlite:///{copy}") as database,
        pytest.raises(DatabaseError, match="append-only"),
        database.writing() as connection,
    ):
        connection.execute(attack)


def test_the_chain_is_the_same_on_both_kinds_of_database(database_url):
    with open_database(database_url) as database:
        live(Journal(database), 2)
        with database.reading() as connection:
            found = verify(connection, [])
        assert (found.faults, found.entries > 60) == ([], True)
        with database.writing() as connection:
            connection.execute(update(journal_delivery).values(attempts=7))
        with database.reading() as connection:
            assert "journal_delivery 1 was changed" in [fault.says for fault in verify(connection, []).faults]


def test_what_was_rolled_back_is_not_on_the_chain(tmp_path):
    file = written(tmp_path, 1)
    before = verified(file)
    with (
        open_database(f"sqlite:///{file}") as database,
        pytest.raises(ZeroDivisionError),
        Journal(database).transaction() as work,
    ):
        _ = work.record(DECIDED) / 0
    assert verified(file) == before


def test_a_journal_older_than_its_chain_is_taken_up(tmp_path):
    file = written(tmp_path, 1)
    with open_database(f"sqlite:///{file}") as database:
        with database.writing() as connection:
            for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            connection.execute(delete(journal_audit))
            connection.execute(delete(journal_person))
        file.with_name(f"{file.name}.head").unlink()
        live(Journal(database), 1)
        with database.reading() as connection:
            kinds = {row.kind for row in connection.execute(text("SELECT kind FROM journal_audit WHERE about > ''"))}
    assert "adopted" in kinds
    assert verified(file).faults == []


def test_the_command_names_what_is_wrong_and_ends_with_15(tmp_path):
    file = written(tmp_path, 1)
    settings, heads = tmp_path / "adapter.toml", tmp_path / "heads"
    settings.write_text(f'[database]\nurl = "sqlite:///{file}"\n[audit]\nhead_file = "{heads}"\n', encoding="utf-8")
    fine = run("audit", "verify", "--config", settings)
    assert fine.code == 0 and "all as they were written" in fine.out
    lines = run("audit", "export", "--config", settings).out.splitlines()
    assert len(lines) == verified(file).entries
    heads.write_text('{"at": "2026-03-16T01:00:00Z", "entries": 999, "hash": "x"}\n', encoding="ascii")
    bad = run("audit", "verify", "--config", settings)
    assert bad.code == 15 and "had 999 entries" in bad.err


@pytest.mark.parametrize("line", ["", "{}", '{"at": 1}', "[]", "héad"])
def test_a_file_that_holds_no_heads_is_named(tmp_path, line):
    file = tmp_path / "heads"
    file.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"audit\.head_file"):
        read_heads(file)


def test_every_row_of_the_journal_is_added_with_its_entry():
    adding = re.compile(r"\binsert\(journal_(?!audit|person)")
    found = [str(file) for file in (ROOT / "adapter").rglob("*.py") if adding.search(file.read_text(encoding="utf-8"))]
    assert found == [], "Work.add inserts a row and tells the chain of it"


def test_heads_are_added_and_read_back(journal_file):
    heads = read_heads(journal_file.with_name("heads"))
    assert [head.at for head in heads] == [AT] * 3
    assert heads == sorted(heads, key=lambda head: head.entries)
    assert isinstance(heads[0], Head)
