"""How long we wait for a server: politely, no longer than its type's patience, and never less than a second."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from adapter.fhir.errors import Temporary

LONGEST_WAIT = 60.0  # some servers say 7,200; then the next run is the better answer
SHORTEST_WAIT = 1.0
LEAST_TRY = 10.0  # a slow first answer is not cut off because patience has run short

T = TypeVar("T")


class Budget:
    """What is left of the time that one run waits in all for one type; threads that wait together count once."""

    def __init__(self, patience_s: float) -> None:
        self._left, self._until = patience_s, float("-inf")
        self._lock = threading.Lock()

    @property
    def left(self) -> float:
        """Seconds that may still be lost."""
        with self._lock:
            return max(0.0, self._left)

    @property
    def one_try(self) -> float:
        """Seconds that one request may take: a server that gives no answer is waited for like any other."""
        return max(LEAST_TRY, self.left)

    def spend(self, start: float, end: float) -> None:
        """Take off a time in which nothing came."""
        with self._lock:
            self._left -= max(0.0, end - max(start, self._until))
            self._until = max(self._until, end)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waiting needs: a clock, a way to sleep, and chance, so that workers do not come back all at once."""

    clock: Callable[[], float]
    sleep: Callable[[float], None]
    chance: Callable[[], float]


def persist(
    attempt: Callable[[], T], budget: Budget, waiting: Waiting, *, harmless: bool = True, once: bool = False
) -> T:
    """Try until it goes well, the fault is permanent or patience is used up; a write only if it cannot have worked.

    `once`: there is no second try.
    """
    tries = 0
    while True:
        start = waiting.clock()
        try:
            return attempt()
        except Temporary as trouble:
            tries += 1
            trouble.tries = tries
            budget.spend(start, waiting.clock())
            again = trouble.to_repeat and (harmless or trouble.unsent) and tries < (1 if once else trouble.most_tries)
            wait = _wait(tries, trouble.retry_after, waiting.chance())
            if not again or budget.left < SHORTEST_WAIT:
                raise
        _rest(min(wait, budget.left), budget, waiting)


def _rest(seconds: float, budget: Budget, waiting: Waiting) -> None:
    start = waiting.clock()
    waiting.sleep(seconds)
    budget.spend(start, max(waiting.clock(), start + seconds))


def _wait(tries: int, asked: float | None, chance: float) -> float:
    """Return a little more than asked for; unasked, twice as long as the last time, give or take a half."""
    wait = 2.0 ** min(tries - 1, 10) * (0.5 + chance) if asked is None else min(asked, LONGEST_WAIT) + chance
    return min(max(wait, SHORTEST_WAIT), LONGEST_WAIT + 1)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Read Retry-After, seconds or a date by the server's own clock; None where it says nothing of use."""
    text = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,300}(\.[0-9]{1,9})?", text):  # a number beyond all measure is still a number
        return float(text)
    then = http_date(text)
    return None if then is None else (then - (http_date(headers.get("Date", "")) or now)).total_seconds()


def http_date(text: str) -> datetime | None:
    """Read an HTTP date, or return None."""
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return then.replace(tzinfo=UTC) if then.tzinfo is None else then.astimezone(UTC)
