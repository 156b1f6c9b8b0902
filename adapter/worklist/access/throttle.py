"""Guessing passwords is slow: after some failures a name from one place, a place and a name have to wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

FORGOTTEN_S = 3600.0
FIRST_WAIT_S, LONGEST_WAIT_S = 5.0, 900.0
AT_MOST = 10_000


@dataclass
class _Failures:
    count: int
    last: float


class Throttle:
    """Counts failures; what is kept is bounded, and the oldest are forgotten first."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failed: dict[tuple[str, ...], _Failures] = {}
        self._door = threading.Lock()

    def wait_s(self, name: str, address: str) -> float:
        """How long this name from this place has to wait; 0: it may try."""
        with self._door:
            return max(self._wait_s(key, free) for key, free in _keys(name, address))

    def fail(self, name: str, address: str) -> None:
        """Take note of a failure."""
        now = self._clock()
        with self._door:
            for key, _ in _keys(name, address):
                known = self._failed.pop(key, None)
                fresh = known is None or now - known.last > FORGOTTEN_S
                self._failed[key] = _Failures(1 if fresh or known is None else known.count + 1, now)
            while len(self._failed) > AT_MOST:
                del self._failed[next(iter(self._failed))]

    def succeed(self, name: str, address: str) -> None:
        """Forget the failures of a name from a place where its password is known."""
        with self._door:
            self._failed.pop((name, address), None)

    def _wait_s(self, key: tuple[str, ...], free: int) -> float:
        known = self._failed.get(key)
        if known is None or known.count < free:
            return 0.0
        pause = min(FIRST_WAIT_S * 2.0 ** min(known.count - free, 20), LONGEST_WAIT_S)
        return max(0.0, known.last + pause - self._clock())


def _keys(name: str, address: str) -> tuple[tuple[tuple[str, ...], int], ...]:
    """What is counted, and how many failures are free: a stranger elsewhere cannot soon lock a user out."""
    return ((name, address), 5), (("", address), 30), ((name,), 100)
