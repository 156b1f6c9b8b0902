"""From many results to the state of one item: now, ever, on two occasions; and Kleene's "any" and "all" on states."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import partial
from itertools import product

from tests.population.chart import Result
from tests.second.reading import ABSENT, FIRM, PRESENT, SOFT, UNKNOWN, State, caused, readable, usable, when

Ask = Callable[[Result], State]


def any_of(*states: State) -> State:
    """True if one is true, false if all are false."""
    return frozenset(any(one) for one in product(*states))


def all_of(*states: State) -> State:
    """True if all are true, false if one is false."""
    return frozenset(all(one) for one in product(*states))


def says(one: Result, ask: Ask, *, excused: bool = True) -> State:
    """What one result says of the item; with another cause it says absent, whatever its value (`excused`)."""
    if excused and caused(one):
        return ABSENT
    return ask(one) if readable(one) else UNKNOWN


def ever(results: Iterable[Result], ask: Ask, *, excused: bool = True) -> State:
    """Present if any was, absent if measured and never: one that cannot be judged leaves it unknown (12).

    One that is not final may come to nothing: it may raise a doubt, and settles nothing.
    """
    counting = [one for one in results if usable(one)]
    if not any(one.status in FIRM for one in counting):
        return UNKNOWN
    return any_of(
        *(says(one, ask, excused=excused) | (ABSENT if one.status in SOFT else frozenset()) for one in counting)
    )


def newest(results: Iterable[Result], first: date, ask: Ask, *, excused: bool = True) -> State:
    """The state by the newest of the results from `first` on; all that may be the newest must agree."""
    timed = [one for one in results if usable(one) and when(one.when)]
    return frozenset().union(*_newest(tuple(timed), first, partial(says, ask=ask, excused=excused)))


def _newest(timed: Sequence[Result], first: date, said: Ask) -> Iterable[State]:
    within = [one for one in timed if _ends(one).date() >= first]
    if not within:
        yield UNKNOWN
        return
    latest = max(_begins(one) for one in within)
    for one in within:
        if _ends(one) >= latest or (not readable(one) and _ends(one).date() == latest.date()):
            yield said(one)
            if _begins(one).date() < first or one.status in SOFT:  # perhaps before the window, perhaps withdrawn
                yield from _newest([other for other in within if other is not one], first, said)


def _begins(one: Result) -> datetime:
    spans = when(one.when)
    assert spans
    return spans.first


def _ends(one: Result) -> datetime:
    spans = when(one.when)
    assert spans
    return spans.last


def twice(results: Iterable[Result], ask: Ask) -> State:
    """Abnormal on two occasions (days): one and no second occasion is unknown, fewer of two or more absent."""
    usables = [one for one in results if usable(one)]
    firm = [one for one in usables if one.status in FIRM]
    if not firm:
        return UNKNOWN
    if _apart([one for one in firm if says(one, ask) == PRESENT]) >= 2:
        return PRESENT
    doubted = [one for one in usables if True in says(one, ask)]
    if not doubted:
        return ABSENT
    return ABSENT if _days_at_most(doubted) <= 1 and _apart(firm) >= 2 else UNKNOWN


def half_a_year_apart(results: Iterable[Result], ask: Ask) -> State:
    """Abnormal on two days 183 or more apart: unknown as long as one is, absent where none is or none was made."""
    usables = [one for one in results if usable(one)]
    sure = [one for one in usables if one.status in FIRM and one.when and says(one, ask) == PRESENT]
    if sure and (max(map(_begins, sure)).date() - min(map(_ends, sure)).date()).days >= 183:
        return PRESENT
    return UNKNOWN if any(True in says(one, ask) for one in usables) else ABSENT


def _apart(results: Iterable[Result]) -> int:
    """On how many different days they surely were: as many as can be told apart from each other."""
    count, until = 0, date.min
    for _, last, first in sorted((_ends(one), _ends(one).date(), _begins(one).date()) for one in results if one.when):
        if first > until:
            count, until = count + 1, last
    return count


def _days_at_most(results: Iterable[Result]) -> int:
    """On how many different days they may have been; an undated one is never an occasion (12)."""
    timed = [(_begins(one).date(), _ends(one).date()) for one in results if one.when]
    exact = {first for first, last in timed if first == last}
    return len(exact) + sum(first != last for first, last in timed)


def stated(measured: State, said: State | None, *, undo: bool = False) -> State:
    """A clinician's word beside what is measured: "present" stands; "absent" fills what is open (`undo`: and more)."""
    if said is None or said == UNKNOWN:
        return measured if said is None or (measured == PRESENT and not undo) else UNKNOWN
    if said == PRESENT or undo:
        return said
    return PRESENT if measured == PRESENT else ABSENT


def preferring(results: list[Result], concept: str, ask: Ask) -> list[Result]:
    """Of one day this kind counts before the other kinds, unless all of it can be read and does not decide."""

    def gives_way(one: Result) -> bool:
        same = [other for other in results if _day(other) == _day(one)]
        own = [other for other in same if (other.concept == concept) is (one.concept == concept)]
        rivals = [other for other in same if other not in own]
        if _day(one) is None or not _decide(rivals, ask):
            return False
        if one.status in SOFT:  # one that is not final neither decides nor is outdone: it may confirm or raise a doubt
            return False
        return one.concept != concept or (all(map(readable, own)) and not _decide(own, ask))

    return [one for one in results if not gives_way(one)]


def _decide(results: list[Result], ask: Ask) -> bool:
    firm = [one for one in results if usable(one) and one.status in FIRM]
    return bool(firm) and all(says(one, ask) != UNKNOWN for one in firm)


def _day(one: Result) -> date | None:
    found = when(one.when)
    return found.first.date() if found and found.first.date() == found.last.date() else None
