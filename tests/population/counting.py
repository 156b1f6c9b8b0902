"""Big counts of generated patients: in pieces, by several processes, and remembered, so that the next run goes on.

What is done stands in var/NAME/, and counts as long as code, studies and seed stay the same.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.robustness.ward import ROOT


def count(name: str, take: Callable[[int], list[str]], total: int, piece: int, capsys: Any) -> list[str]:
    """Take every piece by its first number, until all are done or for LONG_SECONDS, and return what was found."""
    file = _state(name)
    known = _done(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    waiting = [first for first in range(0, total, piece) if first not in known]
    started, new = time.monotonic(), 0
    until = started + float(os.environ.get("LONG_SECONDS", "inf"))
    with ProcessPoolExecutor() as pool, file.open("a", encoding="utf-8") as lines:
        tasks = {pool.submit(take, first): first for first in waiting}
        for task in as_completed(tasks):
            known[tasks[task]], new = task.result(), new + piece
            line = {"from": tasks[task], "found": known[tasks[task]]}
            print(json.dumps(line, ensure_ascii=False), file=lines, flush=True)
            if time.monotonic() > until:
                pool.shutdown(cancel_futures=True)
                break
    seconds = time.monotonic() - started
    with capsys.disabled():
        print(f"\n{new} patients in {seconds:.0f} s, {new / seconds:.0f} a second; {len(known) * piece} in all")  # noqa: T201
    return [one for found in known.values() for one in found]


def _state(name: str) -> Path:
    folders = [(ROOT / "adapter", "*.py"), (ROOT / "tests/second", "*.py"), (ROOT / "tests/population", "*.py")]
    files = [file for folder, kind in folders for file in sorted(folder.rglob(kind))]
    files += sorted(file for file in (ROOT / "mappings").rglob("*") if file.is_file())
    tested = sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
    return ROOT / "var" / name / f"{tested}.ndjson"


def _done(file: Path) -> dict[int, list[str]]:
    known = {}
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
        with suppress(ValueError):  # a run that was killed may have left half a line
            known[json.loads(line)["from"]] = json.loads(line)["found"]
    return known
