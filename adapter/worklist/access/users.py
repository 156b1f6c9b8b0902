"""The users of the page and their role in each study, as the database has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from adapter.database import Database
from adapter.database.tables import journal_role, journal_user
from adapter.errors import UsageError
from adapter.journal import Journal
from adapter.worklist.access.roles import Role

NAME = re.compile(r"[\w.@-]{1,64}")
users, roles = journal_user.c, journal_role.c


@dataclass(frozen=True)
class User:
    """Somebody who may sign in; `password` None: by the hospital's own sign-in alone."""

    name: str
    password: str | None
    disabled_at: str | None
    roles: Mapping[str, Role]  # by study


class Users:
    """Looked up at each request, so that a role taken away is gone at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def named(self, name: str) -> User | None:
        """The user of this name."""
        return next(iter(self._all(name)), None)

    def listed(self) -> list[User]:
        """Everybody, by name."""
        return self._all(None)

    def add(self, name: str, role: Role, study: str, password: str | None, at: str) -> bool:
        """Add a user, or give one a role and a password anew; tell whether it is a new one."""
        if not NAME.fullmatch(name):
            raise UsageError(f'"{name}" is no name of a user. Take letters, digits, and . _ @ - (64 at most).')
        known = self.named(name)
        with Journal(self._database).transaction() as work:
            if known is None:
                work.add(journal_user, "user", {"name": name, "password": password, "created_at": at}, None)
            else:
                again = {"disabled_at": None} | ({"password": password} if password else {})
                work.connection.execute(update(journal_user).where(users.name == name).values(**again))
                work.changed(journal_user, "user", name=name)
            work.connection.execute(delete(journal_role).where(roles.name == name, roles.study == study))
            row = {"name": name, "study": study, "role": role.value, "given_at": at}
            work.add(journal_role, "role", row, None)
        return known is None

    def disable(self, name: str, at: str) -> None:
        """Keep a user out from now on; what they did stays theirs."""
        if self.named(name) is None:
            raise UsageError(f'there is no user "{name}". List them with: trial-adapter user list.')
        with Journal(self._database).transaction() as work:
            work.connection.execute(update(journal_user).where(users.name == name).values(disabled_at=at))
            work.changed(journal_user, "user-disabled", name=name)

    def _all(self, name: str | None) -> list[User]:
        asked, given = select(journal_user).order_by(users.name), select(journal_role)
        if name is not None:
            asked, given = asked.where(users.name == name), given.where(roles.name == name)
        with self._database.reading() as connection:
            rows, theirs = connection.execute(asked).all(), connection.execute(given).all()
        return [
            User(row.name, row.password, row.disabled_at, {r.study: Role(r.role) for r in theirs if r.name == row.name})
            for row in rows
        ]
