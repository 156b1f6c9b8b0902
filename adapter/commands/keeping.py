"""The commands that keep the journal: is it as it was written, and what is on its chain."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, select

from adapter import settings
from adapter.database import read_database
from adapter.database.tables import journal_audit, journal_person
from adapter.errors import DIFFERENCES, FINE
from adapter.journal.audit.heads import read_heads
from adapter.journal.audit.verify import Verified, verify
from adapter.settings import Settings, database_password

SHOWN = 20
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
