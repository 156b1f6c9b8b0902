"""Killed at forty points of two days on a real FHIR server and a real mail server: nothing is lost, nothing is doubled.

On the first day two patients are flagged. On the second, one of them is ruled out by a corrected date of birth, and one
who was too young is flagged: the hospital's record of the one is changed, and of the other is made.
"""

import json
from collections import Counter

import pytest

from tests.acceptance.command import STUDY as FOLDER
from tests.acceptance.command import changed
from tests.fhir_server.loading import Client, stand_ins
from tests.fhir_server.records import ref, renamed
from tests.river.hospital import AS_OF, READER, STUDY, WITNESSES, River, ward
from tests.river.nursery import KILLED, Nursery, points, recorded, signature

POINTS = 40
SEED = 20260316
SHARES = {"around": 2, "pull": 5, "record": 4, "deliver": 9}  # of the points of each day
ENDING = "-killed"
REGISTRY = "NCT-of-the-killed"
FIRST, RULED_OUT, YOUNG = (f"Patient/{name}{ENDING}" for name in ("c14", "c01", "c35"))
BIRTHS = ({RULED_OUT: "1993-08-21", YOUNG: "2015-01-01"}, {RULED_OUT: "2015-01-01", YOUNG: "1993-08-21"})


class Ward:
    """A few patients of our own on the server, whom the roster of the settings names, and a study of our own."""

    def __init__(self, client, folder):
        self.client, self.base = client, client.base_url
        people = renamed(ward("c01", "c14", "c35"), ENDING)
        self.resources = [*people, *stand_ins(people)]
        self.study = changed(folder, "study.toml", 'registry = "NCT07069972"', f'registry = "{REGISTRY}"', study=FOLDER)
        self.roster = folder / "roster"
        self.roster.write_text("\n".join((FIRST, RULED_OUT, YOUNG)), encoding="utf-8")
        assert client.load(self.resources) == {}
        self.of = {ref(one): one for one in self.resources}

    def born(self, births):
        """Have the hospital correct dates of birth."""
        assert self.client.load([self.of[who] | {"birthDate": day} for who, day in births.items()]) == {}

    def made(self, kind):
        """What the adapter has made on the server."""
        about = {
            "ResearchSubject": f"individual={FIRST},{RULED_OUT},{YOUNG}",
            "ResearchStudy": f"identifier={REGISTRY}",
        }
        return list(self.client.every(f"{kind}?{about[kind]}"))

    def forget(self):
        """Remove what the adapter has made."""
        self.client.remove(ref(one) for kind in ("ResearchSubject", "ResearchStudy") for one in self.made(kind))

    def close(self):
        self.forget()
        self.client.remove(map(ref, self.resources))


class Killed(River):
    """The river over these patients, with two investigators."""

    def __init__(self, folder, ward):
        super().__init__(folder, [])
        self.ward, self.base = ward, ward.base
        self.population = f'ways = ["patients"]\npatients_file = "{ward.roster}"'

    @property
    def settings(self):
        file = super().settings
        text = file.read_text(encoding="utf-8").replace(f'id = "{STUDY}"', f'id = "{self.ward.study}"')
        file.write_text(text.replace(f'to = ["{READER}"]', f"to = {json.dumps(WITNESSES)}"), encoding="utf-8")
        return file

    def state(self):
        """What must not depend on the kill; a mail may come twice, under the same Message-ID."""
        (study,) = self.ward.made("ResearchStudy")
        subjects = sorted(
            (one["individual"]["reference"], one["status"], one["study"]["reference"] == ref(study),
             json.dumps([one["extension"], one.get("period")], sort_keys=True).replace(signature(self), "our word"))
            for one in self.ward.made("ResearchSubject")
        )  # fmt: skip
        mails = Counter(mail["Message-ID"] for mail in self.post.mails)
        assert max(mails.values()) <= 2
        return recorded(self), subjects, set(mails)


@pytest.fixture(scope="module")
def nursery():
    made = Nursery()
    yield made
    made.close()


@pytest.fixture(scope="module")
def people(hapi, tmp_path_factory):
    made = Ward(Client(hapi.base_url), tmp_path_factory.mktemp("ward"))
    yield made
    made.close()


def days(nursery, people, folder, *, until=1, kill=None):
    """Live through the days, where one is killed before a step and run again; return the steps and states of each."""
    people.forget()
    river, seen = Killed(folder, people), []
    with river.post.open():
        for day in range(until + 1):
            people.born(BIRTHS[day])
            if kill and kill[0] == day:
                code, steps = nursery.run(river.settings, AS_OF, kill[1])
                assert code == KILLED, f"step {kill[1]} was not reached"
            code, steps = nursery.run(river.settings, AS_OF)
            assert code == 0
            seen.append((steps, river.state()))
    return seen


@pytest.fixture(scope="module")
def twin(nursery, people, tmp_path_factory):
    """Return the steps of each day that nobody disturbs, and what it comes to."""
    return days(nursery, people, tmp_path_factory.mktemp("twin"))


def test_the_twin_has_something_to_lose(twin):
    (_, (_, first, mails)), (_, (_, second, all_mails)) = twin
    assert [one[:3] for one in first] == [(RULED_OUT, "candidate", True), (FIRST, "potential-candidate", True)]
    assert [one[1] for one in second] == ["ineligible", "potential-candidate", "candidate"]
    assert (len(mails), len(all_mails)) == (len(WITNESSES), 2 * len(WITNESSES))


@pytest.mark.parametrize("point", range(POINTS))
def test_a_run_that_was_killed_comes_to_the_same_end(point, twin, nursery, people, tmp_path):
    day, step = points([steps for steps, _ in twin], SHARES, SEED)[point]
    print(f"day {day + 1}, step {step}: {twin[day][0][step]}")  # noqa: T201 - shown by -rP, and where it fails
    *_, (_, found) = days(nursery, people, tmp_path, until=day, kill=(day, step))
    assert found == twin[day][1]
