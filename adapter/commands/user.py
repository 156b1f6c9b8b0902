"""The command `user`: who may sign in to the page, and what they are in a study."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from adapter import settings
from adapter.database import Database, open_database
from adapter.errors import FINE, SettingsError, UsageError
from adapter.private import read_private
from adapter.worklist.access.passwords import hashed
from adapter.worklist.access.roles import Role
from adapter.worklist.access.users import Users

TO_DO = "Write the password into a file of yours, mode 0600."


def user(asked: argparse.Namespace) -> int:
    """Add a user, list them, or keep one out."""
    place = settings.load(asked.config, os.environ)
    with open_database(place.database.url, password=settings.database_password(place)) as database:
        if asked.action == "list":
            sys.stdout.writelines(f"{line}\n" for line in _listed(Users(database)))
        else:
            sys.stderr.write(f"trial-adapter: {_done(asked, place, database)}\n")
    return FINE


def _done(asked: argparse.Namespace, place: settings.Settings, database: Database) -> str:
    if asked.name is None:
        raise UsageError(f"user {asked.action}: the name is missing.")
    at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if asked.action == "disable":
        Users(database).disable(asked.name, at)
        return f"{asked.name} can no longer sign in."
    if asked.role is None:
        raise UsageError(f"user add: --role is missing. Name one of {', '.join(Role)}.")
    study, role = _study(asked, place), Role(asked.role)
    is_new = Users(database).add(asked.name, role, study, _password(asked, Users(database)), at)
    return f"{asked.name} is {'new' if is_new else 'changed'}: {role} of {study}."


def _study(asked: argparse.Namespace, place: settings.Settings) -> str:
    study: str | None = asked.study or place.study.id
    if study is None:
        raise SettingsError("study.id is not set. Set it, or name the study with --study.")
    return study.rstrip("/").rpartition("/")[2]


def _password(asked: argparse.Namespace, users: Users) -> str | None:
    """The password hashed; None: the one that was, or none where the hospital's own sign-in is to be used."""
    if asked.password_file is None:
        if users.named(asked.name) is None and not asked.no_password:
            raise UsageError("user add: --password-file is missing. --no-password: by the hospital's own sign-in only.")
        return None
    content = read_private(asked.password_file, "--password-file", TO_DO)
    try:
        return hashed(content.decode().rstrip("\r\n"))
    except UnicodeDecodeError:
        raise UsageError(f"--password-file {asked.password_file}: it is no UTF-8 text.") from None


def _listed(users: Users) -> Iterator[str]:
    for one in users.listed():
        roles = ", ".join(f"{role} of {study}" for study, role in sorted(one.roles.items()))
        way = "password" if one.password else "hospital sign-in"
        state = f"disabled since {one.disabled_at}" if one.disabled_at else way
        yield f"{one.name}  {roles or 'no role'}  ({state})"
