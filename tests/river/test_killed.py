"""Killed at any moment and run again: decisions, subjects and mails are those of a twin that nobody disturbed."""

import json
import os
import random
import select
import signal
import subprocess
import sys
import time

import pytest

from tests.acceptance.command import NO_SETTINGS, ROOT
from tests.river.hospital import AS_OF, STUDY, River, content, ward

POINTS, MANY = 12, 40
SEED = 20260316
PLANS = [pytest.param(POINTS, marks=pytest.mark.slow), pytest.param(MANY, marks=pytest.mark.long)]
# Fewer patients than elsewhere, so that the points of the kill lie closer.
SMALL = ("c01", "c14", "c35")


# It has imported all, and makes a process for each run by a fork: a new interpreter takes longer than the run itself.
NURSERY = """
import os, sys
import adapter.wiring
from adapter.cli import main
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        os._exit(main(["run", *line.split()]))
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Nursery:
    """Gives one run after the other a process of its own."""

    def __init__(self) -> None:
        environment = {name: text for name, text in os.environ.items() if not name.startswith("TRIAL_ADAPTER_")}
        words, pipe = [sys.executable, "-c", NURSERY], subprocess.PIPE
        environment |= NO_SETTINGS
        self._process = subprocess.Popen(
            words, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, bufsize=0
        )

    def run(self, river, kill_after: float | None = None) -> int:
        """Run the adapter, kill it after so many seconds, and return how it ended."""
        self._process.stdin.write(f"--config {river.settings} --as-of {AS_OF}\n".encode())
        child = int(self._process.stdout.readline())
        if not select.select([self._process.stdout], [], [], kill_after)[0]:
            os.kill(child, signal.SIGKILL)
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture
def nursery():
    made = Nursery()
    yield made
    made.close()


def state(river):
    """What must not depend on the kill: the last word on each patient, the subjects, the mails."""
    decided = {who: content(line) for who, line in river.decisions().items()}
    with river.journal() as journal:
        told = [(change.patient, change.kind) for change in journal.changes(STUDY)]
        numbers = {who: journal.screening_number(STUDY, who) for who in decided}
        waiting = len(journal.pending("email")) + len(journal.pending("research_subject"))
    subjects = sorted(
        (one["individual"]["reference"], one["status"], json.dumps(one["extension"], sort_keys=True))
        for one in river.sandbox.store.all("ResearchSubject")
    )
    studies = len(river.sandbox.store.all("ResearchStudy"))
    return decided, sorted(told), numbers, waiting, subjects, studies, {mail["Message-ID"] for mail in river.post.mails}


def end_of(nursery, folder, *kills):
    """Run to the end what was killed before; return whether it was, how it ended, and how long the end took."""
    folder.mkdir()
    with River(folder, ward(*SMALL)).open() as river, river.post.open():
        killed = [nursery.run(river, seconds) == -signal.SIGKILL for seconds in kills]
        start = time.monotonic()
        assert nursery.run(river) == 0
        return killed, state(river), time.monotonic() - start


@pytest.mark.parametrize("points", PLANS)
def test_a_run_that_was_killed_comes_to_the_same_end(tmp_path, nursery, points):
    end_of(nursery, tmp_path / "first")  # the first one is slower than all others
    _, wanted, took = end_of(nursery, tmp_path / "twin")
    took = min(took, end_of(nursery, tmp_path / "second")[2])
    assert wanted[1] == [("Patient/c01", "flagged"), ("Patient/c14", "flagged")] and len(wanted[6]) == 1
    chance, killed = random.Random(SEED), 0
    for point in range(points):
        # One point in each slice of the time that a run takes, so that every part of it is met.
        hits, found, _ = end_of(nursery, tmp_path / f"{point}", took * (point + chance.random()) / points)
        killed += sum(hits)
        assert found == wanted, f"killed at point {point} of {points} (seed {SEED})"
    assert killed >= points / 2
