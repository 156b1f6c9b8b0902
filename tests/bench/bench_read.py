"""How fast a file of Observations is read: `python tests/bench/bench_read.py FILE.ndjson.gz [--share 0.08]`.

Three ways over the same file in one run, each in a process of its own: ours (folder source, sieve, full decode of the
wanted), stdlib json on every line, and fhir.resources on a sample. MB are of the unzipped text; the CPU-second is that
of the reading (user and system, unzipping included, imports not); memory is the peak of the whole process.
"""

# ruff: noqa: T201 - a command for people

import argparse
import itertools
import json
import resource
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from adapter.facts.decode import decode  # noqa: E402
from adapter.facts.sieve import Sieve, Verdict  # noqa: E402
from adapter.sources.base import Resource  # noqa: E402
from adapter.sources.folder import FolderSource  # noqa: E402
from adapter.sources.pieces.lines import chunks, lines  # noqa: E402

LOINC = "http://loinc.org"
CODES = ("5130-0", "4485-9", "4498-2", "2890-2", "2465-3", "6690-2", "777-3", "2160-0")
SAMPLE = 5000


def sieve(file: Path, wanted: set[str]):
    """Read as the adapter does."""
    judge = Sieve(lambda system, code, text: system == LOINC and code in wanted)
    size = kept = count = 0
    for piece in FolderSource(file).pieces():
        if isinstance(piece, Resource):
            size, count = size + len(piece.raw), count + 1
            if judge.look(piece.raw, piece.head).verdict is Verdict.PASS:
                decode(piece.raw)
                kept += 1
    return size, count, kept


def stdlib(file: Path, wanted: set[str]):
    """Decode every line with the standard library, then look at the codes."""
    size = kept = count = 0
    with file.open("rb") as stream:
        for _, raw in lines(chunks(stream)):
            found = json.loads(raw)
            size, count = size + len(raw), count + 1
            kept += any(coding.get("code") in wanted for coding in found["code"].get("coding", ()))
    return size, count, kept


def fhir_resources(file: Path, wanted: set[str]):
    """Validate every line of a sample as a FHIR Observation."""
    from fhir.resources.R4B.observation import Observation

    size = kept = count = 0
    with file.open("rb") as stream:
        for _, raw in itertools.islice(lines(chunks(stream)), SAMPLE):
            found = Observation.model_validate_json(raw)
            size, count = size + len(raw), count + 1
            kept += any(coding.code in wanted for coding in found.code.coding or ())
    return size, count, kept


WAYS = {"sieve": sieve, "stdlib": stdlib, "fhir.resources": fhir_resources}


def measure(way: str, file: Path, wanted: set[str]) -> dict[str, float]:
    """Run one way in this process."""
    if way == "fhir.resources":
        fhir_resources(file, wanted)  # once unmeasured: imports, and models built at first use
    before = time.process_time()
    size, count, kept = WAYS[way](file, wanted)
    spent = time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"mb": size / 1e6, "cpu_s": spent, "count": count, "kept": kept, "peak_mb": peak}


def widened(file: Path, share: float) -> set[str]:
    """Return the codes with as many others, in the order of the codes, as it takes to reach the share."""
    with file.open("rb") as stream:
        codes = Counter(json.loads(raw)["code"]["coding"][0]["code"] for _, raw in lines(chunks(stream)))
    wanted = set(CODES)
    for code in sorted(codes):
        if sum(codes[chosen] for chosen in wanted) >= share * codes.total():
            break
        wanted.add(code)
    return wanted


def main() -> None:
    """Measure each way in a process of its own and print one line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--share", type=float, default=0.0, help="add codes until this share of results is wanted")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--codes", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        print(json.dumps(measure(options.way, options.file, set(options.codes.split(",")))))
        return
    codes = ",".join(sorted(widened(options.file, options.share)))
    print(f"{'way':16}{'resources':>10}{'wanted':>8}{'MB':>8}{'CPU s':>8}{'MB/CPU s':>10}{'peak MB':>9}")
    for way in WAYS:
        command = [sys.executable, __file__, str(options.file), "--way", way, "--codes", codes]
        line = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        print(
            f"{way:16}{line['count']:10.0f}{line['kept'] / line['count']:8.1%}{line['mb']:8.1f}{line['cpu_s']:8.2f}"
            f"{line['mb'] / line['cpu_s']:10.1f}{line['peak_mb']:9.0f}"
        )


if __name__ == "__main__":
    main()
