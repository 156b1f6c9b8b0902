"""How fast a folder is screened: `python tests/bench/bench_screen.py FOLDER --as-of DATE [--study ID] [--profile]`.

Reading is in CPU-seconds (user and system, unzipping included, imports and the study's tables not). Judging is in
patients per second of the clock, each number of workers in a process of its own; memory is the peak of that process
and, beside it, of its largest worker. `--profile` shows where one process spends its judging instead.
"""

# ruff: noqa: T201 - a command for people

import argparse
import cProfile
import json
import pstats
import resource
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from adapter import pipeline  # noqa: E402
from adapter.facts.intake import Cohort  # noqa: E402
from adapter.sources.folder import FolderSource  # noqa: E402
from adapter.study.load import find_study, load_study  # noqa: E402

WORKERS = (1, 2)
SHOWN = 15


def prepared(study: str) -> pipeline.Screen:
    """Read the study and the tables."""
    mappings = ROOT / "mappings"
    return pipeline.prepare(load_study(find_study(study, mappings), mappings), mappings, "Asia/Shanghai")


def measure(folder: Path, screen: pipeline.Screen, as_of: date, workers: int) -> dict[str, float]:
    """Read and judge in this process."""
    before = time.process_time()
    cohort = pipeline.read(FolderSource(folder), screen)
    read_s = time.process_time() - before
    started = time.monotonic()
    size = sum(len(line.text.encode()) for line in pipeline.lines(cohort.records, screen, as_of, workers=workers))
    judged_s = time.monotonic() - started
    return {
        "resources": received(cohort),
        "facts": sum(len(record.facts) for record in cohort.records),
        "patients": len(cohort.records),
        "read_s": read_s,
        "judged_s": judged_s,
        "kb_a_line": size / 1000 / len(cohort.records),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "worker_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    }


def received(cohort: Cohort) -> int:
    """Return how many resources were read."""
    return sum(int(str(counts["received"])) for counts in cohort.tally.as_dict()["resources"].values())  # type: ignore[index]


def profile(folder: Path, screen: pipeline.Screen, as_of: date) -> None:
    """Show where the judging spends its time."""
    cohort = pipeline.read(FolderSource(folder), screen)
    watch = cProfile.Profile()
    watch.enable()
    for _ in pipeline.lines(cohort.records, screen, as_of):
        pass
    watch.disable()
    for order in ("cumulative", "tottime"):
        pstats.Stats(watch).strip_dirs().sort_stats(order).print_stats(SHOWN)


def main() -> None:
    """Measure each number of workers in a process of its own and print one line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--as-of", type=date.fromisoformat, required=True)
    parser.add_argument("--study", default="telitacicept-belimumab")
    parser.add_argument("--profile", action="store_true", help="show where judging spends its time")
    parser.add_argument("--workers", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.profile:
        profile(options.folder, prepared(options.study), options.as_of)
    elif options.workers:
        print(json.dumps(measure(options.folder, prepared(options.study), options.as_of, options.workers)))
    else:
        print(f"{'workers':>7}{'resources':>11}{'facts':>8}{'read CPU s':>12}{'patients':>10}{'judged /s':>11}", end="")
        print(f"{'kB a line':>11}{'peak MB':>9}{'worker MB':>11}")
        for workers in WORKERS:
            command = [sys.executable, __file__, str(options.folder), "--as-of", str(options.as_of)]
            command += ["--study", options.study, "--workers", str(workers)]
            found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            rate = found["patients"] / found["judged_s"]
            print(f"{workers:7}{found['resources']:11}{found['facts']:8}{found['read_s']:12.2f}", end="")
            print(f"{found['patients']:10}{rate:11.1f}{found['kb_a_line']:11.1f}", end="")
            print(f"{found['peak_mb']:9.0f}{found['worker_mb'] if workers > 1 else 0:11.0f}")


if __name__ == "__main__":
    main()
