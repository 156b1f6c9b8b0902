"""One database, SQLite by default and PostgreSQL by URL: connections, migrations, the lock, the tables."""

from adapter.database.connect import Database, open_database, read_database
from adapter.database.faults import DatabaseError, DatabaseUrlError, NotYetError
from adapter.database.lock import lock

__all__ = ["Database", "DatabaseError", "DatabaseUrlError", "NotYetError", "lock", "open_database", "read_database"]
