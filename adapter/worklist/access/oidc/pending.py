"""Sign-ins that were begun at the authority and have not come back: kept in memory alone, and each good for once."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

LASTS_S = 600.0  # long enough to look for a second factor
AT_MOST = 1000


def _fresh() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class Begun:
    """What has to fit when somebody comes back: the state, their browser, and what proves the answer to be ours."""

    back: str
    began: float
    browser: str = field(default_factory=_fresh)
    state: str = field(default_factory=_fresh)
    nonce: str = field(default_factory=_fresh)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))


class Pending:
    """The sign-ins under way by their state; what is kept is bounded, and the oldest go first."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: dict[str, Begun] = {}
        self._door = threading.Lock()

    def begin(self, back: str) -> Begun:
        """Begin one that leads to this page in the end."""
        begun = Begun(back, self._clock())
        with self._door:
            self._kept[begun.state] = begun
            while len(self._kept) > AT_MOST:
                del self._kept[next(iter(self._kept))]
        return begun

    def take(self, state: str, browser: str) -> Begun | None:
        """The sign-in that this browser began under this state; it is gone then. None: there is none."""
        with self._door:
            begun = self._kept.get(state)
            if begun is None or not hmac.compare_digest(begun.browser.encode(), browser.encode()):
                return None
            del self._kept[state]
        return begun if self._clock() - begun.began <= LASTS_S else None
