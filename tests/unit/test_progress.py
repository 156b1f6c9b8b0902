"""Phases are timed by the clock that is given, and shown as bars on a terminal and as plain lines elsewhere."""

import io

import pytest

from adapter.progress import LONG_S, Progress, shown_on


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_phase_inside_another_counts_for_itself_alone():
    clock = Clock()
    progress = Progress(clock)
    clock.now += 1
    with progress.phase("outer"):
        clock.now += 2
        with progress.phase("inner"):
            clock.now += 4
        clock.now += 8
    assert progress.seconds() == {"total": 15, "outer": 10, "inner": 4}


def test_what_is_made_as_it_is_asked_for_is_a_phase_of_its_own():
    clock = Clock()
    progress = Progress(clock)

    def made():
        for number in range(3):
            clock.now += 1
            yield number

    with progress.phase("use"):
        for _ in progress.through("make", made(), "things"):
            clock.now += 10
    assert progress.seconds() == {"total": 33, "use": 30, "make": 3}


def test_a_phase_that_fails_is_timed_and_left():
    clock = Clock()
    progress = Progress(clock)

    def fail():
        clock.now += 3
        raise ValueError

    with pytest.raises(ValueError), progress.phase("failing"):  # noqa: PT011 - our own, two lines above
        fail()
    clock.now += 5
    assert progress.seconds() == {"total": 8, "failing": 3}


def shown(seconds: float, *, unit: str = "received", count: int = 1234) -> str:
    stream, clock = io.StringIO(), Clock()
    progress = Progress(clock, shown_on(stream))
    with progress.phase("pull Observation", unit):
        for _ in progress.counted(range(count)):
            pass
        clock.now += seconds
    return stream.getvalue()


def test_a_long_phase_is_one_plain_line():
    assert shown(75) == "pull Observation: 1,234 received, 75 s\n"


def test_a_short_phase_and_one_without_a_count_say_nothing():
    assert shown(LONG_S - 0.1) == "" and shown(75, unit="") == ""


class Terminal(io.StringIO):
    """A terminal that keeps what it is given."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_there_is_a_bar_that_goes_away():
    stream = Terminal()
    progress = Progress(Clock(), shown_on(stream))
    assert list(progress.through("judge", range(3), "patients", 3)) == [0, 1, 2]
    seen = stream.getvalue()
    assert "judge:" in seen and "0/3" in seen and "\r" in seen
    assert not seen.rsplit("\r", maxsplit=2)[-2].strip(), "the last thing is a blank line over the bar"
