"""The way in that the settings name, for a pull that keeps what comes in a chart."""

from __future__ import annotations

from pathlib import Path

from adapter.database.dialect import read_url, sqlite_file
from adapter.errors import SettingsError
from adapter.facts.chart import Chart
from adapter.facts.chart.jobs import Jobs
from adapter.fhir.client import Client
from adapter.settings import Settings
from adapter.sources.export import ExportSource
from adapter.sources.export.errand import Errand
from adapter.sources.export.spool import Spool
from adapter.sources.hospital import Asked, Hospital
from adapter.sources.search import SearchSource


def hospital_of(place: Settings, client: Client, asked: Asked, chart: Chart) -> Hospital:
    """The hospital's server, read by searches or by exports."""
    compare = place.source.compare_totals
    searches = SearchSource(client, asked, compare=compare)
    if place.source.kind != "export":
        return searches
    level, group = place.source.export.level, group_of(place)
    patience = 60.0 * place.source.export.wait_minutes
    spool = Spool(spool_folder(place.database.url))
    errand = Errand(client, Jobs(chart), spool, patience_s=patience, compare=compare)
    return ExportSource(errand, searches, level, group)


def group_of(place: Settings) -> str | None:
    """The Group that is exported, where it is one; raises where the settings do not name it."""
    if place.source.export.level != "group":
        return None
    if place.source.export.group is None:
        raise SettingsError('[source.export] group: is missing, and level is "group". Write Group/ID, or set level.')
    return place.source.export.group


def spool_folder(database_url: str) -> Path:
    """Where the files of an export lie until they are read: beside the database, or in var/ where that is elsewhere."""
    file = sqlite_file(read_url(database_url))
    return file.with_name(f"{file.name}.export") if file else Path("var/screening.export")
