"""What the page stands on: one study's journal and chart, the judging that is handed in, and the clocks.

The page is below the pipeline, so what judges is given to it by whoever wires the service.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from adapter.database import Database
from adapter.journal import Journal
from adapter.screening.study import Study
from adapter.settings.model import Worklist
from adapter.words import Catalogue

Health = Callable[[], Mapping[str, Any]]


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


@dataclass
class Ward:
    """One hospital's page for one study."""

    study: Study
    place: Worklist
    texts: Catalogue
    time_zone: str
    open_database: Callable[[], Database]
    today: Callable[[], date]
    health: Health
    now: Callable[[], datetime] = utc_now
    _opened: Database | None = None
    _door: threading.Lock = field(default_factory=threading.Lock)

    @property
    def database(self) -> Database:
        """The database, opened at the first question: the service starts also while its server is down."""
        with self._door:
            if self._opened is None:
                self._opened = self.open_database()
            return self._opened

    @property
    def journal(self) -> Journal:
        """What was decided and done."""
        return Journal(self.database)

    def at(self) -> str:
        """This instant as the journal keeps it."""
        return self.now().astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
