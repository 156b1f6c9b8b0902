"""The scores of generated patients computed twice: by the product, through its own door, and from the definitions.

Here SAMPLE patients of a committed seed; `make long` takes COUNT, remembers in var/second/ which are done, and begins
anew when code, studies or seed change.
"""

import json
import os
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.robustness.ward import ROOT
from tests.second.comparing import differences

SEED = 20261122
SAMPLE = 1200
SLICES = 4
COUNT = 100_000
PIECE = 200  # patients read and judged together
STATE = ROOT / "var" / "second"
SHOWN = 20


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
