"""From settings to the investigators' page: its journal and study, and what judges for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from adapter import places
from adapter.database import open_database
from adapter.pipeline import Screen
from adapter.settings import Settings, database_password
from adapter.words import load_catalogue
from adapter.worklist import Ward
from adapter.worklist.ward import Health


def ward_of(settings: Settings, screen: Screen, health: Health, today: Callable[[], date] | None = None) -> Ward:
    """The page's own view of a hospital and a study; `today`: the index date, that of the hospital where none is."""
    zone = ZoneInfo(settings.hospital.time_zone)
    url, password = settings.database.url, database_password(settings)
    return Ward(
        study=screen.study,
        place=settings.worklist,
        texts=load_catalogue(places.folder("mappings") / "page.toml"),
        time_zone=settings.hospital.time_zone,
        open_database=partial(open_database, url, password=password),
        today=today or partial(_today, zone),
        health=health,
    )


def _today(zone: ZoneInfo) -> date:
    return datetime.now(UTC).astimezone(zone).date()
