"""The one place where SQLite and PostgreSQL are told apart: how they are opened, and SQL that they do not share."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from adapter.database.faults import DatabaseUrlError, shown
from adapter.errors import did_you_mean

WRITING, RUNNING = 0x7472_6961_6C01, 0x7472_6961_6C02  # advisory locks of PostgreSQL, counted per database
BUSY_MS = 30_000  # longer than any transaction of a run should take
SQLITE_PRAGMAS = (
    f"busy_timeout = {BUSY_MS}",
    "synchronous = FULL",  # what was committed outlives a power cut
    "foreign_keys = ON",
)
WORDS = {  # for the migrations
    "sqlite": {"key": "INTEGER PRIMARY KEY AUTOINCREMENT", "text": "TEXT", "blob": "BLOB"},
    # The order of Python and of SQLite: by code point.
    "postgresql": {
        "key": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "text": 'TEXT COLLATE "C"',
        "blob": "BYTEA",
    },
}


def read_url(url: str, password: str | None = None) -> URL:
    """Return the URL in parts, or say what is wrong with it."""
    try:
        parts = make_url(url)
    except ArgumentError:
        raise DatabaseUrlError("database.url: not of the form sqlite:///FOLDER/FILE.db or postgresql://…") from None
    if (kind := parts.get_backend_name()) not in WORDS:
        raise DatabaseUrlError(f"{shown(parts)}: no sqlite or postgresql URL.{did_you_mean(kind, WORDS)}")
    if kind == "sqlite" and parts.database in {None, "", ":memory:"}:
        raise DatabaseUrlError(
            f"{shown(parts)}: a database in memory is forgotten. Name a file: sqlite:///FOLDER/FILE.db"
        )
    return parts.set(password=password) if password is not None else parts


def sqlite_file(url: URL) -> Path | None:
    """Return the file that a SQLite URL names; None for PostgreSQL."""
    return Path(url.database or "").absolute() if url.get_backend_name() == "sqlite" else None


def beside(url: URL, what: str) -> Path:
    """A file of ours that belongs to a database: beside it, or in var/ where it is on another machine."""
    if (file := sqlite_file(url)) is not None:
        return file.with_name(f"{file.name}.{what}")
    named = hashlib.sha256(url.set(password=None).render_as_string().encode()).hexdigest()[:8]
    return Path("var") / f"screening-{named}.{what}"


def make_file(file: Path) -> bool:
    """Make an empty file for its owner alone, and its folder; False where it is there already."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        return False
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DatabaseUrlError(f"{file}: {reason}. database.url must name a file that the adapter may write.") from None
    return True


def make_sqlite(file: Path) -> None:
    """Make sure of a database file in WAL mode; SQLite gives the files beside it the same mode of access.

    Two that switch a new file to WAL at once lock each other out. So each switches a file of its own, and the first
    to give it the name has made the database.
    """
    if file.exists():
        _switch_to_wal(file)
        return
    own = file.with_name(f"{file.name}.{os.getpid()}-{threading.get_ident()}.new")
    make_file(own)
    try:
        _switch_to_wal(own)
        with suppress(FileExistsError):  # another was first
            file.hardlink_to(own)
    finally:
        own.unlink()


def _switch_to_wal(file: Path) -> None:
    with closing(sqlite3.connect(file, timeout=BUSY_MS / 1000)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


def engine(url: URL, *, write: bool) -> Engine:
    """Make the engine for connections that write, or for those that cannot."""
    try:
        made = create_engine(url, hide_parameters=True)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise DatabaseUrlError(f"{shown(url)}: {error}. Install the driver with pip, or name another.") from None
    if url.get_backend_name() == "sqlite":
        event.listen(made, "connect", _on_connect(write))
        event.listen(made, "begin", _on_begin("BEGIN IMMEDIATE" if write else "BEGIN"))
    elif write:
        event.listen(made, "begin", _on_begin(f"SELECT pg_advisory_xact_lock({WRITING})"))
    else:
        return made.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return made


def _on_connect(write: bool) -> Callable[[sqlite3.Connection, object], None]:
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # Python's driver begins late and would run DDL outside a transaction
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        if not write:
            connection.execute("PRAGMA query_only = ON")

    return prepare


def _on_begin(statement: str) -> Callable[[Connection], None]:
    # Writers take turns from their first moment on: one that began as a reader could find itself overtaken half way.
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    return begin


def append_only(kind: str, table: str, action: str) -> list[str]:
    """Return the statements after which the table refuses an action (DELETE, UPDATE, UPDATE OF a column)."""
    name = f"{table}_no_{action.split(maxsplit=1)[0].lower()}"
    says = f"{table} is append-only"
    if kind == "sqlite":
        return [f"CREATE TRIGGER {name} BEFORE {action} ON {table} BEGIN SELECT RAISE(ABORT, '{says}'); END"]
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{says}'; END $$",
        f"CREATE TRIGGER {name} BEFORE {action} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]
