"""What a database says when it fails, turned into one line that says what to do; never with the values of a row."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from adapter.errors import SETTINGS, SOURCE, AdapterError

ADVICE = {
    "database is locked": "Another process has been writing for a long time: see whether a run hangs.",
    "disk is full": "Make room on its disk and run again: nothing was half written.",
    "disk I/O error": "Look at the disk it lies on, then run again.",
    "file is not a database": "database.url names a file that is something else: name another.",
    "malformed": "Put the file aside and restore the last backup.",
    "decode to UTF-8": "Put the file aside and restore the last backup.",
    "readonly": "Give the adapter's user the right to write to the file and its folder.",
    "unable to open": "Give the adapter's user the right to write to the file and its folder.",
    "append-only": "The journal is only ever added to.",
}
OURS = "That is the adapter's own fault: please report it."


class DatabaseError(AdapterError):
    """The database cannot do what it was asked to."""


class DatabaseUrlError(DatabaseError):
    """database.url names nothing that this version of the adapter can open."""

    exit_code = SETTINGS


class NotYetError(DatabaseError):
    """There is nothing to read from the database yet."""

    exit_code = SOURCE


@contextmanager
def told(url: URL, kind: type[DatabaseError] = DatabaseError) -> Iterator[None]:
    """Turn what the driver raises into an error that names the database and says what to do."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        # The first line alone: PostgreSQL puts the row's values on the next.
        driver = error.orig if isinstance(error, DBAPIError) else error
        said = (str(driver).splitlines() or [""])[0].rstrip(".")
        usual = OURS if isinstance(error, IntegrityError | ProgrammingError) else "See whether it is up and whole."
        advice = next((todo for sign, todo in ADVICE.items() if sign in said), usual)
        raise kind(f"{shown(url)}: {said}. {advice}") from error


def shown(url: URL) -> str:
    """The URL as it may be printed."""
    return url.render_as_string(hide_password=True)
