"""How we behave towards a server: so many requests at once and a second, and none where each one fails."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Self

from adapter.fhir.errors import LeftAlone, Temporary, Trouble

IN_A_ROW = 3  # questions that failed, each of them asked as often as patience allowed
REST_S = 60.0


class Turns:
    """Lets requests go, a limited number at once and a limited number a second, whichever thread they come from."""

    def __init__(
        self, at_once: int, per_s: float | None, clock: Callable[[], float], sleep: Callable[[float], object]
    ) -> None:
        self._places = threading.BoundedSemaphore(at_once)
        self._between = 1 / per_s if per_s else 0.0
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._next = float("-inf")

    def __enter__(self) -> Self:
        self._places.acquire()
        wait = self._wait() if self._between else 0.0
        if wait > 0:
            self._sleep(wait)
        return self

    def __exit__(self, *_: object) -> None:
        self._places.release()

    def _wait(self) -> float:
        """Take the next moment that is free, so that requests are spread and never come in a burst."""
        with self._lock:
            now = self._clock()
            mine = max(now, self._next)
            self._next = mine + self._between
        return mine - now


class Circuit:
    """One endpoint: where question after question fails it is left alone for a while, and then one may try again."""

    def __init__(self) -> None:
        self._failed, self._until = 0, float("-inf")
        self._last: Temporary | None = None
        self._lock = threading.Lock()

    def enter(self, where: str, now: float) -> None:
        """Raise LeftAlone while the endpoint rests; after that the next one to come is let through as a probe."""
        with self._lock:
            if self._last is None or self._failed < IN_A_ROW:
                return
            if now >= self._until:
                self._until = now + REST_S
                return
            what = f"it was not asked, because {self._failed} questions in a row failed ({self._last.what})"
            raise LeftAlone(where, what, self._last.to_do, status=self._last.status)

    def note(self, trouble: Trouble | None, now: float) -> None:
        """Take note of how a question ended; an answer of any kind, also a refusal, says that somebody is there."""
        with self._lock:
            if isinstance(trouble, Temporary) and trouble.to_repeat:
                self._failed, self._last, self._until = self._failed + 1, trouble, now + REST_S
            else:
                self._failed, self._last = 0, None
