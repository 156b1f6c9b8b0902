"""The bedside truth: who is ill, when, and who would be eligible, week by week, from a seed and a number.

`course(seed, number)` is pure. Week 0 is ORIGIN; the second year (from FIRST_RUN) is the one that is measured, the
first fills the record. Every chance stands in parameters.csv with its source.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

ORIGIN = date(2024, 1, 1)  # a Monday
WEEKS, FIRST_RUN = 104, 52
FOLDER = Path(__file__).parent
with (FOLDER / "parameters.csv").open(encoding="utf-8", newline="") as rows:
    PARAMETERS = list(csv.DictReader(rows))
P = {row["name"]: float(row["value"]) for row in PARAMETERS}

RENAL = ("proteinuria", "hematuria", "pyuria", "urinary_casts")
SEROLOGY = ("low_complement", "increased_dna_binding")
WEIGHTS = {
    **dict.fromkeys(("seizure", "psychosis", "organic_brain_syndrome", "visual_disturbance", "cranial_nerve"), 8),
    **dict.fromkeys(("lupus_headache", "cva", "vasculitis"), 8),
    **dict.fromkeys(("arthritis", "myositis", *RENAL), 4),
    **dict.fromkeys(("rash", "alopecia", "mucosal_ulcers", "pleurisy", "pericarditis", *SEROLOGY), 2),
    **dict.fromkeys(("fever", "thrombocytopenia", "leukopenia"), 1),
}
EXTRARENAL = [name for name in WEIGHTS if name not in RENAL + SEROLOGY]
CNS = {"seizure", "psychosis", "organic_brain_syndrome", "cva"}
CNS_WEEKS = 8


@dataclass(frozen=True)
class Flare:
    """One flare: from its first week to before its last."""

    first: int
    end: int
    severe: bool


@dataclass
class Course:
    """A patient's two years."""

    id: str
    female: bool
    birth: date
    group: str  # remission, low, active, new
    lupus: bool
    nephritis: bool
    active: list[set[str]] = field(default_factory=lambda: [set() for _ in range(WEEKS)])
    protein: list[float] = field(default_factory=list)
    flares: list[Flare] = field(default_factory=list)
    excluded: dict[str, tuple[int, int]] = field(default_factory=dict)  # why: from week, before week
    hepatitis_core: bool = False
    treated_from: int = WEEKS  # steroid or immunosuppressant, in truth
    visits: list[int] = field(default_factory=list)  # weeks
    begun: list[int] = field(default_factory=list)  # weeks in which one was begun
    severe_kidney: list[Flare] = field(default_factory=list)

    def total(self, week: int) -> int:
        """SELENA-SLEDAI of a week."""
        return sum(WEIGHTS[name] for name in self.active[week])

    def why_not(self, week: int) -> str:
        """What keeps the patient out in a week, the first of them; empty: eligible."""
        age = _years(self.birth, ORIGIN + timedelta(7 * week))
        clinical = sum(WEIGHTS[name] for name in self.active[week] if name not in SEROLOGY)
        if not 18 <= age <= 65:
            return "age"
        if not self.lupus:
            return "not lupus"
        if self.total(week) < 8 or clinical < 6:
            return "not active enough"
        if self.treated_from > week:
            return "never treated"
        excluded = [why for why, (first, end) in self.excluded.items() if first <= week < end]
        if any(CNS & self.active[one] for one in range(max(week - CNS_WEEKS, 0), week + 1)):
            excluded.append("brain")
        excluded += ["severe nephritis" for one in self.severe_kidney if one.first <= week < one.end]
        return "excluded: " + excluded[0] if excluded else ""


def _years(birth: date, on: date) -> int:
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def course(seed: int, number: int) -> Course:
    """Make one patient."""
    rng = Random(f"flag/{seed}/{number}")
    age = min(max(rng.gauss(P["age_mean"], P["age_sd"]), 14), 80)
    one = Course(
        f"s{seed}-{number}", rng.random() < P["sex_female"], ORIGIN - timedelta(int(age * 365.25)), _group(rng),
        rng.random() >= P["not_lupus"], rng.random() < P["nephritis"],
    )  # fmt: skip
    one.flares = _flares(rng, one.group)
    _quiet(rng, one)
    for flare in one.flares:
        _flare(rng, one, flare)
    if not one.lupus:
        one.active = [set() for _ in range(WEEKS)]
    _protein(rng, one)
    _exclusions(rng, one, int(age))
    _visits(rng, one)
    _therapy(rng, one)
    return one


def _group(rng: Random) -> str:
    low, remission = P["share_low"], P["share_remission"]
    if rng.random() < P["share_new"]:
        return "new"
    return rng.choices(("remission", "low", "active"), (remission, low - remission, 1 - low))[0]


def _flares(rng: Random, group: str) -> list[Flare]:
    rate = P["flare_rate_active" if group in {"active", "new"} else f"flare_rate_{group}"] / 52
    week = 0.0
    flares: list[Flare] = []
    if group == "new":
        week = rng.randrange(FIRST_RUN, WEEKS)
        flares.append(Flare(int(week), int(week) + _length(rng), severe=False))
        week = flares[-1].end
    while (week := week + rng.expovariate(rate)) < WEEKS:
        flares.append(Flare(int(week), int(week) + _length(rng), rng.random() < P["flare_severe"]))
        week = flares[-1].end
    return flares


def _length(rng: Random) -> int:
    return min(max(round(rng.lognormvariate(math.log(P["flare_weeks"]), 0.5)), 3), 40)


def _drawn(rng: Random, one: Course, scale: float) -> set[str]:
    """The descriptors of a flare or of a phase, each on its own chance."""
    found = {name for name in EXTRARENAL if rng.random() < min(P[f"item_{name}"] * scale, 0.95)}
    if one.nephritis and rng.random() < min(P["renal_in_flare"] * scale, 0.95):
        found |= {name for name in RENAL if rng.random() < P[f"item_{name}"]}
    return found


def _quiet(rng: Random, one: Course) -> None:
    """What is there without a flare: serology, a little in low activity, phases in those who stay active."""
    serology = set()
    if rng.random() < P["quiet_serology"]:
        serology = {
            n for n, p in zip(SEROLOGY, ("quiet_low_complement", "quiet_dsdna"), strict=True) if rng.random() < P[p]
        }
        serology = serology or {"low_complement"}
    for start in range(0, WEEKS, 12):
        found = set(serology)
        if one.group == "active":
            found |= _drawn(rng, one, P["scale_active"])
        elif one.group == "low" and rng.random() < 0.3:
            found.add(rng.choice(("rash", "alopecia", "mucosal_ulcers", "leukopenia")))
        for week in range(start, min(start + 12, WEEKS)):
            one.active[week] |= found
    if one.group == "new":
        one.active[: one.flares[0].first] = [set() for _ in range(one.flares[0].first)]


def _flare(rng: Random, one: Course, flare: Flare) -> None:
    """Each descriptor begins with the flare and goes at a time of its own; serology stays two months longer."""
    first_ever = one.group == "new" and flare is one.flares[0]
    scale = P["scale_new"] if first_ever else P["scale_severe" if flare.severe else "scale_mild"]
    found = _drawn(rng, one, scale)
    length = flare.end - flare.first
    ends = {name: flare.first + max(round(length * rng.uniform(0.5, 1)), 1) for name in sorted(found)}
    for name, chance in zip(SEROLOGY, ("flare_low_complement", "flare_dsdna"), strict=True):
        if rng.random() < P[chance]:
            ends[name] = flare.end + 8
    for name, end in ends.items():
        for week in range(flare.first, min(end, WEEKS)):
            one.active[week].add(name)
    if found & set(RENAL) and rng.random() < P["severe_nephritis"]:
        one.severe_kidney.append(flare)


def _protein(rng: Random, one: Course) -> None:
    """Protein/creatinine in g/g: a base, more while the descriptor is there, half of that for 12 weeks after."""
    lasting = one.nephritis and rng.random() < P["chronic_proteinuria"]
    base, more = rng.uniform(0.6, 1.2) if lasting else rng.uniform(0.05, 0.3), rng.uniform(0.8, 3.5)
    since = 99
    for week in range(WEEKS):
        since = 0 if "proteinuria" in one.active[week] else since + 1
        severe = any(f.first <= week < f.end for f in one.severe_kidney)
        one.protein.append(base + (7 if severe else more) * (1 if since == 0 else 0.5 if since <= 12 else 0))


def _exclusions(rng: Random, one: Course, age: int) -> None:
    always, whole = ("hbsag", "low_igg", "kidney_failure", "tcm", "other_study"), (0, WEEKS)
    one.excluded = {name: whole for name in always if rng.random() < P[name]}
    one.hepatitis_core = "hbsag" not in one.excluded and rng.random() < P["anti_hbc"]
    for name, length in (("liver", 8), ("pregnant", 52), ("planning", 52), ("b_cell", 52)):
        women_only = name in {"pregnant", "planning"}
        for year in (0, 52):
            start, hit = year + rng.randrange(52), rng.random() < P[name]
            if hit and name not in one.excluded and (not women_only or (one.female and 20 <= age <= 40)):
                one.excluded[name] = (start, start + length)


def _visits(rng: Random, one: Course) -> None:
    """Routine visits at the group's interval, and in a flare soon and often."""
    mean = P["interval_active" if one.group == "new" else f"interval_{one.group}"]
    mean *= 4 if rng.random() < P["lapsed"] else 1
    first = one.flares[0].first if one.group == "new" else 0
    weeks, week = set(), first + rng.uniform(0, mean)
    while week < WEEKS:
        weeks.add(int(week))
        week += max(rng.gauss(mean, mean * 0.3), 2)
    for flare in one.flares:
        weeks |= set(range(flare.first + rng.randint(1, 4), min(flare.end, WEEKS), int(P["interval_flare"])))
    one.visits = sorted(week for week in weeks if first <= week < WEEKS)


def _therapy(rng: Random, one: Course) -> None:
    """Therapy is begun at a visit: the first one in a flare, or any without one."""
    if one.group != "new" and rng.random() < P["treated_before"]:
        one.treated_from = 0
    for flare in one.flares:
        seen = [week for week in one.visits if flare.first <= week < flare.end]
        chance = (
            1.0
            if one.group == "new" and flare is one.flares[0]
            else P["begin_severe" if flare.severe else "begin_mild"]
        )
        if seen and rng.random() < chance:
            one.begun.append(seen[0])
    for week in one.visits:
        interval = WEEKS / max(len(one.visits), 1)
        if week not in one.begun and rng.random() < P["begin_quiet"] * interval / 52:
            one.begun.append(week)
    one.begun.sort()
    one.treated_from = min([one.treated_from, *one.begun])
