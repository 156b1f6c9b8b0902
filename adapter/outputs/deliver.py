"""Telling: every run tries all that is pending once, and what one delivery brings to light stops no other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapter.journal import Delivery, Journal, Review, Work
from adapter.outputs.base import Output, State, Told, instant

FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Count:
    """What became of one output's deliveries; `stuck` are those of the pending that wait for a person."""

    done: int = 0
    pending: int = 0
    dead: int = 0
    stuck: int = 0


@dataclass(frozen=True, slots=True)
class Delivered:
    """The account of one telling: counts by output, a line for each trouble, and what a person is asked to look at."""

    counts: Mapping[str, Count]
    trouble: tuple[str, ...] = ()
    reviews: tuple[Review, ...] = ()

    @property
    def failed_for_good(self) -> bool:
        """Whether something will never be delivered: exit code 14."""
        return any(count.dead for count in self.counts.values())


def deliver_pending(
    journal: Journal,
    outputs: Iterable[Output],
    now: datetime,
    seen: Callable[[Iterable[Told], int], Iterable[Told]] = lambda told, _: told,
) -> Delivered:
    """Give every output what waits for it; each result is kept at once, so that a crash repeats one at most.

    `seen` hands each result on, one at once, and shows how far it is.
    """
    counts: dict[str, Count] = {}
    trouble: list[str] = []
    reviews: list[Review] = []
    for output in outputs:
        pending = journal.pending(output.name)
        told = [_kept(journal, one, now) for one in seen(output.deliver(pending), 1)]
        counts[output.name] = _count(told, len(pending))
        lines = Counter(one.trouble for one in told if one.trouble)
        trouble += [f"{output.name}: {_often(line, times)}" for line, times in lines.items()]
        reviews += [one.review for one in told if one.review]
    return Delivered(counts, tuple(trouble), tuple(reviews))


def _kept(journal: Journal, told: Told, now: datetime) -> Told:
    with journal.transaction() as work:
        for one in told.deliveries:
            if told.state is State.DONE:
                work.done(one.id, instant(now))
            else:
                again = None if told.state is State.DEAD else instant(now + _pause(one))
                work.failed(one.id, told.trouble, permanent=told.state is State.DEAD, next_try_at=again)
        _ask(work, told, instant(now))
    return told


def _ask(work: Work, told: Told, at: str) -> None:
    """Ask a person to look, or no longer, where what they said was compared with the newest decision."""
    if told.review is not None:
        work.open_review(told.review, at)
    elif told.looked_at is not None:
        work.end_review(*told.looked_at, at, "data")


def _pause(delivery: Delivery) -> timedelta:
    """How long to leave it when nothing else brings a run about: twice as long each time."""
    return min(FIRST_PAUSE * (1 << min(delivery.attempts, 20)), LONGEST_PAUSE)


def _count(told: Iterable[Told], pending: int) -> Count:
    by_state: Counter[State] = Counter()
    stuck = 0
    for one in told:
        by_state[one.state] += len(one.deliveries)
        stuck += len(one.deliveries) if one.stuck else 0
    done, dead = by_state[State.DONE], by_state[State.DEAD]
    return Count(done, pending - done - dead, dead, stuck)


def _often(line: str, times: int) -> str:
    return line if times == 1 else f"{line} ({times} times)"
