"""Forward-only migrations, each in one transaction; a schema from the future is left alone."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy import URL, Connection, func, insert, inspect, select

from adapter.database.dialect import WORDS, append_only, beside, make_file, sqlite_file
from adapter.database.faults import DatabaseError, NotYetError, shown
from adapter.database.versions import SCHEMA_VERSION, VERSIONS, Version, schema_version


class Migratable(Protocol):
    """As much of a Database as is needed here."""

    url: URL
    kind: str

    def reading(self, fault: type[DatabaseError]) -> AbstractContextManager[Connection]:
        """A connection to read from."""

    def writing(self, fault: type[DatabaseError]) -> AbstractContextManager[Connection]:
        """A transaction."""


def migrate(database: Migratable, fault: type[DatabaseError], versions: Sequence[Version] = VERSIONS) -> None:
    """Bring the schema from whatever it is to the newest version."""
    current = _known_version(database, fault, versions)
    if 0 < current < versions[-1].number:
        _keep_restore_point(database.url, current)
    for version in versions:
        if version.number > current:
            with database.writing(fault) as connection:
                _apply(version, connection, database.kind)


def _keep_restore_point(url: URL, current: int) -> None:
    """Copy a SQLite database as it is before its schema is changed; the copy of each version is made once."""
    file = sqlite_file(url)
    kept = beside(url, f"before-migration-{current}")
    if file is None or kept.exists():
        return
    own = kept.with_name(f"{kept.name}.{os.getpid()}.new")
    make_file(own)
    try:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(own)) as copy:
            source.backup(copy)
        own.rename(kept)
    finally:
        own.unlink(missing_ok=True)


def up_to_date(database: Migratable, fault: type[DatabaseError]) -> None:
    """Leave the schema as it is, and raise where this adapter cannot read it."""
    if _known_version(database, fault, VERSIONS) < VERSIONS[-1].number:
        raise NotYetError(
            f"{shown(database.url)}: no run of this version of the adapter has written to it yet. "
            "Run first: trial-adapter run."
        )


def _known_version(database: Migratable, fault: type[DatabaseError], versions: Sequence[Version]) -> int:
    """Return the version of the schema, unless it is newer than these."""
    with database.reading(fault) as connection:  # a reader needs no turn at writing where all is up to date
        current = version_of(connection)
    newest = versions[-1].number
    if current > newest:
        raise fault(
            f"{shown(database.url)}: its schema has version {current}, and this adapter knows versions up to {newest}. "
            "A newer adapter has been here: install that one again, or restore the backup made before it."
        )
    return current


def version_of(connection: Connection) -> int:
    """Return the number of the last migration; 0 in an empty database."""
    if not inspect(connection).has_table(schema_version.name):
        return 0
    return connection.scalar(select(func.max(schema_version.c.number))) or 0


def _apply(version: Version, connection: Connection, kind: str) -> None:
    words = WORDS[kind]
    connection.exec_driver_sql(SCHEMA_VERSION.format(**words))
    if version_of(connection) >= version.number:
        return  # another process was first
    for statement in version.statements:
        connection.exec_driver_sql(statement.format(**words))
    for table, action in version.refused:
        for statement in append_only(kind, table, action):
            connection.exec_driver_sql(statement)
    row = {"number": version.number, "name": version.name, "applied_at": datetime.now(UTC).isoformat()}
    connection.execute(insert(schema_version).values(row))
