"""A journal with a little of everything, and what may be done to it behind the adapter's back."""

import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from adapter.database import open_database
from adapter.journal import Change, Decided, Journal, Marked, Subject

AT = "2026-03-16T01:00:00Z"
RUN = {"as_of": "2026-03-16", "study": "s", "study_hash": "h", "adapter_version": "0.1.0"}
DECIDED = Decided(1, "Patient/p1", "s", "2026-03-16", "open", '{"age":{}}', '{"patient": "Patient/p1"}', AT)
CHANGE = Change(1, "Patient/p1", "s", "flagged", None, "candidate", "[]", True, AT)
SUBJECT = Subject("s", "Patient/p1", "ResearchSubject/1", "candidate", "2026-03-16", "[]", 'W/"1"', AT)
MARKED = Marked(
    "s", "Patient/p1", "Observation/o1", "", "12", "haemolysed", "Dr Wang", "2026-03-16", None, lifted=False, at=AT
)
PATIENTS = tuple(f"Patient/p{number}" for number in range(1, 5))


def live(journal: Journal, runs: int) -> None:
    """Fill a journal with a few runs, each of which decides and tells, and with what persons do between them."""
    for number in range(runs):
        with journal.transaction() as work:
            run = work.begin_run(started_at=AT, **RUN)
            for patient in PATIENTS:
                decide(work, run, patient)
            work.end_run(run, ended_at=AT, report=f'{{"run": {number}}}', exit_code=0)
        first, second = journal.pending("email")[:2]
        journal.done(first.id, AT)
        journal.failed(second.id, "no such address", permanent=True)
        with journal.transaction() as work:
            work.mark(replace(MARKED, lifted=number % 2 == 1))
            work.audit("page-view", "wang", PATIENTS[number % 4], page="patient")
            work.audit("sign-in", "wang", address="127.0.0.1")


def decide(work, run: int, patient: str) -> None:
    decision = work.record(replace(DECIDED, run=run, patient=patient))
    for language in ("en", "zh"):
        work.note(decision, language, f"Open, {patient}.")
    work.change(replace(CHANGE, decision=decision, patient=patient))
    work.deliver("email", f"email:{decision}", f'{{"patient": "{patient}"}}', AT)
    work.screening_number("s", patient, AT)
    work.wrote(replace(SUBJECT, patient=patient, etag=f'W/"{run}"'))


def written(folder: Path, runs: int) -> Path:
    """Make a journal in a file of its own and return the file, closed."""
    file = folder / "adapter.db"
    with open_database(f"sqlite:///{file}") as database:
        live(Journal(database), runs)
    return file


class Intruder:
    """Somebody with the rights of the adapter's user, and a SQL shell."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def mutate(self, file: Path) -> str:
        """Change one thing in a database file, and say what."""
        with closing(sqlite3.connect(file)) as connection, connection:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            connection.execute("PRAGMA foreign_keys = OFF")
            way = self.chance.choice([self.edit, self.edit, self.delete, self.swap, self.insert, self.cut])
            return way(connection)

    def edit(self, connection: sqlite3.Connection) -> str:
        """Change one value of one row to another."""
        table, row = self._row(connection)
        column = self.chance.choice(self._columns(connection, table))
        ((old,),) = connection.execute(f"SELECT {column} FROM {table} WHERE rowid = ?", (row,))
        new = self._other(old)
        connection.execute(f"UPDATE OR REPLACE {table} SET {column} = ? WHERE rowid = ?", (new, row))
        return f"{table} {row}: {column} from {old!r} to {new!r}"

    def delete(self, connection: sqlite3.Connection) -> str:
        """Delete one row."""
        table, row = self._row(connection)
        connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))
        return f"{table} {row}: deleted"

    def swap(self, connection: sqlite3.Connection) -> str:
        """Give two entries each other's place."""
        (last,) = connection.execute("SELECT max(id) FROM journal_audit").fetchone()
        one, other = self.chance.sample(range(1, last + 1), 2)
        for new, old in ((-1, one), (one, other), (other, -1)):
            connection.execute("UPDATE journal_audit SET id = ? WHERE id = ?", (new, old))
        return f"entries {one} and {other}: swapped"

    def insert(self, connection: sqlite3.Connection) -> str:
        """Add a decision that nobody made."""
        columns = ", ".join(name for name in self._columns(connection, "journal_decision") if name != "id")
        row = f"SELECT {columns} FROM journal_decision ORDER BY random() LIMIT 1"
        connection.execute(f"INSERT INTO journal_decision ({columns}) {row}")
        return "journal_decision: a row more"

    def cut(self, connection: sqlite3.Connection) -> str:
        """Take entries away from the end, and the last audit of all with them."""
        (last,) = connection.execute("SELECT max(id) FROM journal_audit").fetchone()
        first = last - self.chance.randrange(last)
        connection.execute("DELETE FROM journal_audit WHERE id >= ?", (first,))
        return f"entries from {first} on: deleted"

    def _row(self, connection: sqlite3.Connection) -> tuple[str, int]:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'journal_%'")
        filled = [name for (name,) in sorted(tables) if connection.execute(f"SELECT 1 FROM {name}").fetchone()]
        table = self.chance.choice(filled)
        return table, self.chance.choice(connection.execute(f"SELECT rowid FROM {table} ORDER BY rowid").fetchall())[0]

    def _columns(self, connection: sqlite3.Connection, table: str) -> list[str]:
        return [column[1] for column in connection.execute(f"PRAGMA table_info({table})")]

    def _other(self, old: object) -> object:
        match old:
            case int():
                return old + self.chance.choice([-1, 1, 1000])
            case str():
                return self.chance.choice([old + " ", old[1:] or "x", "x" + old])
            case bytes():
                at = self.chance.randrange(len(old))
                return old[:at] + bytes([old[at] ^ 1 << self.chance.randrange(8)]) + old[at + 1 :]
        return "x"
