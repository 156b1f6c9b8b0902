"""What became of a database between two runs: damage is seen before anything is done, and all else is as it was."""

import random
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapter.database import DatabaseError, open_database
from adapter.errors import AdapterError
from adapter.facts.chart import Chart, Watermark
from adapter.facts.intake import Kept
from adapter.journal import Journal
from adapter.journal.audit.whole import DamagedError, held
from tests.unit.journaled import DECIDED, live

CASES = 200
SEED = 20260316
FILES = ("adapter.db", "adapter.db-wal", "adapter.db.head", "adapter.db.seal")


def url(folder):
    return f"sqlite:///{folder}/adapter.db"


def a_run(folder, number):
    """Do to a database what a run does, and seal it."""
    with held(url(folder)) as found:
        pull(found.database, number)
        live(Journal(found.database), 1)
    assert not found.chart_lost


def pull(database, number):
    with Chart(database).transaction() as work:
        work.store(
            Kept(
                "Observation", f"Observation/{one}", f"Patient/{one % 9}", (number, number), ({"value": one * number},)
            )
            for one in range(100)
        )
        work.set_members("scan", [f"Patient/{one}" for one in range(9)], "2026-03-16T00:00:00Z")
        work.move_watermark("Observation", Watermark(f"2026-03-{number:02}T00:00:00Z"))


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    """Return the folders of a database after two runs, as time may find it, and of the same after the first run."""
    top = tmp_path_factory.mktemp("states")
    first, sealed, written, killed = (top / name for name in ("first", "sealed", "written", "killed"))
    sealed.mkdir()
    a_run(sealed, 1)
    shutil.copytree(sealed, first)
    a_run(sealed, 2)
    for folder in (written, killed):
        shutil.copytree(sealed, folder)
    with open_database(url(written)) as database, Journal(database).transaction() as work:
        work.audit("sign-in", "wang")
    work_in = top / "work"
    shutil.copytree(sealed, work_in)
    with held(url(work_in)) as found:
        pull(found.database, 3)
        with Journal(found.database).transaction() as work:
            work.record(DECIDED)
        for name in FILES[:3]:  # as a machine leaves them that loses its power
            shutil.copy(work_in / name, killed / name)
    (killed / "adapter.db.seal").unlink()
    return first, [sealed, written, killed]


def content(folder):
    """Every row; of the schema's own text SQLite itself makes sure."""
    with closing(sqlite3.connect(folder / "adapter.db")) as connection:
        return [line for line in connection.iterdump() if line.startswith("INSERT")]


def as_found(folder):
    """What a run finds in a database: its content, or that it is damaged; without its chart, where that was lost."""
    try:
        with held(url(folder)) as found:
            lost = found.chart_lost
    except DatabaseError as fault:
        return re.search(r"Nothing was sent|Put the file aside|name another", str(fault))[0]
    return [line for line in content(folder) if not lost or 'INTO "chart_' not in line]


class Fate:
    """What may happen to the files of a database."""

    def __init__(self, seed, older):
        self.chance, self.older = random.Random(seed), older

    def strike(self, folder):
        way = self.chance.choice(
            [self.flip, self.flip, self.flip, self.truncate, self.empty, self.remove, self.replace]
        )
        return way(folder)

    def flip(self, folder):
        file = self._one(folder)
        content = bytearray(file.read_bytes())
        at = self.chance.randrange(len(content))
        content[at] ^= 1 << self.chance.randrange(8)
        file.write_bytes(content)
        return f"{folder.name}: {file.name}: a bit of byte {at}"

    def truncate(self, folder):
        file = self._one(folder)
        size = self.chance.randrange(file.stat().st_size)
        file.write_bytes(file.read_bytes()[:size])
        return f"{folder.name}: {file.name}: cut at {size}"

    def empty(self, folder):
        (folder / "adapter.db").write_bytes(b"")
        return f"{folder.name}: emptied"

    def remove(self, folder):
        (folder / "adapter.db").unlink()
        return f"{folder.name}: removed"

    def replace(self, folder):
        (folder / "adapter.db-wal").unlink(missing_ok=True)
        shutil.copy(self.older / "adapter.db", folder / "adapter.db")
        return f"{folder.name}: an older copy"

    def _one(self, folder) -> Path:
        there = [folder / name for name in FILES[:2] if (folder / name).exists() and (folder / name).stat().st_size]
        return self.chance.choice(there)


def test_66_a_database_that_is_not_as_it_was_left_is_seen_before_anything_is_done(states, tmp_path):
    """Fault 66: what is not seen has changed nothing; the chart, which is a cache, may be thrown away."""
    first, folders = states
    fate, overlooked, seen = Fate(SEED, first), [], 0
    whole = {folder: content(shutil.copytree(folder, tmp_path / f"{folder.name}-whole")) for folder in folders}
    for number in range(CASES):
        before = fate.chance.choice(folders)
        folder = shutil.copytree(before, tmp_path / "struck" / before.name)
        said = fate.strike(folder)
        found, left = as_found(folder), whole[before]
        if isinstance(found, str):
            seen += 1
        elif found not in (left, [line for line in left if 'INTO "chart_' not in line]):
            overlooked.append(f"{number}: {said}: {[line[:200] for line in found if line not in left][:2]}")
        shutil.rmtree(tmp_path / "struck")
    assert overlooked == []
    assert seen > CASES / 3


def test_what_nobody_touched_is_as_it_was_left(states, tmp_path):
    for folder in states[1]:
        copy = shutil.copytree(folder, tmp_path / folder.name)
        assert as_found(copy) == content(copy)
        with held(url(copy)) as found:
            assert not found.chart_lost


@pytest.mark.parametrize("end", ["emptied", "removed", "older"])
def test_66_a_database_that_is_empty_or_older_never_starts_anew_in_silence(states, tmp_path, end):
    first, (sealed, *_) = states
    folder = shutil.copytree(sealed, tmp_path / "copy")
    file = folder / "adapter.db"
    {"emptied": lambda: file.write_bytes(b""), "removed": file.unlink,
     "older": lambda: shutil.copy(first / "adapter.db", file)}[end]()  # fmt: skip
    with pytest.raises(DamagedError, match="Restore the newest backup") as caught, held(url(folder)):
        raise AssertionError("it was taken for whole")
    assert caught.value.exit_code == 15


def test_66_nobody_adds_to_a_journal_that_is_older_than_its_mark(states, tmp_path):
    first, (sealed, *_) = states
    folder = shutil.copytree(sealed, tmp_path / "copy")
    shutil.copy(first / "adapter.db", folder / "adapter.db")
    with (
        open_database(url(folder)) as database,
        pytest.raises(AdapterError, match="an older or emptied copy"),
        Journal(database).transaction() as work,
    ):
        work.audit("sign-in", "wang")


def test_a_mark_that_is_lost_or_damaged_is_written_anew(states, tmp_path):
    for content_of_mark in (None, b"", b"[]"):
        folder = shutil.copytree(states[1][0], tmp_path / f"{content_of_mark}")
        mark = folder / "adapter.db.head"
        mark.unlink() if content_of_mark is None else mark.write_bytes(content_of_mark)
        a_run(folder, 3)
        assert b'"entries"' in mark.read_bytes()
