"""The export under way, kept between runs: a run that is killed, or too short for it, leaves it to the next one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from adapter.database.tables import chart_export, chart_export_file
from adapter.facts.chart.chart import Chart


@dataclass(frozen=True, slots=True)
class Job:
    """One export: where it is watched, what was asked for (a digest), which types, since when, and when it began."""

    status_url: str
    asked: str
    types: tuple[str, ...]
    since: str | None
    begun_at: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """One file of it that lies here: its types, its lines, those that are no resource, and if its end is proved."""

    name: str
    types: tuple[str, ...]
    lines: int
    broken: int
    proved: bool


class Jobs:
    """At most one export is under way."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart

    def current(self) -> Job | None:
        """The export under way."""
        with self._chart.transaction() as work:
            row = work.connection.execute(select(chart_export)).first()
        return Job(row.status_url, row.asked, tuple(row.types.split(",")), row.since, row.begun_at) if row else None

    def keep(self, job: Job) -> None:
        """Take note of an export as soon as the server has begun it."""
        with self._chart.transaction() as work:
            work.connection.execute(
                insert(chart_export).values(
                    status_url=job.status_url,
                    asked=job.asked,
                    types=",".join(job.types),
                    since=job.since,
                    begun_at=job.begun_at,
                )
            )

    def forget(self) -> None:
        """It is done with, and all its files."""
        with self._chart.transaction() as work:
            work.connection.execute(delete(chart_export_file))
            work.connection.execute(delete(chart_export))

    def fetched(self) -> dict[str, Fetched]:
        """Its files that are here, by name."""
        with self._chart.transaction() as work:
            rows = work.connection.execute(select(chart_export_file).order_by(chart_export_file.c.name))
            found = [Fetched(r.name, tuple(r.types.split(",")), r.lines, r.broken, r.proved) for r in rows]
        return {one.name: one for one in found}

    def note(self, fetched: Fetched) -> None:
        """Take note of a file that is here, whole."""
        named = {"name": fetched.name, "types": ",".join(fetched.types), "lines": fetched.lines}
        with self._chart.transaction() as work:
            work.connection.execute(delete(chart_export_file).where(chart_export_file.c.name == fetched.name))
            rest = {"broken": fetched.broken, "proved": fetched.proved}
            work.connection.execute(insert(chart_export_file).values(**named, **rest))
