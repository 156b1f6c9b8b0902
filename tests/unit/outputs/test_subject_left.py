"""What a server does not take is left for the site as a Bundle that may be posted, and the run goes on (fault 58)."""

import json
import stat

import pytest

from adapter.demo.exchange import Answer, Request
from adapter.outputs.deliver import Count
from tests.unit.delivering import edit, subjects
from tests.unit.tempers import writes_of_subjects


@pytest.mark.parametrize("status", [400, 403, 404, 405, 422, 501])
def test_58_what_the_server_does_not_take_is_left_as_a_bundle_that_can_be_posted(desk, hospital, front, status):
    desk.write("potential-candidate", patient="Patient/p3")
    edit(hospital, consent={"reference": "Consent/1"})
    front.before = lambda visit, request: writes_of_subjects(request) and (visit.send(Answer(status)) or True)
    desk.decide("candidate", patient="Patient/p2")
    desk.decide("candidate", patient="Patient/p1")
    desk.decide("ineligible", patient="Patient/p3", as_of="2026-03-20")
    told = desk.deliver()
    assert told.counts["research_subject"] == Count(pending=3, stuck=3)
    assert "3 that the server does not take are left as a file" in " ".join(told.trouble)
    assert (stat.S_IMODE(desk.left.stat().st_mode), stat.S_IMODE(desk.left.parent.stat().st_mode)) == (0o600, 0o700)
    text = desk.left.read_bytes()
    entries = json.loads(text)["entry"]
    assert [one["request"]["method"] for one in entries] == ["POST", "POST", "PUT"]
    assert [one["resource"]["status"] for one in entries] == ["candidate", "candidate", "ineligible"]
    assert entries[2]["resource"]["consent"] == {"reference": "Consent/1"} and entries[2]["request"]["ifMatch"]
    desk.deliver()
    assert desk.left.read_bytes() == text
    front.before = lambda visit, request: False
    for one in entries:  # the site posts it, and the next run finds that all is as it should be
        post(hospital, one)
    assert desk.deliver().counts["research_subject"] == Count(done=3)
    assert len(subjects(hospital)) == 3 and not desk.left.exists()


def post(hospital, entry):
    """What a server makes of one entry of a transaction."""
    asked = entry["request"]
    given = {
        "if-none-exist": asked.get("ifNoneExist", ""),
        **({"if-match": asked["ifMatch"]} if "ifMatch" in asked else {}),
    }
    body = json.dumps(entry["resource"]).encode()
    assert hospital.answer(Request.of("", asked["method"], asked["url"], given, body)).status in {200, 201}


@pytest.mark.parametrize("status", [403, 404, 405])
def test_58_where_the_server_knows_no_subjects_at_all_new_ones_are_left_for_the_site(desk, hospital, front, status):
    hospital.delete("ResearchStudy/own")
    front.before = lambda visit, request: "Research" in request.path and (visit.send(Answer(status)) or True)
    desk.decide("ineligible", patient="Patient/p3")
    desk.decide("candidate", patient="Patient/p1")
    told = desk.deliver()
    assert told.counts["research_subject"] == Count(pending=2, stuck=2)
    study, subject = json.loads(desk.left.read_bytes())["entry"]
    assert study["resource"]["resourceType"] == "ResearchStudy" and study["request"]["ifNoneExist"]
    assert subject["resource"]["study"] == {"reference": study["fullUrl"]}
    assert subject["resource"]["individual"] == {"reference": "Patient/p1"}


def test_58_a_server_that_is_away_for_a_while_takes_no_file_away(desk, hospital, front):
    front.before = lambda visit, request: writes_of_subjects(request) and (visit.send(Answer(403)) or True)
    desk.decide("candidate")
    desk.deliver()
    front.before = lambda visit, request: visit.send(Answer(503)) or True
    desk.deliver()
    assert desk.left.exists()
