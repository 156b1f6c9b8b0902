"""What a run over the sandbox hospital costs: `python tests/bench/bench_river.py [--patients N]`.

A first run, one on unchanged data, and one where 1 % of the patients have changed, each in a process of its own:
seconds of the clock, requests, CPU-seconds of the adapter (user and system, imports included; the sandbox is another
process's) and its peak memory. The patients are the study's cases, again and again under other ids.
"""

# ruff: noqa: T201 - a command for people

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.fhir_server.records import Resource  # noqa: E402
from tests.river.hospital import FLAGGED, River, ward  # noqa: E402

KINDS = ("c01", "c13", "c14", "c30", "c35")
PERCENT = 100


def patients(count: int) -> list[Resource]:
    """Return the records of so many patients, all of whom are found by their diagnosis."""
    return [one for number in range(count) for one in renamed(KINDS[number % len(KINDS)], number)]


def renamed(name: str, number: int) -> Iterator[Resource]:
    """Yield a case's resources under ids of their own."""
    text = json.dumps([one for one in ward(name) if one["resourceType"] != "Medication"])
    yield from json.loads(text.replace(f'"{name}-', f'"{name}n{number}-').replace(f"/{name}", f"/{name}n{number}")
                          .replace(f'"id": "{name}"', f'"id": "{name}n{number}"'))  # fmt: skip


def measured(river: River) -> tuple[float, float, float, int]:
    """Run once in a child; return seconds of the clock, CPU-seconds, peak megabytes and the exit code."""
    start, child = time.monotonic(), os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        config = str(river.settings)
        os.execv(sys.executable, [sys.executable, "-m", "adapter", "run", "--config", config, "--as-of", "2026-03-16"])
    _, status, used = os.wait4(child, 0)
    seconds = time.monotonic() - start
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)


def main() -> None:
    """Print one line for each of the three runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, default=200)
    options = parser.parse_args()
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        river = River(Path(folder), patients(options.patients))
        print(f"{options.patients} patients, {len(river.resources)} resources; kinds flagged: {len(FLAGGED)} of 5")
        print(f"{'run':10}{'seconds':>9}{'requests':>10}{'writes':>8}{'CPU s':>8}{'peak MB':>9}{'exit':>6}")
        with river.open(), river.post.open():
            for name in ("first", "unchanged", "1 %"):
                if name == "1 %":
                    for number in range(0, options.patients, PERCENT):
                        river.change(f"Patient/{KINDS[number % len(KINDS)]}n{number}", birthDate="2015-01-01")
                river.sandbox.asked.clear()
                seconds, cpu, peak, code = measured(river)
                asked, writes = len(river.asked), len(river.writes)
                print(f"{name:10}{seconds:9.1f}{asked:10}{writes:8}{cpu:8.1f}{peak:9.0f}{code:6}")
        own = resource.getrusage(resource.RUSAGE_SELF)
        print(f"sandbox and mail server: {own.ru_utime + own.ru_stime:.1f} CPU s in all")


if __name__ == "__main__":
    main()
