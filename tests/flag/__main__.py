"""Simulate and measure: `python -m tests.flag [--patients 2000] [--seeds 1 2] [--refills]`.

Results go to tests/flag/results.json; the tables of docs/explanation/how-well-it-flags.md are made from it, and
made anew by `--doc` alone.
"""

# ruff: noqa: T201 - a command for people

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.flag.course import FOLDER, course
from tests.flag.measures import Counts, counted
from tests.flag.record import written
from tests.flag.tables import written_page
from tests.flag.watch import DEFAULT, GRID, record_of, watch

RESULTS = FOLDER / "results.json"
PATIENTS_A_TASK = 25


def patient(number: int, seed: int, refills: bool) -> Counts:
    """One patient from the seed to the counts."""
    one = course(seed, number)
    return counted(one, watch(record_of(written(one, seed, refills=refills)), (DEFAULT,) if refills else GRID))


def hospital(seed: int, patients: int, workers: int = 1, refills: bool = False) -> Counts:
    """The counts of a hospital."""
    one = partial(patient, seed=seed, refills=refills)
    if workers == 1:
        return summed(map(one, range(patients)))
    with ProcessPoolExecutor(workers) as pool:
        return summed(pool.map(one, range(patients), chunksize=PATIENTS_A_TASK))


def summed(parts: Iterable[Counts]) -> Counts:
    """All patients' counts together."""
    total: Counts = {}
    for part in parts:
        for setting, counts in part.items():
            total.setdefault(setting, Counter()).update(counts)
    return total


def main() -> None:
    """Run what was asked for; each seed is kept as soon as it is done."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, default=2000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--refills", action="store_true", help="every visit repeats the prescription of the steroid")
    parser.add_argument("--doc", action="store_true", help="only write the page anew from the results")
    options = parser.parse_args()
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    for seed in [] if options.doc else options.seeds:
        counts = hospital(seed, options.patients, options.workers, options.refills)
        kept.setdefault("refills" if options.refills else "courses", {})[str(seed)] = counts
        RESULTS.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        print(f"seed {seed}: {options.patients} patients")
    written_page(kept)


if __name__ == "__main__":
    main()
