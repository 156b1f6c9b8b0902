"""One export from its order to its files on this disk, over as many runs as it takes.

What was begun is noted before anything else is done, so a run that is killed goes on where it was: the server sees one
order. A job of another order, or one that the server has forgotten, makes way for a new one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from adapter import errors
from adapter.facts.chart.jobs import Fetched, Job, Jobs
from adapter.fhir import export
from adapter.fhir.client import Client
from adapter.fhir.errors import LeftAlone, Stopped, Temporary, Throttled, Trouble, place
from adapter.fhir.export import File, JobFailed, JobGone, Manifest, NotYet, Order
from adapter.sources.export.spool import Held, Spool, framed

LONGEST_REST_S = 300.0  # some servers say five hours; then the next run is the better answer
SHORTEST_REST_S = 1.0
MOST_FAILURES = 5  # of looking, in a row
EXPIRED = {403, 404, 410}


class StillRunning(Temporary):
    """The export is not there yet: this run ends, and the next one goes on with the same job."""

    exit_code = errors.PARTIAL
    to_repeat = False


class _LinksExpired(Exception):  # noqa: N818 - an event more than an error
    """A file is no longer at the address that the manifest names."""


@dataclass
class Brought:
    """An export whose files are here, but for those with troubles."""

    job: Job
    manifest: Manifest
    files: dict[File, Fetched] = field(default_factory=dict)
    troubles: dict[File, Trouble] = field(default_factory=dict)


class Errand:
    """Goes for one export at a time."""

    def __init__(self, client: Client, jobs: Jobs, spool: Spool, *, patience_s: float, compare: bool) -> None:
        self.client, self.jobs, self.spool = client, jobs, spool
        self._patience, self._compare = patience_s, compare
        self._waited, self._rests = 0.0, 0

    def bring(self, order: Order, now: datetime) -> Brought:
        """Go on with the job that is under way, or begin one; raise StillRunning where it outlasts our patience."""
        job = self._fitting(order) or self._begun(order, now)
        try:
            return self._brought(job, final=False)
        except JobGone:
            self.forget()
        return self._brought(self._begun(order, now), final=True)

    def done(self) -> None:
        """Take the job away on the server and here; that the server does not hear of it does no harm."""
        job = self.jobs.current()
        if job is not None:
            self._tell(job)
        self.forget()

    def forget(self) -> None:
        """Take away what is here of it."""
        self.jobs.forget()
        self.spool.clear()

    def _fitting(self, order: Order) -> Job | None:
        """The job under way, if it gives what is asked for now: everything, or what changed since then or earlier."""
        job = self.jobs.current()
        if job is None:
            return None
        early = job.since is None or (order.since is not None and job.since <= order.since)
        if early and job.asked == asked_by(self.client, order):
            return job
        self.done()
        return None

    def _begun(self, order: Order, now: datetime) -> Job:
        while True:
            try:
                url = export.kick_off(self.client, order)
            except (Throttled, LeftAlone) as trouble:  # another export is running
                self._rest(NotYet(trouble.retry_after), trouble.where, "the server does not begin an export yet")
                continue
            job = Job(url, asked_by(self.client, order), order.types, order.since, now.isoformat())
            self.jobs.keep(job)
            return job

    def _brought(self, job: Job, *, final: bool) -> Brought:
        """All files of a job; where links have expired, fresh ones are asked for once."""
        try:
            for again in (False, True):
                manifest = self._manifest(job)
                brought = Brought(job, manifest)
                try:
                    self._fetch(brought, final=final and again)
                except _LinksExpired:
                    continue
                return brought
        except JobFailed:
            self._tell(job)
            self.forget()
            raise
        raise JobGone(place(job.status_url), "the files of this export are gone", "The next one is a new one.")

    def _manifest(self, job: Job) -> Manifest:
        what = "the export is still running"
        failures = 0
        while True:
            try:
                seen = export.look(self.client, job.status_url)
                if isinstance(seen, Manifest):
                    return export.whole(self.client, seen, lambda page: self._rest(page, place(job.status_url), what))
                failures = 0
            except (JobGone, JobFailed, StillRunning, Stopped):
                raise
            except LeftAlone:
                seen = NotYet(None)
            except Temporary:
                failures += 1
                if failures >= MOST_FAILURES:
                    raise
                seen = NotYet(None)
            self._rest(seen, place(job.status_url), what)

    def _rest(self, asked: NotYet, where: str, what: str) -> None:
        """Leave the server alone for as long as it asks, in measure; unasked, twice as long as the last time."""
        self._rests += 1
        wait = 2.0 ** min(self._rests - 1, 6) if asked.wait is None else asked.wait
        wait = min(max(wait, SHORTEST_REST_S), LONGEST_REST_S)
        if self._waited + wait > self._patience:
            raise StillRunning(
                where, f"{what} after {self._waited / 60:.0f} minutes of waiting; nobody was decided",
                "The next run goes on with it; [source.export] wait_minutes says how long one run waits.",
            )  # fmt: skip
        self._waited += wait
        self.client.rest(wait)

    def _fetch(self, brought: Brought, *, final: bool) -> None:
        here, known = self.jobs.fetched(), export.names(brought.manifest)
        for file in self._wanted(brought):
            name = known[file]
            try:
                there = here.get(name) if self.spool.holds(name) else None
                brought.files[file] = there or self._one(name, file, brought.manifest)
            except Stopped:
                raise
            except Trouble as trouble:
                if trouble.status in EXPIRED and not final:
                    raise _LinksExpired from None
                brought.troubles[file] = trouble

    def _wanted(self, brought: Brought) -> Iterator[File]:
        """The files that may hold what was asked for: a server may not heed the types."""
        manifest, types = brought.manifest, brought.job.types
        yield from (file for file in manifest.output if file.kind is None or file.kind in types)
        yield from manifest.deleted + manifest.outcomes

    def _one(self, name: str, file: File, manifest: Manifest) -> Fetched:
        held = Held()

        def drain(pieces: Iterator[bytes]) -> None:
            nonlocal held
            held = self.spool.hold(name, file, pieces, compare=self._compare)

        headers = export.download(self.client, file, manifest, drain)
        proved = framed(headers) or (self._compare and (file.count is not None or file.size is not None))
        fetched = Fetched(name, tuple(sorted(held.types)), held.lines, held.broken, proved)
        self.jobs.note(fetched)
        return fetched

    def _tell(self, job: Job) -> None:
        try:
            export.remove(self.client, job.status_url)
        except Stopped:
            raise
        except Trouble:
            return  # it ends by itself


def asked_by(client: Client, order: Order) -> str:
    """What tells one order from another, whatever it is since."""
    said = "\n".join([client.home.base, order.path, *order.types])
    return hashlib.sha256(said.encode()).hexdigest()[:16]
