"""The service: a run at the times set, each a process of its own, and the investigators' page beside them.

The scheduler trusts the system's clock, so a guard on the monotonic clock stands beside it: where no run has ended in
twice the interval, one begins, whatever the calendar says.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from adapter import errors
from adapter.incidents import KILLED, Watch
from adapter.settings import Settings
from adapter.timetable import digest_trigger_of, full_trigger_of, interval_s, trigger_of
from adapter.worklist import listening

log = logging.getLogger(__name__)

JOB = "run"
CHILD_ENDS_S = 6.0  # after SIGTERM; the service itself has ten seconds
GUARD_LOOKS_S = 30.0
STOPS_LOOKED_FOR_S = 1.0
ONLY_TELL = "--only-tell"
CAME_TO_ITS_END = {errors.FINE, errors.PARTIAL, errors.OUTPUT}


@dataclass(frozen=True, slots=True)
class Last:
    """How the last run ended."""

    ended_at: datetime
    exit_code: int


class Runs:
    """Begins runs, never two at once, and knows how they went."""

    def __init__(
        self,
        command: Sequence[str],
        interval_s: float,
        clock: Callable[[], float] = time.monotonic,
        longest_s: float = float("inf"),
        killed: Callable[[str], None] = log.error,
    ) -> None:
        self._command, self._interval_s, self._clock, self._longest_s = list(command), interval_s, clock, longest_s
        self._killed = killed
        self._one, self._door = threading.Lock(), threading.Lock()
        self._wanted = threading.Event()  # there is something to tell that no run has begun to send
        self._child: subprocess.Popen[str] | None = None
        self._stopped = False
        self._ended = self._good = self._began = clock()
        self.last: Last | None = None

    @property
    def late(self) -> bool:
        """Whether no run has come to its end in twice the interval."""
        return self._clock() - self._good > 2 * self._interval_s

    @property
    def overdue(self) -> bool:
        """Whether no run has ended in twice the interval, well or not, and none is at work."""
        return not self._one.locked() and self._clock() - self._ended > 2 * self._interval_s

    @property
    def hung(self) -> bool:
        """Whether a run has been at work for longer than any should be."""
        return self._one.locked() and self._clock() - self._began > self._longest_s

    @property
    def failing(self) -> bool:
        """Whether the last run did not come to its end."""
        return self.last is not None and self.last.exit_code not in CAME_TO_ITS_END | {errors.LOCKED}

    def once(self) -> None:
        """One run from its beginning to its end, unless one is at work."""
        if not self._one.acquire(blocking=False):
            log.warning("a run is still at work; no second one begins")
            return
        self._whole()

    def after(self, *words: str) -> None:
        """A run with further words, after the one at work: its next turn may be a week away."""
        while not self._one.acquire(timeout=STOPS_LOOKED_FOR_S):
            if self._stopped:
                return
        self._whole(*words)

    def soon(self) -> None:
        """Have what waits sent at once, or after the run at work; what comes up until it begins goes along."""
        if not self._wanted.is_set():
            self._wanted.set()
            threading.Thread(target=self.after, args=(ONLY_TELL,), daemon=True).start()

    def _whole(self, *words: str) -> None:
        self._wanted.clear()  # before it begins: whatever comes up from here on may be too late for it
        try:
            child = self._begin(words)
            if child is not None:
                self._follow(child, counts=ONLY_TELL not in words)
        finally:
            self._one.release()

    def stop(self) -> None:
        """End the run at work, and begin no other."""
        with self._door:
            self._stopped = True
        self.end("stopping the run at work")

    def end(self, why: str) -> None:
        """End the run at work, first kindly."""
        with self._door:
            child = self._child
        if child is None or child.poll() is not None:
            return
        log.info(why)
        child.terminate()
        try:
            child.wait(CHILD_ENDS_S)
        except subprocess.TimeoutExpired:
            log.warning("the run did not end in %d s and is killed; the next one catches up", CHILD_ENDS_S)
            child.kill()
            child.wait()

    def _begin(self, words: Sequence[str]) -> subprocess.Popen[str] | None:
        with self._door:
            if self._stopped:
                return None
            log.info("%s", " ".join(("a run begins", *words)))
            self._began = self._clock()
            # A session of its own: Ctrl-C is ours to hear, and the run gets SIGTERM from us.
            self._child = subprocess.Popen(  # noqa: S603 - our own command
                [*self._command, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, encoding="utf-8", errors="replace", start_new_session=True,
            )  # fmt: skip
            return self._child

    def _follow(self, child: subprocess.Popen[str], *, counts: bool) -> None:
        """Log what the run says, and how it ends; one that only tells does not count as one that screens."""
        with child:
            for line in child.stdout or ():
                log.info("run: %s", line.rstrip())
        code = child.returncode
        if counts:
            self.last, self._ended = Last(datetime.now(UTC), code), self._clock()
        if counts and code in CAME_TO_ITS_END:
            self._good = self._ended
        if self._stopped:
            log.info("the run was ended with the service (exit code %d)", code)
        elif code == errors.LOCKED:
            log.info("another run was at work on the database (exit code %d)", code)
        else:
            log.log(logging.ERROR if self.failing else logging.INFO, "the run ended with exit code %d", code)
            if code < 0:  # a run that ends by itself has told of its faults
                self._killed(f"ended by {signal.Signals(-code).name}")


class Service:
    """Scheduler, guard and page in one process; `serve` lasts until a signal comes."""

    def __init__(self, settings: Settings, command: Sequence[str]) -> None:
        trigger = trigger_of(settings)
        self._place = settings.worklist
        self._stop, self._told_late = threading.Event(), False
        self._watch = Watch(settings, lambda: datetime.now(UTC))
        self.runs = Runs(
            command,
            interval_s(trigger, datetime.now(UTC)),
            longest_s=settings.schedule.longest_hours * 3600,
            killed=lambda how: self._watch.after_fault(KILLED, how),
        )
        self._scheduler = BackgroundScheduler(timezone=UTC)
        # One run makes up for all that were missed, however late: the scheduler's own answer is to drop a late one.
        self._scheduler.add_job(
            self.runs.once, trigger, id=JOB, coalesce=True, max_instances=1, misfire_grace_time=None,
            next_run_time=datetime.now(UTC),
        )  # fmt: skip
        self._also(full_trigger_of(settings), "--full")
        self._also(digest_trigger_of(settings), ONLY_TELL)

    def _also(self, trigger: Any | None, word: str) -> None:
        """Begin runs with a further word by times of their own."""
        if trigger is not None:
            self._scheduler.add_job(
                self.runs.after, trigger, (word,), id=word, coalesce=True, max_instances=1, misfire_grace_time=None
            )

    def health(self) -> dict[str, Any]:
        """How it goes: counts and instants, no patient data."""
        job, last = self._scheduler.get_job(JOB), self.runs.last
        following = getattr(job, "next_run_time", None)
        return {
            "status": "failing" if self.runs.failing else "late" if self.runs.late else "ok",
            "last_run_ended_at": _instant(last.ended_at) if last else None,
            "last_exit_code": last.exit_code if last else None,
            "next_run_at": _instant(following) if following else None,
        }

    def serve(self, page: Callable[..., Any]) -> int:
        """Run at the times set, and show the page, until SIGTERM or Ctrl-C."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup wants SIGHUP to be unheard
                signal.signal(number, lambda *_: self._stop.set())
        guard = threading.Thread(target=self._guard, daemon=True)
        with listening(page, self._place) as address:
            log.info("the page is at http://%s/worklist, health at /healthz; the first run begins now", address)
            self._scheduler.start()
            guard.start()
            notify("READY=1")
            self._stop.wait()
            log.info("stopping")
            notify("STOPPING=1")
            self._scheduler.shutdown(wait=False)
            self.runs.stop()
        return errors.FINE

    def _guard(self) -> None:
        while not self._stop.wait(GUARD_LOOKS_S):
            self.look()
            if self._scheduler.running:
                notify("WATCHDOG=1")

    def look(self) -> None:
        """See whether runs come and go: end one that hangs, begin one that does not come, and have IT hear of it."""
        if self.runs.hung:
            self.runs.end("the run has been at work for longer than [schedule] longest_hours: it hangs, and is ended")
        if self.runs.late and not self._told_late:
            self._watch.while_waiting()
        self._told_late = self.runs.late
        if self.runs.overdue:
            log.error("no run has ended in twice the interval: the system's clock may have been set back. Run now")
            threading.Thread(target=self.runs.once, daemon=True).start()  # the guard goes on looking


def notify(said: str) -> None:
    """Tell systemd how we are, where it started us and wants to know."""
    address = os.environ.get("NOTIFY_SOCKET")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line, suppress(OSError):  # it may have gone
            line.connect(f"\0{address[1:]}" if address.startswith("@") else address)
            line.sendall(said.encode())


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
