"""The scores of generated patients computed twice: by the product, through its own door, and from the definitions.

Here SAMPLE patients of a committed seed; `make long` takes COUNT, remembers in var/second/ which are done, and begins
anew when code, studies or seed change.
"""

import json
import os
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.population.chart import Answer, Chart, Diagnosis, Form, Result
from tests.robustness.ward import ROOT
from tests.second.classified import acr1997, eular
from tests.second.comparing import compared, differences, judged, records, word
from tests.second.sledai import possible

SEED = 20261122
SAMPLE = 1200
SLICES = 4
COUNT = 100_000
PIECE = 200  # patients read and judged together
STATE = ROOT / "var" / "second"
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


def state() -> Path:
    """Return the file of what is done, by what was tested with what."""
    folders = [(ROOT / "adapter", "*.py"), (ROOT / "tests/second", "*.py"), (ROOT / "tests/population", "*.py")]
    files = [file for folder, kind in folders for file in sorted(folder.rglob(kind))]
    files += sorted(file for file in (ROOT / "mappings").rglob("*") if file.is_file())
    tested = sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
    return STATE / f"scores-{SEED}-{tested}.ndjson"


def done() -> dict[int, Any]:
    """Return what earlier runs found, by the first number of each piece."""
    known = {}
    for line in state().read_text(encoding="utf-8").splitlines() if state().exists() else []:
        with suppress(ValueError):  # a run that was killed may have left half a line
            known[json.loads(line)["from"]] = json.loads(line)
    return known


def take(first: int) -> dict[str, Any]:
    """Compare one piece."""
    return {"from": first, "differences": list(differences(SEED, range(first, first + PIECE)))}


@pytest.mark.long
def test_a_hundred_thousand_patients(capsys):
    """Runs until it is done, or for LONG_SECONDS; then the next run goes on from there."""
    known = done()
    state().parent.mkdir(parents=True, exist_ok=True)
    waiting = [first for first in range(0, COUNT, PIECE) if first not in known]
    started, new = time.monotonic(), 0
    until = started + float(os.environ.get("LONG_SECONDS", "inf"))
    with ProcessPoolExecutor() as pool, state().open("a", encoding="utf-8") as file:
        tasks = [pool.submit(take, first) for first in waiting]
        for task in as_completed(tasks):
            line = task.result()
            known[line["from"]], new = line, new + PIECE
            print(json.dumps(line, ensure_ascii=False), file=file, flush=True)
            if time.monotonic() > until:
                pool.shutdown(cancel_futures=True)
                break
    seconds = time.monotonic() - started
    with capsys.disabled():
        print(f"\n{new} patients in {seconds:.0f} s, {new / seconds:.0f} a second; {len(known) * PIECE} in all")  # noqa: T201
    assert [one for line in known.values() for one in line["differences"]][:SHOWN] == []
