"""What `--source` names, read whole: a folder, or a hospital's server. Nothing is written anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adapter import pipeline
from adapter.facts.intake import Cohort
from adapter.outputs.decision_line import incomplete_types
from adapter.pipeline import Screen
from adapter.progress import Progress
from adapter.settings import Settings
from adapter.sources.base import Ending
from adapter.sources.folder import FolderSource
from adapter.study.load import Mapped
from adapter.visit import Visit
from adapter.wiring import client_of, on_server, own_bases

ADDRESS = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True)
class Came:
    """The patients, the files that hold no FHIR, and where what is missing should have come from."""

    cohort: Cohort
    passed_over: Sequence[str] = ()
    mend: str = ""

    def missing(self, screen: Screen) -> str | None:
        """Say what was read in part and what to do; None where all was read."""
        if not self.cohort.incomplete:
            return None
        types = ", ".join(incomplete_types(self.cohort.incomplete, screen.study))
        mend = f" {self.mend}" if self.mend else ""
        return f"the source was read in part; nobody is decided on {types}.{mend}"


@dataclass(frozen=True)
class WayIn:
    """Reads a source for one study; `tell` takes what the user should know before it is asked."""

    place: Settings
    mapped: Mapped
    screen: Screen
    tell: Callable[[str], None]
    progress: Progress

    def read(self, name: str, patients: Sequence[str]) -> Came:
        """Read a folder whole, or of a server the patients named, else the population.

        Raises SourceError where it cannot be read at all.
        """
        with self.progress.phase("read", "resources"):
            return self._server(name, patients) if ADDRESS.match(name) else self._folder(name)

    def _folder(self, name: str) -> Came:
        source = FolderSource(name, own_bases(self.place.fhir))
        cohort = pipeline.read(source, self.screen, self.place.study.research_study or "", self.progress)
        broken = ", ".join(source.report.named(Ending.BROKEN, Ending.ENDED_EARLY, Ending.UNREADABLE))
        mend = f"Mend {broken}." if broken else ""
        return Came(cohort, source.report.named(Ending.NOT_FHIR, Ending.HIDDEN), mend)

    def _server(self, url: str, patients: Sequence[str]) -> Came:
        there = on_server(self.place, url)
        if there.fhir.auth != self.place.fhir.auth:
            self.tell("--source is another server than [fhir] base_url; the sign-in of [fhir.auth] is not sent.")
        with client_of(there) as client:
            visit = Visit(client, there, self.mapped, self.screen, self.progress)
            cohort = visit.read(patients)
        return Came(cohort, mend=" ".join(f"{kind}: {trouble}" for kind, trouble in sorted(visit.troubles.items())))
