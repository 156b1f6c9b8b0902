"""Runs of the adapter in processes of their own, each of which may be killed as it is about to take a certain step.

A step reaches out of the process: a file or a lock, a statement in the database, a message to a server, its answer. The
process counts its own steps, so that a point of the kill is the same on every machine, however fast. The program is the
product's own: Python itself and SQLite tell of what is about to be done, and nothing is put in its place.
"""

import contextlib
import gc
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import Engine, event

from adapter.cli import main
from tests.acceptance.command import NO_SETTINGS, ROOT
from tests.river.hospital import AS_OF, STUDY, River, content, ward

# By the function of the adapter that a step is in; all else is the opening and closing of what is needed.
PARTS = {"_pull": "pull", "_record": "record", "deliver_pending": "deliver"}
AROUND = "around"
MESSAGES = {"http.client.send": "HTTP", "smtplib.send": "SMTP"}
FILES = frozenset({"os.mkdir", "os.link", "os.remove", "os.rename", "fcntl.flock", "fcntl.lockf", "socket.connect"})
RECEIVING = frozenset({"recv", "recv_into"})
WRITING = os.O_WRONLY | os.O_RDWR
# `GET /fhir/Patient`, `rcpt`, `INSERT INTO journal_run`
KIND = re.compile(r"[A-Z]+ /[^?\s]*|[a-z]{4}\b|[A-Z]{3,}(?: [A-Z]+)*(?: \w+)?")
WITH_CONTENT = ("HTTP POST", "HTTP PUT")
# To die before one of these is to die before the next step: nothing has left the process in between.
IDLE = ("SQL SELECT", "SQL BEGIN", "SQL PRAGMA")
KILLED = -signal.SIGKILL
CALLS = ("pwrite64", "fdatasync", "fsync", "ftruncate", "rename")  # by which something comes to be on the disk


@dataclass
class Steps:
    """Counts the steps of this process, notes each before it is taken, and dies before one of them."""

    notes: int
    last: int | None
    by: int = signal.SIGKILL
    count: int = 0
    before: str = ""

    def __call__(self, name: str, told: tuple[Any, ...]) -> None:
        """Take what Python tells of something that is about to be done."""
        if name in FILES or (name == "open" and told[2] & WRITING):
            self.step(name)
        elif name in MESSAGES:
            about = f"{MESSAGES[name]} {named(told[1])}"
            self.step(f"{about} goes out")
            if not about.startswith(WITH_CONTENT):
                self.answered(about)

    def watch(self, connection: sqlite3.Connection, _: object) -> None:
        """Have a new connection tell of its statements."""
        connection.set_trace_callback(self.statement)

    def statement(self, sql: str) -> None:
        """Take what SQLite tells; the same statement for many rows is one step."""
        about = f"SQL {named(sql)}"
        if about != self.before:
            self.step(about)

    def answered(self, about: str) -> None:
        """Count the answer as a step; Python tells of it in a way that is slow, and so for the last step alone."""
        if self.count == self.last:
            sys.setprofile(self.answer)
        self.step(f"{about} is answered", here=False)

    def answer(self, _: FrameType, what: str, called: object) -> None:
        """Die where the answer would be read: whatever the server does, nobody hears of it."""
        if what == "c_call" and getattr(called, "__name__", "") in RECEIVING:
            die(self.by)

    def step(self, about: str, *, here: bool = True) -> None:
        """Note a step, and die if it is the last."""
        os.write(self.notes, f"{part(sys._getframe(1))}\t{about}\n".encode())
        if here and self.count == self.last:
            die(self.by)
        self.before, self.count = about, self.count + 1


def die(by: int) -> None:
    """End by a signal: by SIGKILL as a machine ends that loses its power."""
    os.kill(os.getpid(), by)


def named(message: str | bytes) -> str:
    """Return what kind of message or statement it is, without what differs from run to run."""
    text = message if isinstance(message, str) else message[:200].decode("utf-8", "replace")
    found = KIND.match(text)
    return found[0] if found else "content"


def part(frame: FrameType | None) -> str:
    """Return in which part of the run we are."""
    while frame is not None:
        if frame.f_code.co_name in PARTS:
            return PARTS[frame.f_code.co_name]
        frame = frame.f_back
    return AROUND


def nurse() -> None:
    """Make a process for each run by a fork: a new interpreter takes longer than the run itself."""
    for line in sys.stdin:
        asked = json.loads(line)
        if asked.get("warm"):
            code = main(asked["words"])
            gc.collect()
            gc.freeze()  # else every child would look through, and so copy, all that was made here
        else:
            code = born(asked)
        sys.stdout.write(f"{code}\n")
        sys.stdout.flush()


def born(asked: Mapping[str, Any]) -> int:
    """Have a child run, and be killed where that is asked for; return how it ended."""
    ready, go = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(ready, 1)
        run_child(asked)
    with disturbed(child, asked):
        os.write(go, b"!")
        if asked.get("after") is not None:
            wait_for(asked.get("when"))
            time.sleep(asked["after"])
            os.kill(child, asked["by"])
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(ready)
    os.close(go)
    return code


def wait_for(file: str | None) -> None:
    """Wait until a file is there, where one is named."""
    while file and not Path(file).exists():
        time.sleep(0.01)


def run_child(asked: Mapping[str, Any]) -> None:
    """Run the adapter in this process, and end it."""
    said = os.open(asked["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (sys.stdout, sys.stderr):  # standard output is for exit codes
        os.dup2(said, stream.fileno())
    gc.disable()
    steps = Steps(os.open(asked["notes"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), asked["last"], asked["by"])
    event.listen(Engine, "connect", steps.watch)
    sys.addaudithook(steps)
    os._exit(main(asked["words"]))


@contextlib.contextmanager
def disturbed(child: int, asked: Mapping[str, Any]) -> Iterator[None]:
    """Have the kernel fail one call of the child, or count its calls, where that is asked for."""
    if asked.get("calls") is None:
        yield
        return
    inject = ["-e", f"inject={asked['inject']}"] if asked.get("inject") else []
    traced = ["-e", f"trace={','.join(CALLS)}", *inject]
    words = ["strace", "-f", "-qq", "-o", asked["calls"], *traced, "-p", str(child)]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as strace:
        while not is_traced(child):
            if strace.poll() is not None:
                raise RuntimeError("strace has ended: may this machine trace processes?")
            time.sleep(0.01)
        yield


def is_traced(process: int) -> bool:
    """Whether a process is held by a tracer."""
    return "TracerPid:\t0\n" not in Path(f"/proc/{process}/status").read_text(encoding="ascii")


class Nursery:
    """Gives one run after the other a process of its own.

    The process that they are born of has done a run itself, somewhere else: what a program finds out only once, such as
    how statements are put together, each child has from the beginning.
    """

    def __init__(self) -> None:
        environment = {name: text for name, text in os.environ.items() if not name.startswith("TRIAL_ADAPTER_")}
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from tests.river.nursery import nurse; nurse()"],
            cwd=ROOT,
            env=environment | NO_SETTINGS,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        with (
            tempfile.TemporaryDirectory() as folder,
            River(Path(folder), ward("c01", "c14", "c35")).open() as river,
            river.post.open(),
        ):
            assert self._have({"warm": True, "words": ["run", "--config", str(river.settings), "--as-of", AS_OF]}) == 0

    def run(
        self, settings: Path, as_of: str, last: int | None = None, *, by: int = signal.SIGKILL, **more: Any
    ) -> tuple[int, list[str]]:
        """Run the adapter, kill it before step `last`; return how it ended and the steps, the last one not taken.

        `after`: kill it after so many seconds, from when on a file `when` is there. `calls`: write its calls that reach
        the disk to a file; `inject`: have the kernel fail one of them, in strace's words. What it says is in `said`.
        """
        notes = settings.with_name("steps")
        words = ["run", "--config", str(settings), "--as-of", as_of]
        files = {"notes": str(notes), "said": str(settings.with_name("said"))}
        code = self._have({"words": words, "last": last, "by": by, **files, **more})
        return code, notes.read_text(encoding="utf-8").splitlines()

    def _have(self, asked: Mapping[str, Any]) -> int:
        print(json.dumps(asked), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End when all runs have ended."""
        self._process.communicate()


def points(days: list[list[str]], shares: Mapping[str, int], seed: int) -> list[tuple[int, int]]:
    """Choose days and steps to be killed at: so many of each part of each day, spread over it."""
    chance, chosen = random.Random(seed), []
    for day, steps in enumerate(days):
        for name, share in shares.items():
            mine = [number for number, step in enumerate(steps) if step.startswith(f"{name}\t")]
            there = [number for number in mine if not steps[number].split("\t")[1].startswith(IDLE)]
            edges = [round(len(there) * edge / share) for edge in range(share + 1)]
            chosen += [(day, there[chance.randrange(a, b)]) for a, b in pairwise(edges)]
    return chosen


def recorded(river: River) -> tuple[Any, ...]:
    """Return what the journal says in the end: decisions, changes, numbers, deliveries and what was written."""
    decided = {who: content(line) for who, line in river.decisions().items()}
    with river.journal() as journal:
        changes = [(one.id, one.patient, one.kind, one.old_standing, one.new_standing,
                    content(json.loads(one.moved_by))) for one in journal.changes(STUDY)]  # fmt: skip
        known = [(journal.screening_number(STUDY, who), len(journal.history(STUDY, who))) for who in decided]
        told = [(one.id, one.output, one.key, one.payload, state) for output in ("research_subject", "email")
                for state in ("pending", "done", "dead") for one in journal.deliveries(output, state)]  # fmt: skip
        rows = [journal.subject(STUDY, who) for who in decided]
    word = signature(river)
    written = [
        (row.patient, row.status, row.period_start, row.extension.replace(word, "our word")) for row in rows if row
    ]
    return decided, changes, known, told, written


def signature(river: River) -> str:
    """Return the word by which this adapter signs what it writes: it is another for each database."""
    with river.journal() as journal, journal.transaction() as work:
        return work.installation()
