"""Opening the database: one connection writes, others read what was there when they began."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection

from adapter.database import dialect
from adapter.database.faults import DatabaseError, DatabaseUrlError, NotYetError, shown, told
from adapter.database.migrate import migrate, up_to_date


class Database:
    """Connections to one database; what goes wrong on them comes as a DatabaseError."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.kind = url.get_backend_name()
        self._writer = dialect.engine(url, write=True)
        self._reader = dialect.engine(url, write=False)

    @contextmanager
    def writing(self, fault: type[DatabaseError] = DatabaseError) -> Iterator[Connection]:
        """One transaction: all of it is kept at the end, or nothing where an exception comes."""
        with told(self.url, fault), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def reading(self, fault: type[DatabaseError] = DatabaseError) -> Iterator[Connection]:
        """A connection that cannot write and sees the database as it is at the first question, whoever writes."""
        with told(self.url, fault), self._reader.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close the connections."""
        self._writer.dispose()
        self._reader.dispose()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_database(url: str, *, password: str | None = None) -> Database:
    """Open the database, make it where it is missing, and bring its schema up to this version of the adapter."""
    parts = dialect.read_url(url, password)
    if (file := dialect.sqlite_file(parts)) is not None:
        with told(parts, DatabaseUrlError):
            dialect.make_sqlite(file)
    return _checked(Database(parts), migrate)


def read_database(url: str, *, password: str | None = None) -> Database:
    """Open a database that is there, to read from it beside whoever writes: nothing is made, migrated or locked."""
    parts = dialect.read_url(url, password)
    if (file := dialect.sqlite_file(parts)) is not None and not file.exists():
        raise NotYetError(f"{shown(parts)}: there is no such database. Run first: trial-adapter run.")
    return _checked(Database(parts), up_to_date)


def _checked(database: Database, check: Callable[[Database, type[DatabaseError]], None]) -> Database:
    try:
        check(database, DatabaseUrlError)
    except BaseException:
        database.close()
        raise
    return database
