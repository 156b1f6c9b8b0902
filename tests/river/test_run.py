"""From a hospital's server to a flagged patient and a told investigator, and nothing twice."""

import json
import re

import pytest

from adapter.database import lock
from tests.fhir_server.records import cases
from tests.river.hospital import FLAGGED, SOME, River, content, screened, ward


def test_a_first_run_flags_writes_and_tells(river):
    ran = river.run("--json")
    report = json.loads(ran.out)
    assert ran.code == 0, ran.err
    assert (report["population"], report["changes"], report["troubles"]) == (len(SOME), {"flagged": 3}, {})
    assert {who for who, _ in river.changes()} == FLAGGED
    decided = {who: [line["decision"]] for who, line in river.decisions().items() if who in FLAGGED}
    assert river.subjects() == decided
    assert len(river.post.mails) == 1
    (text,) = river.post.texts
    assert all(number in text for number in ("S-0001", "S-0002", "S-0003")) and "S-0004" not in text
    assert not any(name in text for name in SOME)


def test_decisions_are_those_of_screen(river, tmp_path):
    assert river.run().code == 0
    wanted = screened(tmp_path, river.resources)
    assert {w: content(d) for w, d in river.decisions().items()} == {w: content(d) for w, d in wanted.items()}


@pytest.mark.slow
def test_decisions_on_all_cases_are_those_of_screen(tmp_path):
    with River(tmp_path, cases()).open() as river:
        assert river.run().code == 0
        asked = river.asked
    wanted, found = screened(tmp_path, cases()), river.decisions()
    assert len(found) > 50
    assert [who for who in found if content(found[who]) != content(wanted[who])] == []
    others = set(wanted) - {who for line in asked for who in re.findall(r"Patient/[a-z]+\d+", line)}
    assert {who for who in wanted if who not in found} == others, "only who was not pulled has no decision"


def test_a_second_run_writes_nothing_and_tells_nobody(flowing):
    before = flowing.decisions(), flowing.changes(), flowing.subjects()
    ran = flowing.run("--json")
    report = json.loads(ran.out)
    assert ran.code == 0 and report["changes"] == {}
    assert (flowing.decisions(), flowing.changes(), flowing.subjects()) == before
    assert flowing.writes == [] and len(flowing.post.mails) == 1


def test_a_changed_resource_moves_its_patient_alone(flowing):
    flowing.change("Patient/c01", birthDate="2015-01-01")
    ran = flowing.run("--json")
    report = json.loads(ran.out)
    assert ran.code == 0 and report["changes"] == {"ruled-out": 1}
    assert flowing.changes()[3:] == [("Patient/c01", "ruled-out")]
    assert flowing.subjects()["Patient/c01"] == ["ineligible"]
    assert len(flowing.writes) == 1 and len(flowing.post.mails) == 2
    assert "S-0001" in flowing.post.texts[1] and "S-0002" not in flowing.post.texts[1]
    pulls = [line for line in flowing.pulled if "patient=Patient/" in line or "_id=c" in line]
    assert pulls and all("_lastUpdated=ge" in line for line in pulls if "/ResearchSubject" not in line)
    received = {kind: counts["received"] for kind, counts in report["account"]["resources"].items()}
    assert received["Patient"] == 1 and received["Observation"] == 0


def test_a_patient_who_comes_later_is_read_in_full(flowing):
    flowing.sandbox.store.load(ward("c02"))
    assert flowing.run().code == 0
    assert flowing.subjects()["Patient/c02"] == ["candidate"] and len(flowing.post.mails) == 2
    assert any("Patient/c02" in line and "_lastUpdated" not in line for line in flowing.asked)
    assert not any("c01" in line for line in flowing.pulled if "_lastUpdated" not in line)


def test_a_dry_run_records_and_sends_nothing(river):
    ran = river.run("--dry-run", "--json")
    assert ran.code == 0
    assert json.loads(ran.out)["decisions"] == {"candidate": 1, "ineligible": 1, "open": 1, "potential-candidate": 2}
    assert (river.decisions(), river.changes(), river.subjects(), river.post.mails) == ({}, [], {}, [])
    assert river.writes == []
    assert river.run().code == 0
    assert set(river.subjects()) == FLAGGED and len(river.post.mails) == 1


def test_a_full_run_forgets_how_far_it_has_read(flowing):
    assert flowing.run("--full").code == 0
    assert not any("_lastUpdated" in line for line in flowing.asked)
    assert flowing.writes == [] and len(flowing.post.mails) == 1


def test_67_a_second_run_at_once_is_refused(river):
    with lock(f"sqlite:///{river.folder}/adapter.db"):
        ran = river.run()
    assert ran.code == 75 and ran.err.count("\n") == 1
    assert river.asked == [] and river.post.mails == []


def test_the_journal_keeps_the_report_of_each_run(flowing):
    with flowing.journal() as journal:
        last = journal.last_run("telitacicept-belimumab")
    assert last.exit_code == 0 and json.loads(last.report)["population"] == len(SOME)
