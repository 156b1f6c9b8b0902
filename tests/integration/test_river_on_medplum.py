"""The whole way on a second, independent server: the same facts and decisions, and each change followed.

It shows no history of a type, gives every write a new version, counts only when asked to, and says 404 of what was
deleted: whatever the adapter takes from one server only is missing here.
"""

import pytest

from tests.fhir_server.loading import Client
from tests.fhir_server.records import ref
from tests.river.hospital import SOME, River, content, ward
from tests.river.on_server import OnServer

# A list of patients costs its search much for each of them, so they are few: an instance of every decision and type.
PATIENTS = (*SOME, "c02", "c07", "c10", "c17", "c18", "c21")
OWN_WAY = {"version": None, "updated": None}
HERE_ONLY = ("ResearchStudy", "ResearchSubject")  # made by the adapter besides


@pytest.fixture
def river(medplum, tmp_path):
    client = Client(medplum.base_url)
    assert client.put(ward(*PATIENTS)) == {}
    (tmp_path / "medplum").mkdir()
    river = OnServer(tmp_path / "medplum", medplum)
    yield river
    for kind in sorted({one["resourceType"] for one in ward(*PATIENTS)} | {*HERE_ONLY}):
        for one in list(client.every(f"{kind}?_count=1000")):
            client.ask("DELETE", ref(one)).raise_for_status()


@pytest.fixture
def twin(tmp_path):
    """The sandbox with the same resources, after a run."""
    (tmp_path / "sandbox").mkdir()
    with River(tmp_path / "sandbox", ward(*PATIENTS)).open() as opened:
        assert opened.run().code == 0
        yield opened


def facts(river):
    """What is known, but for the versions and their dates, which each server gives in its own way."""
    return {key: (one.patient, [{**row, **OWN_WAY} for row in one.rows]) for key, one in river.chart().items()}


def decisions(river):
    return {who: content(line) for who, line in river.decisions().items()}


def test_the_facts_and_decisions_are_those_of_the_sandbox_and_written_once(river, twin):
    ran = river.run()
    assert ran.code == 0, ran.err
    assert facts(river) == facts(twin)
    assert decisions(river) == decisions(twin)
    written = {one["individual"]["reference"]: one["status"] for one in river.ours()}
    assert written == {who: line["decision"] for who, line in decisions(river).items() if "cand" in line["decision"]}

    before = river.changes(), {ref(one): one["meta"] for one in river.ours()}, len(river.post.mails)
    assert river.run().code == 0
    assert (river.changes(), {ref(one): one["meta"] for one in river.ours()}, len(river.post.mails)) == before


def test_what_is_changed_deleted_and_added_is_followed(river, tmp_path):
    assert river.run("--dry-run").code == 0
    before = river.chart()
    mine = [key for key, one in before.items() if one.patient == "Patient/c01"]
    gone, other, *_ = (key for key in mine if key.startswith("Observation/"))
    river.client.ask("DELETE", gone).raise_for_status()
    newer = river.client.read(other) | {"note": [{"text": "corrected by the laboratory"}]}
    added = newer | {"id": "one-more"}
    assert river.client.put([newer, added, river.client.read("Patient/c01") | {"birthDate": "2015-01-01"}]) == {}
    ran = river.run("--dry-run", "--full")
    assert ran.code == 0, ran.err
    chart = river.chart()
    assert set(chart) == {*before, "Observation/one-more"} - {gone}
    assert chart == river.anew(tmp_path / "anew")
    assert {key for key in before if key in chart and chart[key] != before[key]} == {other, "Patient/c01"}
