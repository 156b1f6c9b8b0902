"""Passwords: kept as Argon2id, and compared in the same time whether or not there is such a user."""

from __future__ import annotations

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from adapter.errors import UsageError

SHORTEST, LONGEST = 12, 1024  # signs; a longer one only costs time
_HASHER = PasswordHasher()
_AT_ONCE = threading.Semaphore(2)  # each takes 64 MB for a moment


def hashed(password: str) -> str:
    """The password as it is kept; raises UsageError for one that is easily guessed."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(f"the password has {len(password)} signs. Take at least {SHORTEST}, such as four words.")
    if len(set(password)) < 5:
        raise UsageError("the password repeats a few signs. Take another, such as four words.")
    return _HASHER.hash(password)


def is_right(kept: str | None, given: str) -> bool:
    """Whether a password is the one that is kept; as slow where none is."""
    with _AT_ONCE:
        try:
            _HASHER.verify(kept or _of_nobody(), given[:LONGEST])
        except (Argon2Error, InvalidHashError):
            return False
    return kept is not None


@cache
def _of_nobody() -> str:
    return _HASHER.hash("nobody has this password")
