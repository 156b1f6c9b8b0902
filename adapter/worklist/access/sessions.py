"""Who is signed in: kept in memory alone, so a restart signs everybody out and no file holds a token."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

LONGEST_S = 12 * 3600.0  # a working day, however busy
AT_MOST = 1000


@dataclass
class Session:
    """One signed-in browser; `form_token` is in each of its forms."""

    user: str
    began: float
    seen: float
    form_token: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    def sent(self, token: str) -> bool:
        """Whether a form is one of ours."""
        return hmac.compare_digest(token.encode(), self.form_token.encode())


class Sessions:
    """The sessions by the digest of their token."""

    def __init__(self, idle_s: float, clock: Callable[[], float]) -> None:
        self._idle_s, self._clock = idle_s, clock
        self._kept: dict[str, Session] = {}
        self._door = threading.Lock()

    def begin(self, user: str) -> str:
        """Open a session under a token that nobody has seen before; return the token."""
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._door:
            self._sweep(now)
            if len(self._kept) >= AT_MOST:
                del self._kept[min(self._kept, key=lambda key: self._kept[key].seen)]
            self._kept[_digest(token)] = Session(user, now, now)
        return token

    def of(self, token: str | None) -> Session | None:
        """The session of a token, unless it has been idle for too long; being asked for, it is not idle."""
        now = self._clock()
        with self._door:
            session = self._kept.get(_digest(token or ""))
            if session is None:
                return None
            if self._over(session, now):
                del self._kept[_digest(token or "")]
                return None
            session.seen = now
            return session

    def end(self, token: str | None) -> None:
        """Sign out."""
        with self._door:
            self._kept.pop(_digest(token or ""), None)

    def _over(self, session: Session, now: float) -> bool:
        return now - session.seen > self._idle_s or now - session.began > LONGEST_S

    def _sweep(self, now: float) -> None:
        self._kept = {key: one for key, one in self._kept.items() if not self._over(one, now)}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
