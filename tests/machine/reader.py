"""The adapter's own pull, chart and judgement over the small hospital, without waiting and without a command."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from adapter.database import open_database
from adapter.demo.exchange import write_json
from adapter.facts.chart import Chart, People
from adapter.facts.intake import Door, Kept
from adapter.fhir.client import Client, Server
from adapter.fhir.errors import Trouble
from adapter.pipeline import judge_one
from adapter.pull.population import asked_of
from adapter.pull.pull import Pull
from adapter.pull.pulled import Pulled
from adapter.settings import Settings
from adapter.sources.hospital import Asked
from adapter.sources.search import SearchSource
from tests.machine.life import Life
from tests.robustness.ward import mapped, screen
from tests.wire.scripted import Timepiece


@cache
def asked() -> Asked:
    """What the study asks for: the same in each pull."""
    return asked_of(screen().study, mapped().codelists)


@cache
def empty() -> bytes:
    """A database that nothing was read into yet."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "adapter.db"
        open_database(f"sqlite:///{file}").close()
        return file.read_bytes()


@dataclass
class Reader:
    """One adapter with a chart of its own."""

    chart: Chart
    base: str

    def pull(self, now: datetime, *, accept: bool = False) -> Pulled | Trouble:
        """Pull once; a server that gives nothing at all is a Trouble."""
        time = Timepiece()
        server = Server(self.base, patience_s=20)
        with Client(server, clock=time.clock, sleep=time.sleep, chance=lambda: 0.5) as client:
            source = SearchSource(client, asked())
            door = Door(screen().context, screen().views)
            pull = Pull(source, self.chart, door, Settings(), screen().study)
            pull.accept_fall = accept
            try:
                pulled = pull.run(now)
            except Trouble as trouble:
                return trouble
            door.tally.balanced()
            return pulled

    def facts(self) -> dict[str, Kept]:
        """All that the chart holds, by key."""
        owned = [one for _, own in self.chart.by_patient() for one in own]
        return {one.key: one for one in (*owned, *self.chart.shared("Medication"))}

    def population(self) -> list[str]:
        return sorted({member.patient for member in self.chart.members() if member.way == "all"})

    def persons(self) -> dict[str, Any]:
        """What is known of everybody that a decision comes of, or why nobody is decided on."""
        people = People(self.chart, screen().context, screen().study.registry)
        known = {who: people.one(kept) for who, kept in self.chart.by_patient()}
        return {who: one[0].not_judged or one[1] for who, one in known.items() if one}


def decisions(persons: dict[str, Any]) -> dict[str, Any]:
    """What is decided of these persons."""
    study = screen().study
    return {who: one if isinstance(one, str) else judge_one(one, study, DAY).decision for who, one in persons.items()}


DAY = date(2026, 3, 16)


@contextlib.contextmanager
def reader(file: Path, base: str) -> Iterator[Reader]:
    file.write_bytes(empty())
    with open_database(f"sqlite:///{file}") as database:
        yield Reader(Chart(database), base)


def held(life: Life, population: list[str]) -> dict[str, Kept]:
    """What of the hospital counts about these patients, read from its own records and not by searches."""
    door = Door(screen().context, screen().views)
    found = (door.read(bytes(write_json(one))) for one in life.there())
    return {one.key: one for one in found if one is not None and one.patient in population}
