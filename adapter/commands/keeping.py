"""The commands that keep the journal: is it as it was written, and what is on its chain."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, select

from adapter import settings, wiring
from adapter.database import read_database
from adapter.database.tables import journal_audit, journal_person
from adapter.errors import DIFFERENCES, FINE, UsageError
from adapter.journal.audit.heads import read_heads
from adapter.journal.audit.verify import Verified, verify
from adapter.keeping.backup import back_up
from adapter.keeping.erase import erase as erasing
from adapter.keeping.restore import Place, accept
from adapter.keeping.restore import restore as restoring
from adapter.outputs.base import instant
from adapter.settings import Settings, database_password

SHOWN = 20
AFTERWARDS = (
    "The next run reads the hospital anew and tells people nothing, for they may have been told: its report counts "
    "that as silenced. The worklist and `export` show where everybody stands."
)
WITHOUT_HEADS = (
    "no [audit] head_file is set, so entries missing at the end, or an older copy of the whole, would not be seen."
)


def audit(asked: argparse.Namespace) -> int:
    """Verify the chain and the rows it tells of, or write the chain out."""
    place = settings.load(asked.config, os.environ)
    with (
        read_database(place.database.url, password=database_password(place)) as database,
        database.reading() as connection,
    ):
        return _verify(place, connection) if asked.action == "verify" else _export(connection)


def backup(asked: argparse.Namespace) -> int:
    """Copy the journal and the key into a new folder, and see that they are whole."""
    place = settings.load(asked.config, os.environ)
    made = back_up(place.database.url, database_password(place), asked.folder, instant(wiring.now()))
    print(f"{asked.folder}: the journal with {made.entries} entries, {', '.join(made.files)}.")
    return FINE


def restore(asked: argparse.Namespace) -> int:
    """Go on from a backup, or from the copy that is there."""
    if (asked.folder is None) is not asked.as_it_is:
        raise UsageError("restore: name the folder of a backup, or --as-it-is to go on with the copy that is there.")
    place = settings.load(asked.config, os.environ)
    there = Place(place.database.url, database_password(place), instant(wiring.now()))
    if asked.as_it_is:
        accept(there)
    else:
        made = restoring(there, asked.folder)
        print(f"restored: the journal of {made.at} with {made.entries} entries; what was there lies beside it.")
    print(AFTERWARDS)
    return FINE


def erase(asked: argparse.Namespace) -> int:
    """Remove a person, and leave the fact of what was decided without them."""
    place = settings.load(asked.config, os.environ)
    if not asked.author.strip():
        raise UsageError("erase: --author is empty. Say who has the person erased: the chain keeps it.")
    if place.study.id is None:
        raise UsageError("erase: study.id is not set. Name the study in the settings.")
    was_member = erasing(place.database.url, database_password(place), place.study.id, asked.patient, asked.author)
    print("erased. Backups made before still hold the person, until they are deleted.")
    if was_member:
        print("They were of the population: name them in opted_out_file, or the next run pulls them.", file=sys.stderr)
    return FINE


def _verify(place: Settings, connection: Connection) -> int:
    file = place.audit.head_file
    heads = read_heads(file) if file is not None and file.exists() else []
    found = verify(connection, heads)
    for line in _account(found, file, len(heads)):
        print(line, file=sys.stderr if found.faults else sys.stdout)
    return DIFFERENCES if found.faults else FINE


def _account(found: Verified, file: Path | None, heads: int) -> Iterator[str]:
    for fault in found.faults[:SHOWN]:
        yield str(fault)
    if found.faults[SHOWN:]:
        yield f"and {len(found.faults) - SHOWN} more"
    held = f"{heads} heads of {file}" if file else "no heads"
    verdict = f"{len(found.faults)} are not as they were written" if found.faults else "all as they were written"
    yield f"{found.entries} entries, {found.rows} rows, held to {held}: {verdict}. The last hash is {found.hash}"
    if file is None:
        yield WITHOUT_HEADS


def _export(connection: Connection) -> int:
    """One entry a line, as it stands, with the patient where they are still known."""
    patients = {row.token: row.patient for row in connection.execute(select(journal_person))}
    rows = connection.execution_options(yield_per=500).execute(select(journal_audit).order_by(journal_audit.c.id))
    for row in rows.mappings():
        what = json.loads(row["what"]) if row["what"] is not None else None
        said = {**row, "what": what, "patient": patients.get(row["token"])}
        sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
    return FINE
