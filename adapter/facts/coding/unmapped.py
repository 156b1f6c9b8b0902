"""What means nothing here yet and could be mapped: local codes, texts without a code, and units, counted.

A code of LOINC, SNOMED CT and the like that no codelist holds is not of this study; there is nothing to map. A code of
any other system, or of none, may be the hospital's own name for something that the study needs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

PLAIN = re.compile(r"[A-Za-z0-9._/:^+#-]{1,100}")  # what does not look like a code may be anything, also a name
CODES_LISTED = 1000
LONGEST_DISPLAY = 80
DISPLAYS_TRIED = 4


class Coding(NamedTuple):
    """A coding; without a code it stands for a text alone."""

    system: str = ""
    code: str = ""
    display: str = ""

    @property
    def plain(self) -> bool:
        """Whether system and code look like such, and can be shown."""
        return bool(PLAIN.fullmatch(self.code)) and (not self.system or bool(PLAIN.fullmatch(self.system)))

    def showable(self) -> Coding:
        """Return as much of it as may be shown; what is not plain is a text alone."""
        if not self.plain:
            return Coding()
        keeps = len(self.display) <= LONGEST_DISPLAY and self.display.isprintable()
        return self if keeps else Coding(self.system, self.code)


class Unmapped:
    """Counts of what could be mapped; the same whatever the order of input, but for which displays are tried.

    Texts are counted and never kept. A display is shown once two patients have the same, so that it is a term's and not
    a person's.
    """

    def __init__(self) -> None:
        self.codes: Counter[tuple[str, str, str]] = Counter()  # resource type, system, code
        self.texts: Counter[str] = Counter()  # by resource type
        self.units: Counter[tuple[str, str]] = Counter()  # concept, unit
        self._displays: dict[tuple[str, str], dict[str, str | None]] = {}  # who has it; None: more than one
        self._shared: set[Coding] = set()  # whose display more than one has: no more to find out

    def miss_code(self, kind: str, coding: Coding, patient: str | None) -> None:
        """Count a showable code that nobody knows, where a resource of this type has it."""
        system, code, display = coding
        if not code:
            self.texts[kind] += 1
            return
        self.codes[kind, system, code] += 1
        if display and patient and coding not in self._shared:
            self._show((system, code), display, patient)

    def miss_unit(self, concept: str, unit: str) -> None:
        """Count a unit that the table of units does not know for this concept."""
        self.units[concept, unit if unit.isprintable() else ""] += 1

    def update(self, other: Unmapped) -> None:
        """Add the counts of another."""
        self.codes.update(other.codes)
        self.texts.update(other.texts)
        self.units.update(other.units)
        for key, displays in other._displays.items():
            for display, patient in displays.items():
                self._show(key, display, patient)

    def by_type(self) -> dict[str, int]:
        """Return the codes with the type of resource they stand in, and the texts."""
        counts = {f"{kind} {system}|{code}": times for (kind, system, code), times in self.codes.items()}
        return counts | {f"{kind} with a text alone": times for kind, times in self.texts.items()}

    def as_dict(self) -> dict[str, object]:
        """Return the counts for the run report, the most frequent first."""
        counts = Counter[tuple[str, str]]()
        for (_, *key), times in self.codes.items():
            counts[key[0], key[1]] += times
        most = sorted(counts, key=lambda key: (-counts[key], key))
        rest = most[CODES_LISTED:]
        return {
            "unmapped_codes": {"|".join(key): counts[key] for key in most[:CODES_LISTED]},
            "unmapped_codes_not_listed": {"codes": len(rest), "times": sum(counts[key] for key in rest)},
            "unmapped_displays": {"|".join(key): said for key in most[:CODES_LISTED] if (said := self._display(key))},
            "unmapped_texts": dict(sorted(self.texts.items())),
            "unmapped_units": [[*key, self.units[key]] for key in sorted(self.units, key=self._often)],
        }

    def _often(self, key: tuple[str, str]) -> tuple[int, tuple[str, str]]:
        return -self.units[key], key

    def _show(self, key: tuple[str, str], display: str, patient: str | None) -> None:
        tried = self._displays.setdefault(key, {})
        if display in tried:
            if tried[display] != patient:
                tried[display] = None
                self._shared.add(Coding(*key, display))
        elif len(tried) < DISPLAYS_TRIED:
            tried[display] = patient

    def _display(self, key: tuple[str, str]) -> str | None:
        tried: Mapping[str, str | None] = self._displays.get(key, {})
        return min((display for display, patient in tried.items() if patient is None), default=None)
