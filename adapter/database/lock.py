"""One run at a time on a database: the kernel, or PostgreSQL, frees the lock when its holder dies."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import URL, text

from adapter.database import dialect
from adapter.database.faults import DatabaseUrlError, shown, told
from adapter.errors import LockedError

DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}


def lock(url: str, *, password: str | None = None) -> AbstractContextManager[None]:
    """Hold the lock of a database while the context lasts, or raise LockedError at once."""
    parts = dialect.read_url(url, password)
    file = dialect.sqlite_file(parts)
    return _advisory(parts) if file is None else _beside(file)


@contextmanager
def _beside(database: Path) -> Iterator[None]:
    file = database.with_name(f"{database.name}.lock")
    dialect.make_file(file)
    held = FileLock(file, timeout=0, mode=0o600, fallback_to_soft=False)
    try:
        held.acquire()
        file.write_text(f"{os.getpid()}\n", encoding="ascii")
    except Timeout:
        raise LockedError(f"{file}: {_holder(file)}. Wait until it ends.") from None
    except OSError as error:
        held.release()
        todo = "Let the adapter's user write there." if error.errno in DENIED else "It must lie on a local disk."
        raise DatabaseUrlError(f"{file}: {error.strerror}. {todo}") from None
    try:
        yield
    finally:
        held.release()


def _holder(file: Path) -> str:
    """Say who holds it, as far as the file tells: a holder of this moment has not yet written its number."""
    pid = file.read_text(encoding="ascii", errors="replace").strip()
    alive = pid.isdecimal() and Path(f"/proc/{pid}").exists()
    return f"another run is at work, process {pid}" if alive else "another run is at work"


@contextmanager
def _advisory(url: URL) -> Iterator[None]:
    engine = dialect.engine(url, write=False)
    try:
        # The lock lives as long as its session; the transaction must not.
        with told(url, DatabaseUrlError), engine.execution_options(isolation_level="AUTOCOMMIT").connect() as session:
            if not session.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": dialect.RUNNING}):
                raise LockedError(f"{shown(url)}: another run is at work. Wait until it ends.")
            yield
    finally:
        engine.dispose()
