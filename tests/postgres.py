"""A PostgreSQL server of our own, on a socket in a folder, with a fresh database for whoever asks."""

import itertools
import os
import pwd
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from adapter.database import open_database

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
# Nothing of it outlives the tests, so nothing waits for a disk.
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=40"


class Postgres:
    """The server, and how many databases it was asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._numbers = folder, itertools.count(1)
        self.ask("CREATE DATABASE filled", "postgres")
        with open_database(self.url("filled")):
            pass  # the schema is made once, and copied

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://adapter@/{name}?host={self.folder}"

    def fresh(self, *, empty: bool = False) -> str:
        """Return the address of a database that nobody else has; `empty`: without a schema."""
        name = f"fresh_{next(self._numbers)}"
        self.ask(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else 'filled'}", "postgres")
        return self.url(name)

    def ask(self, statement: str, name: str) -> None:
        engine = create_engine(self.url(name), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@contextmanager
def served() -> Iterator[Postgres]:
    """Serve until the context ends. The folder's name is short: a socket's address has an end."""
    with tempfile.TemporaryDirectory(prefix="pg-") as top:
        folder, tools = Path(top), PROGRAMS[-1].parent
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            os.chown(top, *pwd.getpwnam("postgres")[2:4])
        data = folder / "data"
        _run(tools / "initdb", "-D", data, "-U", "adapter", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' {FAST}"
        _run(tools / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
        try:
            yield Postgres(folder)
        finally:
            _run(tools / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _run(*words: object) -> None:
    user = {"user": "postgres", "group": "postgres", "extra_groups": ()} if os.getuid() == 0 else {}
    subprocess.run([*map(str, words)], check=True, stdout=subprocess.DEVNULL, cwd="/", **user)
