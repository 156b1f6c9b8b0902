"""Not recruiting, paused or full: runs go on and record, and nobody is told or written about; the end is one digest."""

import json

from tests.river.hospital import FLAGGED


def test_a_paused_study_is_silent_and_its_end_is_one_digest(river):
    river.settled = {"[study]": "[study]\npaused = true"}
    ran = river.run("--json")
    report = json.loads(ran.out)
    assert (ran.code, report["changes"], report["silenced"]) == (0, {"flagged": 3}, {"paused": 3})
    assert "nobody is told: paused" in ran.err and "not told: 3 paused" in ran.err
    assert (river.writes, river.subjects(), river.post.mails) == ([], {}, [])
    again = json.loads(river.run("--json").out)
    assert (again["silenced"], river.post.mails) == ({}, [])
    river.settled = {}
    ended = json.loads(river.run("--json").out)
    assert (ended["changes"], set(river.subjects())) == ({}, FLAGGED)
    (text,) = river.post.texts
    assert all(number in text for number in ("S-0001", "S-0002", "S-0003"))
    assert river.run().code == 0 and river.writes == [] and len(river.post.mails) == 1


def test_outputs_that_are_switched_on_later_begin_with_today(river):
    river.settled = {"enabled = true": "enabled = false"}
    assert river.run().code == 0
    river.change("Patient/c01", birthDate="2015-01-01")
    assert river.run().code == 0
    assert (river.subjects(), river.post.mails) == ({}, [])
    river.settled = {}
    assert river.run().code == 0
    assert set(river.subjects()) == FLAGGED - {"Patient/c01"}
    (text,) = river.post.texts
    assert "new: 2" in text


def test_a_study_that_has_everybody_it_wants_is_silent(river):
    on_study = {
        "resourceType": "ResearchSubject", "id": "theirs", "status": "on-study",
        "study": {"reference": "ResearchStudy/trial"}, "individual": {"reference": "Patient/c35"},
    }  # fmt: skip
    trial = {"resourceType": "ResearchStudy", "id": "trial", "status": "active"}
    river.sandbox.store.load([trial, on_study])
    river.settled = {"[study]": '[study]\nresearch_study = "ResearchStudy/trial"\ntarget = 1'}
    report = json.loads(river.run("--json").out)
    assert (report["enrolled"], report["silent"]) == (1, "the study has everybody it wants")
    assert river.post.mails == [] and sum(report["silenced"].values()) == report["changes"]["flagged"]
