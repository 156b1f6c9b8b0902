"""Killed at any step and run again: decisions, subjects and mails are those of a twin that nobody disturbed."""

import json

import pytest

from tests.river.hospital import AS_OF, River, ward
from tests.river.nursery import KILLED, Nursery, points, recorded

# Fewer patients than elsewhere: two are flagged, one is ruled out.
SMALL = ("c01", "c14", "c35")
SEED = 20260316
SHARES = {"around": 1, "pull": 3, "record": 3, "deliver": 5}


@pytest.fixture(scope="module")
def nursery():
    made = Nursery()
    yield made
    made.close()


def state(river):
    """What must not depend on the kill."""
    subjects = sorted(
        (one["individual"]["reference"], one["status"], json.dumps(one["extension"], sort_keys=True))
        for one in river.sandbox.store.all("ResearchSubject")
    )
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
    folder.mkdir()
    with River(folder, ward(*SMALL)).open() as river, river.post.open():
        code, steps = nursery.run(river.settings, AS_OF, last)
        assert code == KILLED, f"step {last} was not reached"
        assert nursery.run(river.settings, AS_OF)[0] == 0, steps[-1]
        return state(river)


@pytest.mark.parametrize("every", [
    pytest.param(False, marks=pytest.mark.slow), pytest.param(True, marks=pytest.mark.long),
])  # fmt: skip
def test_a_run_that_was_killed_comes_to_the_same_end(tmp_path, nursery, twin, every):
    steps, wanted = twin
    assert len(wanted[1]) == 2 and len(wanted[3]) == 1
    chosen = range(len(steps)) if every else [step for _, step in points([steps], SHARES, SEED)]
    differing = [f"{last}: {steps[last]}" for last in chosen
                 if comes_to(nursery, tmp_path / f"{last}", last) != wanted]  # fmt: skip
    assert differing == []
