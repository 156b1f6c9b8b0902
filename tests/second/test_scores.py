"""The scores of generated patients computed twice: by the product, through its own door, and from the definitions.

Here SAMPLE patients of a committed seed; `make long` takes COUNT of them.
"""

from decimal import Decimal

import pytest

from tests.population.chart import Answer, Chart, Diagnosis, Form, Result
from tests.population.counting import count
from tests.second.classified import acr1997, eular
from tests.second.comparing import compared, differences, judged, records, word
from tests.second.sledai import possible

SEED = 20261122
SAMPLE = 1200
SLICES = 4
COUNT = 100_000
PIECE = 200  # patients read and judged together
SHOWN = 20


def _casts(kind: str, when: str, count: int | None = 0) -> Result:
    code = {"cast_rbc": "5807-3", "cast_granular": "5793-5", "cast_any": "9842-6"}[kind]
    value, unit = (None, "") if count is None else (Decimal(count), "/[LPF]")
    return Result(kind, code, when, value, unit=unit, reason="error" if count is None else "")


def _protein(when: str, grams: str, kind: str = "protein_24h") -> Result:
    code, unit = {"protein_24h": ("2889-4", "g/(24.h)"), "upcr": ("2890-2", "g/g{creat}")}[kind]
    return Result(kind, code, when, Decimal(grams), unit=unit)


def _stick(when: str, grade: str) -> Result:
    return Result("protein_dipstick", "20454-5", when, word=grade)


NO_COOMBS = Result("dat", "1007-4", "2026-03-01", word="阴性")
NORMAL_RETICULOCYTES = Result("reticulocytes", "60474-4", "2026-03-01", Decimal(50), unit="10*9/L", high=Decimal(84))
NORMAL_CELLS = [
    Result(cells, code, when, Decimal(number), unit="10*9/L")
    for cells, code, number in (("wbc", "6690-2", 6), ("lymphocytes", "731-0", 2), ("platelets", "777-3", 200))
    for when in ("2026-02-01", "2026-03-01")
]
PERHAPS_AIHA = Diagnosis("aiha", "413603009", "2020-09-23", verification="provisional")
FORM_OF_MARCH = Form("2026-03", (Answer("sledai.cva", "present"),))

# What the two once said differently, and how the clinical reference rules it: item, answer, what is on record.
RULED = {
    "a sum of no casts does not outvote a kind that could not be read": (
        ("acr-1997", "renal", "unknown"),
        [_protein("2026-03-01", "0.1"), _casts("cast_any", "2026-03-02"), _casts("cast_rbc", "2026-02-01", None)],
    ),
    "nor does a count without a date make it doubtful": (
        ("sledai", "urinary_casts", "not_met"),
        [_casts("cast_any", "2026-03-12"), _casts("cast_granular", "", 3)],
    ),
    "one 3+ and a second stick below it: not on two occasions": (
        ("acr-1997", "renal", "not_met"),
        [_stick("2026-01-05", "3+"), _stick("2026-02-05", "1+"), _casts("cast_any", "2026-03-02")],
    ),
    "3+ on two occasions: the sources differ": (
        ("acr-1997", "renal", "unknown"),
        [_stick("2026-01-05", "3+"), _stick("2026-02-05", "3+"), _casts("cast_any", "2026-03-02")],
    ),
    "a negative Coombs test of one day does not outvote a doubtful diagnosis of another": (
        ("eular-acr-2019", "autoimmune_hemolysis", "unknown"),
        [NO_COOMBS, PERHAPS_AIHA],
    ),
    "nor do normal reticulocytes": (
        ("acr-1997", "hematologic", "unknown"),
        [NORMAL_RETICULOCYTES, *NORMAL_CELLS, PERHAPS_AIHA],
    ),
    "a ratio of the month does not hide the earlier collection": (
        ("sledai", "proteinuria", "not_met"),
        [_protein("2026-03-08", "0.8"), _protein("2026-03-15", "0.9"), _protein("2026-03", "0.1", "upcr")],
    ),
    "a value of the month may have come after the lower one": (
        ("sledai", "proteinuria", "unknown"),
        [
            _protein("2026-03", "0.9"), _protein("2026-03-03", "0.1"), _protein("2025-12-17", "0.8"),
            _protein("2026-03-06", "0.9", "upcr"), _protein("2026-02-15", "0.8", "upcr"),
        ],
    ),
    "a form of the month may be newer than a total": (
        ("sledai", "cva", "unknown"), [FORM_OF_MARCH, Form("2026-03-12", (), total=7)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("ruling", RULED)
def test_what_was_ruled_stays_so(ruling):
    (score, item, answer), found = RULED[ruling]
    kinds = {kind: tuple(one for one in found if isinstance(one, kind)) for kind in (Result, Form, Diagnosis)}
    patient = Chart("ruled", "1990-05-05", "female", kinds[Result], kinds[Form], kinds[Diagnosis])
    judgement = judged(records([patient])[0])
    name = {"sledai": "selena-sledai"}.get(score, score)
    assert dict(judgement.score(name).items)[item].answer == answer
    days = possible(patient)
    mine = {"acr-1997": acr1997, "eular-acr-2019": eular, "sledai": lambda _: days[0]}[score](patient)
    assert len(days) > 1 or word(mine.items[item]) == answer
    assert list(compared(patient, judgement)) == []


@pytest.mark.slow
@pytest.mark.parametrize("part", range(SLICES))
def test_no_score_differs_from_its_second_computation(part):
    size = SAMPLE // SLICES
    assert list(differences(SEED, range(part * size, (part + 1) * size))) == []


def take(first: int) -> list[str]:
    """Compare one piece."""
    return list(differences(SEED, range(first, first + PIECE)))


@pytest.mark.long
def test_a_hundred_thousand_patients(capsys):
    assert count("second", take, COUNT, PIECE, capsys)[:SHOWN] == []
