"""The river with a server of its own instead of the sandbox."""

import contextlib
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from adapter.database import open_database
from adapter.facts.chart import Chart
from adapter.sources.hospital import OF_PATIENT
from adapter.sources.search import OVERLAP
from tests.acceptance.command import Ran, run
from tests.fhir_server.loading import Client
from tests.fhir_server.process import Server
from tests.fhir_server.records import Resource
from tests.river.hospital import AS_OF, River


class OnServer(River):
    """A hospital on a server that is running, which keeps its own log of what it was asked."""

    def __init__(self, folder: Path, server: Server) -> None:
        super().__init__(folder, [])
        self.server, self.client = server, Client(server.base_url)
        self.base, self.mark = server.base_url, 0

    def run(self, *options: str, post: bool = True) -> Ran:
        """Run the adapter once."""
        self.mark = self.server.mark()
        with self.post.open() if post else contextlib.nullcontext():
            return run("run", "--config", self.settings, "--as-of", AS_OF, *options)

    @property
    def asked(self) -> list[str]:
        """What the server says it was asked in the last run."""
        return self.server.asked(self.mark)

    def ours(self) -> list[Resource]:
        """The ResearchSubjects that the adapter has made, by their identifiers."""
        made = self.client.every("ResearchSubject?_count=500")
        return [one for one in made if any("screening" in str(by.get("system")) for by in one.get("identifier", ()))]

    def age(self) -> None:
        """Let what was there before be older than the span that each run reads again: as if it were a while ago."""
        instant = datetime.fromisoformat(self.client.now()) + OVERLAP
        with open_database(f"sqlite:///{self.folder}/adapter.db") as database:
            chart = Chart(database)
            with chart.transaction() as work:
                for kind in OF_PATIENT:
                    work.move_watermark(kind, replace(chart.watermark(kind), instant=instant.isoformat()))
        self.unseal()


class OnHapi(OnServer):
    """A hospital on HAPI, whose history tells what was written."""

    def touched(self, since: str) -> list[str]:
        """Name what was written after an instant of the server's, but for that mark itself: `PUT Patient/p`."""
        return [f"{how} {what}" for how, what in self.client.history(since) if not what.startswith("Basic/")]
