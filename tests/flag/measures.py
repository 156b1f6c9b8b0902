"""Counts of one hospital: how many of the truly eligible were flagged, how many of the flagged were truly eligible.

An episode is a spell of true eligibility (gaps of four weeks and less closed) in which the patient comes to the
hospital at least once; it begins with that visit, for nobody could know earlier. Run r stands for the Monday of week
FIRST_RUN + r and sees all visits of earlier weeks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.flag.course import FIRST_RUN, WEEKS, Course
from tests.flag.watch import Watched

RUNS = WEEKS - FIRST_RUN
GAP = 4
WITHIN = (14, 30, 90)  # days after the episode's first visit
FOLLOWED = 13  # weeks that an episode must leave before the year ends
Counts = dict[str, Counter[str]]  # setting: what was counted


@dataclass(frozen=True)
class Episode:
    """A spell, in weeks; `seen`: the first visit in it, -1 where there was none."""

    first: int
    end: int
    seen: int


def episodes(one: Course) -> list[Episode]:
    """The spells of true eligibility that reach into the measured year."""
    weeks = [week for week in range(WEEKS) if not one.why_not(week)]
    spells: list[list[int]] = []
    for week in weeks:
        if spells and week - spells[-1][1] <= GAP:
            spells[-1][1] = week
        else:
            spells.append([week, week])
    made = []
    for first, last in spells:
        visits = [week for week in one.visits if first <= week <= last and not one.why_not(week)]
        made.append(Episode(first, last + 1, visits[0] if visits else -1))
    return [spell for spell in made if spell.end > FIRST_RUN]


def counted(one: Course, watched: Watched) -> Counts:
    """One patient's counts, for each setting."""
    spells = episodes(one)
    return {setting: _of_setting(one, watched, spells, flags) for setting, flags in watched.flags.items()}


def _of_setting(one: Course, watched: Watched, spells: list[Episode], flags: list[bool]) -> Counter[str]:
    counts: Counter[str] = Counter(patients=1, **{"patients flagged": any(flags), "flagged weeks": sum(flags)})
    eligible = [not one.why_not(week) for week in range(FIRST_RUN - 1, WEEKS)]
    counts["flagged weeks, eligible"] = sum(flagged and eligible[run + 1] for run, flagged in enumerate(flags))
    counts["flagged first run"] = flags[0]
    counts["patients flagged, eligible in the year"] = any(flags) and any(eligible)
    counts.update(_alerts(one, flags, eligible))
    for spell in spells:
        counts.update(_found(spell, flags, watched))
    measured = [spell for spell in spells if spell.seen >= FIRST_RUN]
    if measured:
        counts["patients with an episode"] += 1
        counts["patients with an episode, flagged"] += any(any(flags[_runs(spell, spell.end)]) for spell in measured)
    return counts


def _alerts(one: Course, flags: list[bool], eligible: list[bool]) -> Counter[str]:
    """Each time the patient turns flagged; `eligible[r]` is the week before run r, `eligible[r + 1]` its own."""
    counts: Counter[str] = Counter()
    for run, flagged in enumerate(flags):
        if not flagged or (run and flags[run - 1]):
            continue
        kind = "new" if run else "first run"
        counts[f"{kind} flags"] += 1
        if run:
            counts["new flags, first of the patient"] += not any(flags[:run])
        now = any(eligible[run : run + 2])
        counts[f"{kind} flags, eligible"] += now
        counts[f"{kind} flags, eligible in 90 days"] += any(eligible[run : run + 2 + FOLLOWED])
        if run and not now:
            counts["wrong: " + one.why_not(FIRST_RUN + run - 1).split(":")[0]] += 1
    return counts


def _runs(spell: Episode, before: int) -> slice:
    """The runs from the first that can see the episode's first visit."""
    return slice(max(spell.seen + 1 - FIRST_RUN, 0), max(before + 1 - FIRST_RUN, 1))


def _found(spell: Episode, flags: list[bool], watched: Watched) -> Iterator[str]:
    if spell.seen < 0:
        if FIRST_RUN <= spell.first < WEEKS - FOLLOWED:
            yield "episodes never seen"
        return
    if not FIRST_RUN <= spell.seen < WEEKS - FOLLOWED:
        return
    yield "episodes"
    for days in WITHIN:
        if any(flags[_runs(spell, spell.seen + days // 7)]):
            yield f"episodes flagged in {days} days"
    start = _runs(spell, WEEKS).start
    if not any(flags[_runs(spell, spell.seen + FOLLOWED)]):
        yield "missed: " + (watched.why_not[start] or "flagged by the usual setting")
    else:
        yield from (f"sign: {name}" for name in watched.signs[start])
