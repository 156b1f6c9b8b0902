"""How long the page takes with many flagged patients: `python tests/bench/bench_worklist.py [--patients N]`.

Two potential candidates are run as in a hospital, and their rows copied under other ids until there are so many. Then
the list, its search and its pages, and the pages and forms of patients at random are asked for, one after the other.
Milliseconds of the clock (median, 95th percentile) and of the CPU, which a busy machine distorts less.
"""

# ruff: noqa: T201 - a command for people

import argparse
import gc
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from sqlalchemy import Connection, Table, insert, select  # noqa: E402

from adapter import places  # noqa: E402
from adapter.database.tables import metadata  # noqa: E402
from adapter.pipeline import prepare  # noqa: E402
from adapter.reception import ward_of  # noqa: E402
from adapter.settings import load  # noqa: E402
from adapter.study.load import load_study  # noqa: E402
from adapter.worklist import create_app  # noqa: E402
from adapter.worklist.access.roles import Role  # noqa: E402
from adapter.worklist.access.users import Users  # noqa: E402
from tests.river.hospital import AS_OF, STUDY, River, ward  # noqa: E402
from tests.worklist.browser import Browser  # noqa: E402

KINDS = ("c13", "c14")  # potential candidates: much is open, so their pages are long
AT = "2026-03-16T08:00:00Z"
ASKED = 100
APART = 100  # between the number of a decision and that of its copy
COPIED = (
    "chart_resource", "chart_member", "journal_decision", "journal_screening_number", "journal_change",
    "clinic_outlook", "clinic_person",
)  # fmt: skip


def copied(value: Any, name: str, ending: str) -> Any:
    """Return a value of a row as it stands for a copy of the patient."""
    if not isinstance(value, str):
        return value
    return value.replace(f"Patient/{name}", f"Patient/{name}{ending}").replace(f"{name}-", f"{name}{ending}-")


def copies(rows: Sequence[Any], table: Table, count: int) -> Iterator[dict[str, Any]]:
    """Yield rows like these for so many more patients each; a number that the database gives is left to it."""
    for number in range(1, count):
        for row in rows:
            name = row["patient"].removeprefix("Patient/")
            made = {key: copied(value, name, f"n{number}") for key, value in row.items()}
            if table.name == "chart_resource" and made["type"] == "Patient":
                made["id"] = f"{name}n{number}"
            if table.name == "journal_screening_number":
                made["number"] = row["number"] + number * len(KINDS)
            if "decision" in made:
                made["decision"] += number * APART
            if table.name == "journal_decision":
                yield {**made, "id": row["id"] + number * APART}
            else:
                yield {key: value for key, value in made.items() if not (key == "id" and isinstance(value, int))}


def multiply(connection: Connection, count: int) -> None:
    """Copy what the tables hold of the patients."""
    for table in (metadata.tables[name] for name in COPIED):
        own = table.c.patient.in_([f"Patient/{name}" for name in KINDS])
        rows = connection.execute(select(table).where(own)).mappings().all()
        if made := list(copies(rows, table, count // len(KINDS))):
            connection.execute(insert(table), made)


def opened(folder: Path, patients: int) -> Browser:
    """Give somebody's browser at the page of a hospital with so many flagged patients."""
    with River(folder, ward(*KINDS)).open() as river:
        assert river.run().code == 0
        settings = load(river.settings, {})
    mappings = places.folder("mappings")
    screen = prepare(load_study(mappings / "studies" / STUDY, mappings), mappings, "Asia/Shanghai")
    made = ward_of(settings, screen, lambda: {"status": "ok"}, lambda: date.fromisoformat(AS_OF))
    with made.database.writing() as connection:
        multiply(connection, patients)
    Users(made.database).add("wang", Role.INVESTIGATOR, STUDY, None, AT)
    return Browser(create_app(made), "wang")


def timed(ask: Callable[[], Any]) -> tuple[float, float]:
    """Return milliseconds of the clock and of the CPU."""
    clock, cpu = time.perf_counter(), time.process_time()
    answer = ask()
    spent = 1000 * (time.perf_counter() - clock), 1000 * (time.process_time() - cpu)
    assert answer.status_code == 200, answer.status_code
    return spent


def main() -> None:
    """Print one line for each kind of page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, default=5000)
    options = parser.parse_args()
    chance = random.Random(20260316)
    with tempfile.TemporaryDirectory() as folder:
        browser = opened(Path(folder), options.patients)
        gc.freeze()  # as the page does where it listens
        numbers = [f"S-{number:04}" for number in range(1, options.patients + 1)]
        asked: dict[str, Callable[[], str]] = {
            "list": lambda: "/worklist",
            "list, page 3": lambda: "/worklist?page=3",
            "list, search": lambda: f"/worklist?q={chance.choice(numbers)}",
            "patient": lambda: f"/worklist/{chance.choice(numbers)}",
            "form": lambda: f"/worklist/{chance.choice(numbers)}/form",
        }
        print(f"{options.patients} flagged patients, {ASKED} times each")
        print(f"{'page':16}{'median ms':>10}{'p95 ms':>9}{'p95 CPU ms':>12}{'first ms':>10}{'kB':>7}")
        for name, path in asked.items():
            first = timed(lambda path=path: browser.get(path()))[0]
            spent = [timed(lambda path=path: browser.get(path())) for _ in range(ASKED)]
            clock, cpu = ([one[which] for one in spent] for which in (0, 1))
            size = len(browser.get(path()).data) / 1000
            print(
                f"{name:16}{statistics.median(clock):10.0f}{statistics.quantiles(clock, n=20)[-1]:9.0f}"
                f"{statistics.quantiles(cpu, n=20)[-1]:12.0f}{first:10.0f}{size:7.0f}"
            )


if __name__ == "__main__":
    main()
