"""Killed at any step and run again: decisions, subjects and mails are those of a twin that nobody disturbed."""

import contextlib
import json
import random
import shutil
import signal
import time
from collections import Counter

import pytest

from adapter.demo.exchange import Answer
from tests.river.hospital import AS_OF, River, ward
from tests.river.nursery import CALLS, KILLED, Nursery, points, recorded, signature

# Fewer patients than elsewhere: two are flagged, one is ruled out.
SMALL = ("c01", "c14", "c35")
SEED = 20260316
SHARES = {"around": 16, "pull": 16, "record": 20, "deliver": 28}
CHUNKS = 4
PHASES = {  # the last step of each: what is asked for or written then does not come about, or is not heard of
    "pulling": ("pull", "HTTP GET /fhir/Observation is answered"),
    "judging": ("record", "SQL SELECT chart_resource"),
    "recording": ("record", "SQL UPDATE journal_run"),
    "delivering": ("deliver", "HTTP content is answered"),
    "mailing": ("deliver", "SMTP content is answered"),
}
RANDOM = 60
FAILING = 40


@pytest.fixture(scope="module")
def nursery():
    made = Nursery()
    yield made
    made.close()


def state(river):
    """What must not depend on the kill."""
    subjects = sorted(
        (one["individual"]["reference"], one["status"],
         json.dumps(one["extension"], sort_keys=True).replace(signature(river), "our word"))
        for one in river.sandbox.store.all("ResearchSubject")
    )  # fmt: skip
    studies = len(river.sandbox.store.all("ResearchStudy"))
    return recorded(river), subjects, studies, {mail["Message-ID"] for mail in river.post.mails}


@pytest.fixture(scope="module")
def twin(nursery, tmp_path_factory):
    """Return the steps of a run that nobody disturbs, and what it comes to."""
    with River(tmp_path_factory.mktemp("twin"), ward(*SMALL)).open() as river, river.post.open():
        code, steps = nursery.run(river.settings, AS_OF)
        assert code == 0
        return steps, state(river)


def comes_to(nursery, folder, last):
    """Kill a run before a step, run again, and return what it comes to."""
    with ready(folder) as river:
        code, steps = nursery.run(river.settings, AS_OF, last)
        assert code == KILLED, f"step {last} was not reached"
        assert nursery.run(river.settings, AS_OF)[0] == 0, steps[-1]
        return state(river)


@contextlib.contextmanager
def ready(folder):
    folder.mkdir()
    with River(folder, ward(*SMALL)).open() as river, river.post.open():
        yield river


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_64_a_run_that_was_killed_before_a_call_comes_to_the_same_end(tmp_path, nursery, twin, chunk):
    """Fault 64: eighty steps, chosen from all parts of a run: a file, a lock, a statement, a message, its answer."""
    steps, wanted = twin
    assert len(wanted[1]) == 2 and len(wanted[3]) == 1
    chosen = [step for _, step in points([steps], SHARES, SEED)]
    assert len(chosen) == 80
    differing = [f"{last}: {steps[last]}" for last in chosen[chunk::CHUNKS]
                 if comes_to(nursery, tmp_path / f"{last}", last) != wanted]  # fmt: skip
    assert differing == []


@pytest.mark.long
def test_64_a_run_that_was_killed_before_any_call_comes_to_the_same_end(tmp_path, nursery, twin):
    steps, wanted = twin
    differing = [f"{last}: {step}" for last, step in enumerate(steps)
                 if comes_to(nursery, tmp_path / f"{last}", last) != wanted]  # fmt: skip
    print(f"{len(steps)} steps, {len(differing)} differing")  # noqa: T201
    assert differing == []


def killed_at_random(nursery, folder, moments, longest):
    """Kill a run at a moment, run again; return whether it was killed, and what it comes to."""
    with ready(folder) as river:
        code, _ = nursery.run(river.settings, AS_OF, after=moments.uniform(0, longest))
        assert nursery.run(river.settings, AS_OF)[0] == 0
        return code == KILLED, state(river)


@pytest.mark.parametrize(
    ("chunk", "count"),
    [*(pytest.param(chunk, RANDOM // CHUNKS, marks=pytest.mark.slow) for chunk in range(CHUNKS)),
     pytest.param(CHUNKS, 2000, marks=pytest.mark.long)],
)  # fmt: skip
def test_64_a_run_that_was_killed_at_any_moment_comes_to_the_same_end(tmp_path, nursery, twin, chunk, count):
    """Fault 64: the moments are spread over the time that a run takes on this machine, whatever that is."""
    with ready(tmp_path / "first") as river:
        began = time.monotonic()
        assert nursery.run(river.settings, AS_OF)[0] == 0
        longest = time.monotonic() - began
    moments, ends = random.Random(SEED + chunk), []
    for number in range(count):
        ends.append(killed_at_random(nursery, tmp_path / f"{number}", moments, longest))
        shutil.rmtree(tmp_path / f"{number}")
    assert [number for number, (_, found) in enumerate(ends) if found != twin[1]] == []
    print(f"{sum(killed for killed, _ in ends)} of {count} were killed")  # noqa: T201
    assert sum(killed for killed, _ in ends) > count / 3


@pytest.mark.slow
@pytest.mark.parametrize("phase", PHASES)
def test_68_a_run_that_is_ended_in_a_phase_comes_to_the_same_end(tmp_path, nursery, twin, phase):
    """Fault 68: SIGTERM ends it there and then, as any program; a shell counts that as 143."""
    steps, wanted = twin
    (*_, last) = (number for number, step in enumerate(steps) if step == "\t".join(PHASES[phase]))
    with ready(tmp_path / phase) as river:
        assert nursery.run(river.settings, AS_OF, last, by=signal.SIGTERM)[0] == -signal.SIGTERM
        assert nursery.run(river.settings, AS_OF)[0] == 0
        assert state(river) == wanted


@pytest.mark.slow
def test_68_a_run_that_is_ended_while_it_waits_for_its_turn_comes_to_the_same_end(tmp_path, nursery, twin):
    """The server has asked for a minute; the run does not see it out."""
    asked = tmp_path / "asked"

    def busy(visit, request):
        if not request.path.startswith("Observation"):
            return False
        visit.send(Answer(429, None, {"Retry-After": "60"}))
        asked.touch()
        return True

    with ready(tmp_path / "waiting") as river:
        river.front, river.settled = busy, {"patience_s = 1": "patience_s = 300"}
        ended = nursery.run(river.settings, AS_OF, by=signal.SIGTERM, after=0.2, when=str(asked))
        assert ended[0] == -signal.SIGTERM
        river.front = None
        assert nursery.run(river.settings, AS_OF)[0] == 0
        assert state(river) == twin[1]


def failing_calls(calls, seed):
    """Choose calls that are to fail, spread over all kinds: the kind, which of its kind, and how."""
    names = [line.split()[1].partition("(")[0] for line in calls.read_text(encoding="utf-8").splitlines()]
    counts, chance = Counter(name for name in names if name in CALLS), random.Random(seed)
    kinds = sorted(counts)
    for number in range(FAILING):
        name = kinds[number % len(kinds)]
        yield name, chance.randint(1, counts[name]), chance.choice(["ENOSPC", "EIO"])


@pytest.mark.slow
def test_65_a_disk_that_fails_is_said_and_leaves_nothing_half_done(tmp_path, nursery, twin):
    """Fault 65: a call fails in the kernel; the run says so in a line, and the next comes to the end of the twin."""
    with ready(tmp_path / "counted") as river:
        assert nursery.run(river.settings, AS_OF, calls=str(tmp_path / "calls"))[0] == 0
    unclear, differing, ends = [], [], Counter()
    for number, (name, nth, error) in enumerate(failing_calls(tmp_path / "calls", SEED)):
        with ready(tmp_path / f"{number}") as river:
            inject = f"{name}:error={error}:when={nth}"
            code, _ = nursery.run(river.settings, AS_OF, calls=str(tmp_path / "calls"), inject=inject)
            said = (river.folder / "said").read_text(encoding="utf-8")
            ends[code] += 1
            if "Traceback" in said or (code and "trial-adapter: " not in said):
                unclear.append(f"{inject}: {code}: {said[-300:]}")
            if nursery.run(river.settings, AS_OF)[0] != 0 or state(river) != twin[1]:
                differing.append(f"{inject}: {code}")
    assert (unclear, differing) == ([], [])
    assert ends[0] < FAILING / 2, ends
