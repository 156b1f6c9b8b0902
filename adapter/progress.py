"""How far a command is, and how long each phase of it took: bars on a terminal, else a plain line for each phase.

Counts only, and all of it on standard error: standard output stays what it is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import Protocol, TextIO, TypeVar

from tqdm import tqdm

T = TypeVar("T")
Clock = Callable[[], float]  # seconds of a clock that never goes back

PIECES_A_STEP = 500  # moving a bar for each of a million pieces would cost as much as reading them
COLUMNS, ROWS = 80, 24  # of a terminal that does not say
LONG_S = 60  # for a shorter phase nobody looks into a log

tqdm.monitor_interval = 0  # no thread that looks after bars: worker processes are forked beside them


class Shown(Protocol):
    """One phase as a person sees it."""

    def step(self, count: int) -> None:
        """So many more are done."""

    def end(self, seconds: float) -> None:
        """The phase is over."""


Show = Callable[[str, str, int | None], Shown]  # phase; what is counted, if anything; how many there are, if known


class Unseen:
    """A phase that nobody sees."""

    def step(self, count: int) -> None:
        """So many more are done."""

    def end(self, seconds: float) -> None:
        """The phase is over."""


class Bar:
    """A bar, gone when the phase is over."""

    def __init__(self, stream: TextIO, phase: str, unit: str, total: int | None) -> None:
        said = {"desc": phase, "unit": f" {unit}", "total": total}
        self._bar = tqdm(**said, file=stream, leave=False, ncols=_columns(stream), nrows=ROWS) if unit else None

    def step(self, count: int) -> None:
        """So many more are done."""
        if self._bar is not None:
            self._bar.update(count)

    def end(self, seconds: float) -> None:  # noqa: ARG002 - a bar shows the time itself
        """The phase is over."""
        if self._bar is not None:
            self._bar.close()


class PlainLine:
    """One line when a long phase is over; none for a short one: cron mails every line, and the report says it again."""

    def __init__(self, stream: TextIO, phase: str, unit: str, _total: int | None) -> None:
        self._stream, self._phase, self._unit, self._count = stream, phase, unit, 0

    def step(self, count: int) -> None:
        """So many more are done."""
        self._count += count

    def end(self, seconds: float) -> None:
        """The phase is over."""
        if self._unit and seconds >= LONG_S:
            self._stream.write(f"{self._phase}: {self._count:,} {self._unit}, {seconds:.0f} s\n")
            self._stream.flush()


def unseen(_phase: str, _unit: str, _total: int | None) -> Shown:
    """Show nothing."""
    return Unseen()


def shown_on(stream: TextIO) -> Show:
    """Show bars on a terminal, and plain lines anywhere else."""
    return partial(Bar if stream.isatty() else PlainLine, stream)


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or COLUMNS
    except (OSError, ValueError):
        return COLUMNS


def untimed() -> Progress:
    """A progress that nobody follows."""
    return Progress(lambda: 0.0)


class Progress:
    """Times the phases of one command by the clock it is given, and shows them."""

    def __init__(self, clock: Clock, show: Show = unseen) -> None:
        self._clock, self._show = clock, show
        self._began = self._mark = clock()
        self._running: list[tuple[str, Shown]] = []
        self._spent: dict[str, float] = {}

    def seconds(self) -> dict[str, float]:
        """The seconds so far: in all, and of each phase without the phases inside it, in the order they began."""
        self._turn()
        spent = {"total": self._mark - self._began, **self._spent}
        return {name: round(seconds, 3) for name, seconds in spent.items()}

    @contextmanager
    def phase(self, name: str, unit: str = "", total: int | None = None) -> Iterator[None]:
        """Time a phase, and show it where something is counted in it."""
        shown = self._show(name, unit, total)
        try:
            with self._within(name, shown):
                yield
        finally:
            shown.end(self._spent[name])

    def through(self, name: str, items: Iterable[T], unit: str, total: int | None = None) -> Iterator[T]:
        """Give items that are made as they are asked for: their making is a phase, what is done with them is not."""
        shown, left = self._show(name, unit, total), iter(items)
        try:
            while made := self._next(name, shown, left):
                yield from made
        finally:
            shown.end(self._spent[name])

    def counted(self, items: Iterable[T], at_once: int = PIECES_A_STEP) -> Iterator[T]:
        """Give items, and count them in the phase that is running, so many at once."""
        since = 0
        for item in items:
            yield item
            since += 1
            if since == at_once:
                self.step(since)
                since = 0
        self.step(since)

    def step(self, count: int = 1) -> None:
        """Say that so many more are done of the phase that is running."""
        if self._running:
            self._running[-1][1].step(count)

    def _next(self, name: str, shown: Shown, left: Iterator[T]) -> list[T]:
        with self._within(name, shown):
            made = list(islice(left, 1))
            self.step(len(made))
        return made

    @contextmanager
    def _within(self, name: str, shown: Shown) -> Iterator[None]:
        self._turn()
        self._spent.setdefault(name, 0.0)
        self._running.append((name, shown))
        try:
            yield
        finally:
            self._turn()
            self._running.pop()

    def _turn(self) -> None:
        """What passed since the last turn belongs to the innermost phase."""
        now = self._clock()
        if self._running:
            self._spent[self._running[-1][0]] += now - self._mark
        self._mark = now
