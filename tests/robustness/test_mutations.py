"""Damaged copies of every resource of the cases go the whole way: no exception, no silent drop, no long wait.

The copies are made from a committed seed. Here each resource gives SAMPLE of them; `make long` takes COUNT of each,
remembers in var/robustness/ which resources are done, and begins anew when code, cases or seed change.
"""

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from adapter import pipeline
from adapter.sources.base import Ending
from adapter.sources.folder import FolderSource
from tests.robustness.mutations import BYTES, Damaged, damaged
from tests.robustness.ward import AS_OF, CASES, ROOT, resources, screen

SEED = 20261122
SAMPLE = 1
COUNT = 200
TOGETHER = 6  # damaged resources in one copy of a case
SLICES = 8
SLOW_S = 1.0  # CPU-seconds for reading or judging, for each piece; most take a few ms, 200,000 deep takes 0.3 s
STATE = ROOT / "var" / "robustness"
STANDINGS = {"candidate", "potential-candidate", "open", "ineligible"}


class Copy(NamedTuple):
    """A case of which some resources are replaced by damaged ones: place in the case and damage."""

    case: Path
    number: int
    damage: dict[int, Damaged]

    def __str__(self) -> str:
        done = ", ".join(f"{place}: {one.kind}" for place, one in sorted(self.damage.items()))
        return f"{self.case.stem} copy {self.number} ({done})"


def copies(case: Path, number: int) -> Iterator[Copy]:
    """Damage each resource of a case once; what may belong to anybody stands apart, or nobody else is decided on."""
    made = {}
    for place, resource in enumerate(resources(case)):
        made[place] = damaged(resource, Random(f"{SEED}/{case.stem}/{place}/{number}"))
    order = Random(f"{SEED}/{case.stem}/{number}").sample(sorted(made), len(made))
    for apart in (True, False):
        some = [place for place in order if (made[place].kind in BYTES) is apart]
        for start in range(0, len(some), TOGETHER):
            yield Copy(case, number, {place: made[place] for place in some[start : start + TOGETHER]})


def faults(copy: Copy, folder: Path) -> list[str]:
    """Take a copy the whole way and return what went wrong; a fault of several is looked for in each alone."""
    found = _faults(copy, folder)
    if found and len(copy.damage) > 1:
        alone = [Copy(copy.case, copy.number, {place: one}) for place, one in copy.damage.items()]
        return [fault for one in alone for fault in _faults(one, folder)] or found
    return found


def _faults(copy: Copy, folder: Path) -> list[str]:
    try:
        return [f"{copy}: {fault}" for fault in _gone_wrong(copy, folder)]
    except Exception as error:  # noqa: BLE001 - any exception is the finding
        place = error.__traceback__
        while place and place.tb_next:
            place = place.tb_next
        where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
        return [f"{copy}: {type(error).__name__} {str(error)[:200]} at {where}"]


def _gone_wrong(copy: Copy, folder: Path) -> Iterator[str]:
    source, pieces = _laid_out(copy, folder), len(resources(copy.case))
    before = time.process_time()
    cohort = pipeline.read(source, screen())
    read_s = time.process_time() - before
    lines = list(pipeline.lines(cohort.records, screen(), AS_OF))
    judged_s = time.process_time() - before - read_s
    if max(read_s, judged_s) > SLOW_S * len(copy.damage):
        yield f"{read_s:.1f} s to read, {judged_s:.1f} s to judge"
    account = cohort.tally.as_dict()["resources"]
    received = sum(kind["received"] for kind in account.values()) + len(source.report.named(Ending.NOT_FHIR))
    if received < pieces:
        yield f"{pieces} pieces were there and {received} received"
    if len(lines) + sum(cohort.not_judged.values()) != account.get("Patient", {"stored": 0})["stored"]:
        yield "a patient is neither judged nor counted"
    for line in lines:
        yield from _line_faults(line.standing, line.text, cohort.incomplete)


def _line_faults(standing: str, line: str, incomplete: tuple[str, ...]) -> Iterator[str]:
    decision = json.loads(line.encode().decode())
    if decision["decision"] != standing or standing not in STANDINGS:
        yield f"the decision is {decision['decision']}"
    types = decision.get("incomplete", [])  # more than what may be anybody's, where this patient's cannot be read
    if (types and standing != "open") or (incomplete and not types):
        yield f"incomplete are {incomplete}, of this patient {types}, the decision is {standing}"
    if "Untrusted" in line or "\0" in line or "\n" in line:
        yield "the line shows what no reader should see"


def _laid_out(copy: Copy, folder: Path) -> FolderSource:
    """Write the whole resources into one file and each damaged one into its own, as a line or as a file."""
    for file in folder.iterdir():
        file.unlink()
    whole = [json.dumps(one) for place, one in enumerate(resources(copy.case)) if place not in copy.damage]
    (folder / "whole.ndjson").write_text("\n".join(whole), encoding="utf-8")
    for place, one in copy.damage.items():
        (folder / f"{place}{'.json' if (place + copy.number) % 2 else '.ndjson'}").write_bytes(one.raw)
    return FolderSource(folder)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(SLICES))
def test_damage_costs_no_more_than_itself(part, tmp_path):
    """Faults 19, 21, 22, 23: whatever a resource looks like."""
    every = [copy for case in CASES[part::SLICES] for number in range(SAMPLE) for copy in copies(case, number)]
    assert [fault for copy in every for fault in faults(copy, tmp_path)] == []


@cache
def state() -> Path:
    """Return the file of what is done, by what was tested with what."""
    files = sorted([*(ROOT / "adapter").rglob("*.py"), *(ROOT / "tests/robustness").glob("*.py")])
    files += sorted(file for file in (ROOT / "mappings").rglob("*") if file.is_file())
    tested = sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
    return STATE / f"mutations-{SEED}-{tested}.ndjson"


def done() -> dict[str, Any]:
    """Return what earlier runs found, by case and number of the copy."""
    known = {}
    for line in state().read_text(encoding="utf-8").splitlines() if state().exists() else []:
        with suppress(ValueError):  # a run that was killed may have left half a line
            known[json.loads(line)["key"]] = json.loads(line)
    return known


def take(case: Path, number: int, folder: Path) -> dict[str, Any]:
    """Take one damaged copy of every resource of a case."""
    mine = folder / str(os.getpid())
    mine.mkdir(exist_ok=True)
    every = list(copies(case, number))
    found = [fault for copy in every for fault in faults(copy, mine)]
    return {"key": f"{case.stem}/{number}", "copies": sum(len(copy.damage) for copy in every), "faults": found}


@pytest.mark.long
def test_two_hundred_damaged_copies_of_each(tmp_path, capsys):
    """Runs until it is done, or for LONG_SECONDS; then the next run goes on from there."""
    known = done()
    state().parent.mkdir(parents=True, exist_ok=True)
    waiting = [(case, n) for n in range(COUNT) for case in CASES if f"{case.stem}/{n}" not in known]
    started, new = time.monotonic(), 0
    until = started + float(os.environ.get("LONG_SECONDS", "inf"))
    with ProcessPoolExecutor() as pool, state().open("a", encoding="utf-8") as file:
        tasks = [pool.submit(take, case, number, tmp_path) for case, number in waiting]
        for task in as_completed(tasks):
            line = task.result()
            known[line["key"]], new = line, new + line["copies"]
            print(json.dumps(line, ensure_ascii=False), file=file, flush=True)
            if time.monotonic() > until:
                pool.shutdown(cancel_futures=True)
                break
    seconds, total = time.monotonic() - started, sum(line["copies"] for line in known.values())
    with capsys.disabled():
        print(f"\n{new} damaged copies in {seconds:.0f} s, {new / seconds:.0f} a second; {total} in all")  # noqa: T201
    assert [fault for line in known.values() for fault in line["faults"]] == []
