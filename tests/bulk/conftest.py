"""A ward that exports, and the adapter that reads it into a chart of its own; nobody really waits."""

from contextlib import contextmanager

import pytest

from adapter.database import open_database
from adapter.facts.chart import Chart
from adapter.facts.chart.jobs import Jobs
from adapter.facts.intake import Door
from adapter.fhir.client import Client, Server
from adapter.pull.population import asked_of
from adapter.pull.pull import Pull
from adapter.pull.ways_in import hospital_of, spool_folder
from adapter.settings.model import Settings
from tests.bulk.ward import Ward, person, stranger
from tests.robustness.ward import mapped, screen
from tests.wire.scripted import Timepiece


class Reader:
    """The adapter at this ward: its chart outlives the runs."""

    def __init__(self, ward, folder, **said):
        self.ward, self.url, self.said = ward, f"sqlite:///{folder}/adapter.db", said
        self.timepiece, self.tally = Timepiece(), None
        self.server: dict = {}

    def settings(self, **more):
        said = {"level": "system", "wait_minutes": 60, **self.said, **more}
        ways = said.pop("ways", ("export",))
        kind = said.pop("kind", "export")
        said["files_from"] = tuple(said.get("files_from", ()))
        source = {"kind": kind, "export": said}
        return Settings.model_validate({"source": source, "population": {"ways": ways}, "database": {"url": self.url}})

    def run(self, *, accept_fall=False, stop=None, **more):
        place = self.settings(**more)
        server = Server(self.ward.base, patience_s=5, files_from=place.source.export.files_from, **self.server)
        client = Client(server, stop=stop, clock=self.timepiece.clock, sleep=self.timepiece.sleep, chance=lambda: 0.5)
        door = Door(screen().context, screen().views)
        with client, open_database(self.url) as database:
            chart = Chart(database)
            asked = asked_of(screen().study, mapped().codelists)
            pull = Pull(hospital_of(place, client, asked, chart), chart, door, place, screen().study)
            pull.accept_fall = accept_fall
            pulled = pull.run(self.ward.now)
        door.tally.balanced()
        self.tally = door.tally
        return pulled

    @contextmanager
    def chart(self):
        with open_database(self.url) as database:
            yield Chart(database)

    def facts(self):
        """All that is known of the hospital, as it is judged by: by key, without what says how new it is."""
        with self.chart() as chart:
            mine = [kept for _, own in chart.by_patient() for kept in own] + chart.shared("Medication")
        return {kept.key: (kept.patient, kept.rows) for kept in mine}

    def marks(self):
        with self.chart() as chart:
            found = {kind: chart.watermark(kind) for kind in ("Patient", "Condition", "Observation")}
        return {kind: mark and mark.instant for kind, mark in found.items()}

    def job(self):
        with self.chart() as chart:
            return Jobs(chart).current()

    @property
    def spool(self):
        return spool_folder(self.url)


@pytest.fixture
def ward():
    made = Ward([*person(1), *person(2), *person(3), *stranger(9)], group=["Patient/p1", "Patient/p2"])
    yield made
    made.close()


@pytest.fixture
def reader(ward, tmp_path):
    return Reader(ward, tmp_path)


@pytest.fixture
def twin(ward, tmp_path_factory):
    """Another adapter at the same ward, whom nobody disturbs: it reads by searches, for the whole of it anew."""

    def facts(*ways):
        aside, ward.twist = ward.twist, None
        other = Reader(ward, tmp_path_factory.mktemp("twin"), kind="search", ways=ways or ("conditions",))
        pulled = other.run()
        ward.twist = aside
        assert pulled.troubles == {}
        return other.facts()

    return facts
