"""One hospital as its codes.csv describes it: every code and text that its records use, met and written down once."""

import csv
from pathlib import Path
from random import Random

from tests.studies.twins.names import NAMES

COLUMNS = ("system", "code", "text", "concept", "unit", "value")
LIS, HIS, PHARMACY, FORM = (
    "urn:hospital:lis",
    "urn:hospital:his",
    "urn:hospital:drugs",
    "http://emr.hospital.example.cn/Questionnaire/sle-screen",
)
RESULT, ANY_RESULT = "urn:hospital:lis:result", "urn:hospital:lis:any-result"


class Site:
    """The codes of a hospital; the same thing has the same code in all its records."""

    def __init__(self, random: Random) -> None:
        self.rows: dict[tuple[str, ...], None] = {}
        self._random = random
        self._codes: dict[tuple[str, ...], str] = {}
        self._values: dict[str, dict[str, str]] = {}
        self._free = {
            LIS: [f"{number:04}" for number in range(1, 1000)],
            HIS: [f"XY-{number}" for number in range(1, 200)],
            PHARMACY: [f"Y{number:05}" for number in range(1, 500)],
            FORM: [f"sec{page}.q{number}" for page in range(1, 9) for number in range(1, 40)],
        }
        for free in self._free.values():
            random.shuffle(free)

    def drug(self, system: str, drugs: tuple[str, ...]) -> str:
        """Return the local code of a drug, or of a product that holds several."""
        code = self._codes.setdefault((system, *drugs), "") or self._free[system].pop()
        self._codes[system, *drugs] = code
        for drug in drugs:
            self._row(system, code, "", drug)
        return code

    def code(self, system: str, concepts: tuple[str, ...], unit: str = "") -> str:
        """Return the local code of a thing, the same each time; another unit is another code."""
        key = (system, *concepts, unit)
        if key not in self._codes:
            self._codes[key] = self._free[system].pop()
        for concept in concepts:
            self._row(system, self._codes[key], named(concepts), concept, unit)
        return self._codes[key]

    def text(self, concepts: tuple[str, ...]) -> str:
        """Return the text by which this hospital's records name a thing, and keep the rows that say so."""
        for concept in concepts:
            self._row("", "", named(concepts), concept)
        return named(concepts)

    def value(self, concept: str, word: str) -> str:
        """Return the code by which the laboratory gives a result of this test; the next test may turn it round."""
        codes = self._values.setdefault(concept, {})
        if word not in codes:
            codes[word] = self._random.choice([code for code in "0123456789" if code not in codes.values()])
        self._row(RESULT, codes[word], "", concept, "", word)
        return codes[word]

    def any_value(self, code: str, text: str, word: str) -> None:
        """Keep a row for a result of any test."""
        self._row(ANY_RESULT if code else "", code, text, "", "", word)

    def write(self, folder: Path) -> Path:
        """Write codes.csv and return the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "codes.csv").open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *self.rows])
        return folder

    def _row(self, *cells: str) -> None:
        self.rows[(*cells, *[""] * (len(COLUMNS) - len(cells)))] = None


def named(concepts: tuple[str, ...]) -> str:
    """Return the Chinese name of a concept, or of several at once."""
    return " ".join(NAMES[concept] for concept in concepts)
