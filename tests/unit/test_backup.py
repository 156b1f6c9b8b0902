"""A backup holds the journal whole, also while others write; what is restored goes on, and repeats no number."""

import os
import shutil
import signal
import sqlite3
import time
from contextlib import closing

import pytest

from adapter.database import open_database
from adapter.errors import UsageError
from adapter.journal import Journal
from adapter.keeping.backup import BackupError, back_up
from adapter.keeping.restore import Place, accept, restore
from tests.acceptance.command import run
from tests.unit.journaled import AT, RUN, decide, live, written
from tests.unit.test_audit import verified

DRILLS = 20
PAUSE_S = 0.3  # else the journal grows faster than it is copied


def url(file):
    return f"sqlite:///{file}"


def rows(file):
    """Every row of the journal, but for what a restore adds."""
    with closing(sqlite3.connect(file)) as connection:
        return [line for line in connection.iterdump() if line.startswith('INSERT INTO "journal_')]


def test_what_is_restored_is_what_was_backed_up(tmp_path):
    file = written(tmp_path, 2)
    before = rows(file)
    made = back_up(url(file), None, tmp_path / "backup", AT)
    with open_database(url(file)) as database:
        live(Journal(database), 1)
    assert restore(Place(url(file), None, AT), tmp_path / "backup") == made
    after = rows(file)
    assert [line for line in before if line not in after] == []
    assert len(after) == len(before) + 3  # the numbers that are left out, their entry, and that it was restored
    assert verified(file).faults == []
    assert len(rows(tmp_path / "adapter.db.replaced-2026-03-16T010000Z")) > len(before)


def test_what_comes_after_a_restore_has_numbers_that_nobody_was_told(tmp_path):
    file = written(tmp_path, 1)
    back_up(url(file), None, tmp_path / "backup", AT)
    restore(Place(url(file), None, AT), tmp_path / "backup")
    with open_database(url(file)) as database:
        journal = Journal(database)
        with journal.transaction() as work:
            number = work.begin_run(started_at=AT, **RUN)
            decide(work, number, "Patient/new")
        assert number == 1_000_001
        assert journal.latest("s", "Patient/new").id == 1_000_001
        assert journal.screening_number("s", "Patient/new") == "S-1001"
        assert journal.screening_number("s", "Patient/p1") == "S-0001"
    assert verified(file).faults == []


def test_a_database_that_was_emptied_is_gone_on_with_from_a_backup_or_as_it_is(tmp_path):
    file = written(tmp_path, 1)
    back_up(url(file), None, tmp_path / "backup", AT)
    older = shutil.copy(file, tmp_path / "older.db")
    with open_database(url(file)) as database:
        live(Journal(database), 1)
    for mend in (lambda: restore(Place(url(file), None, AT), tmp_path / "backup"),
                 lambda: accept(Place(url(file), None, AT))):  # fmt: skip
        shutil.copy(older, file)
        mend()
        with open_database(url(file)) as database:
            live(Journal(database), 1)
        assert verified(file).faults == []


@pytest.mark.parametrize("name", ["journal.db", "backup.json", "key"])
def test_a_backup_that_is_not_as_it_was_written_is_refused(tmp_path, name):
    file = written(tmp_path, 1)
    (tmp_path / "adapter.db.key").write_text("k" * 64, encoding="ascii")
    back_up(url(file), None, tmp_path / "backup", AT)
    before, damaged = rows(file), tmp_path / "backup" / name
    damaged.write_bytes(damaged.read_bytes()[:-9])
    with pytest.raises(BackupError, match="Name another") as caught:
        restore(Place(url(file), None, AT), tmp_path / "backup")
    assert (caught.value.exit_code, rows(file)) == (15, before)


def test_a_backup_is_made_in_a_new_folder_for_its_owner_alone(tmp_path):
    file = written(tmp_path, 1)
    made = tmp_path / "backups" / "today"
    back_up(url(file), None, made, AT)
    assert {one.stat().st_mode & 0o777 for one in made.iterdir()} == {0o600}
    assert made.stat().st_mode & 0o777 == 0o700
    assert [one.name for one in made.parent.iterdir()] == ["today"]
    with pytest.raises(UsageError, match="is there already"):
        back_up(url(file), None, made, AT)


def test_the_commands_say_what_they_did(tmp_path):
    file = written(tmp_path, 1)
    settings = tmp_path / "adapter.toml"
    settings.write_text(f'[database]\nurl = "{url(file)}"\n', encoding="utf-8")
    made = run("backup", tmp_path / "backup", "--config", settings)
    assert (made.code, "entries, journal.db" in made.out) == (0, True)
    back = run("restore", tmp_path / "backup", "--config", settings)
    assert (back.code, "tells people nothing" in back.out) == (0, True)
    assert run("restore", "--as-it-is", "--config", settings).code == 0
    assert run("restore", "--config", settings).code == 2


def home_of(there, folder):
    """Back up the database at a URL and restore it to a file, whose path is returned."""
    folder.mkdir()
    back_up(there, None, folder / "backup", AT)
    restore(Place(url(folder / "home.db"), None, AT), folder / "backup")
    return folder / "home.db"


@pytest.mark.slow
def test_a_journal_moves_from_one_kind_of_database_to_the_other_and_back(tmp_path, monkeypatch, postgres):
    monkeypatch.chdir(tmp_path)
    file, there = written(tmp_path, 2), postgres.fresh(empty=True)
    back_up(url(file), None, tmp_path / "backup", AT)
    restore(Place(there, None, AT), tmp_path / "backup")
    moved = rows(home_of(there, tmp_path / "as-it-came"))
    assert [line for line in rows(file) if line not in moved] == []
    with open_database(there) as database:
        live(Journal(database), 1)
        assert Journal(database).last_run("s").id == 1_000_001
    assert verified(home_of(there, tmp_path / "gone-on-with")).faults == []
    with pytest.raises(UsageError, match="Make an empty one"):
        restore(Place(there, None, AT), tmp_path / "backup")


def write_for_ever(file):
    """Add to a journal until the parent ends this."""
    with open_database(url(file)) as database:
        while True:
            live(Journal(database), 1)
            time.sleep(PAUSE_S)


@pytest.mark.slow
def test_73_a_backup_that_is_made_while_others_write_is_restored_whole(tmp_path):
    """Fault 73: each drill restores to another machine, where there is nothing yet, and loses nothing of before."""
    file = written(tmp_path, 1)
    child = os.fork()
    if child == 0:
        try:
            write_for_ever(file)
        finally:
            os._exit(1)
    try:
        for drill in range(DRILLS):
            with open_database(url(file)) as database:
                before = Journal(database).last_run("s").id
            made = back_up(url(file), None, tmp_path / f"{drill}", AT)
            there = tmp_path / f"host-{drill}" / "adapter.db"
            restore(Place(url(there), None, AT), tmp_path / f"{drill}")
            with open_database(url(there)) as database:
                assert Journal(database).last_run("s").id >= before
            found = verified(there)
            assert (found.faults, found.entries) == ([], made.entries + 2)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
