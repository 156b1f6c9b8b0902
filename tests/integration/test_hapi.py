"""The server behaves as the adapter takes FHIR servers to behave, and the hospital on it is the one in the files."""

import copy
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fhir_server.records import OF_OTHERS, cases, lupus, patient, ref, synthea

# Resources of the study's cases that HAPI 8.8 does not take, each with its reason. It takes all of them as they are.
REFUSED: dict[str, str] = {}
# What any server writes itself.
ITS_OWN = {"versionId", "lastUpdated", "source"}
STUDY_SYSTEM = "https://example.org/test-studies"


def without_its_own(resource):
    """Return the content of a resource without what the server writes, as canonical text with numbers as written."""
    rest = copy.deepcopy(resource)
    meta = {name: value for name, value in rest.pop("meta", {}).items() if name not in ITS_OWN}
    meta |= {"profile": sorted(meta["profile"])} if "profile" in meta else {}  # a set to HAPI
    return json.dumps(rest | ({"meta": meta} if meta else {}), sort_keys=True)


def study(name):
    identifier = [{"system": STUDY_SYSTEM, "value": name}]
    return {"resourceType": "ResearchStudy", "status": "active", "title": "A test", "identifier": identifier}


def if_none_exist(name):
    return {"If-None-Exist": f"identifier={STUDY_SYSTEM}|{name}"}


@pytest.fixture
def made(client):
    """Return references that are to be gone after the test."""
    references = []
    yield references
    client.remove(references)


def test_it_speaks_r4(client):
    assert client.read("metadata")["fhirVersion"] == "4.0.1"


def test_it_takes_all_of_the_cases_but_those_named(hospital):
    assert {one: why for one, why in hospital.refused.items() if one in {ref(r) for r in cases()}} == REFUSED


def test_it_takes_all_synthetic_patients(hospital):
    assert [one for one in hospital.refused if one in {ref(r) for r in synthea()}] == []


def test_the_hospital_has_25_patients_with_lupus_whole_and_40_others_thinned():
    patients = {ref(one) for one in synthea() if one["resourceType"] == "Patient"}
    results = Counter(patient(one) for one in synthea() if one["resourceType"] == "Observation")
    assert len(lupus()) == 25 and len(patients - lupus()) == 40
    assert sum(results[one] for one in lupus()) == 9247
    assert {results[one] for one in patients - lupus()} == {OF_OTHERS}


def test_every_resource_reads_back_as_it_was_written(hospital):
    for kind in sorted({name.split("/")[0] for name in hospital.original}):
        written = {name: one for name, one in hospital.original.items() if name.startswith(f"{kind}/")}
        read = {ref(one): one for one in hospital.client.every(f"{kind}?_count=1000")}
        there = [name for name in written if name in read]
        assert there == list(written)
        assert [name for name in there if without_its_own(read[name]) != without_its_own(written[name])] == []


def test_a_search_pages_by_a_thousand(hospital):
    pages, url = [], "Observation?_count=1000"
    while url:
        bundle = hospital.client.ask("GET", url, headers={"Cache-Control": "no-cache"}).json()
        pages.append([entry["resource"]["id"] for entry in bundle["entry"]])
        url = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), None)
        assert url is None or url.startswith(hospital.base_url)
    assert {len(page) for page in pages[:-1]} == {1000}
    ids = [one for page in pages for one in page]
    assert len(ids) == len(set(ids)) == sum(name.startswith("Observation/") for name in hospital.original)


def test_what_is_made_on_condition_is_made_once(client, made):
    first = client.ask("POST", "ResearchStudy", json=study("once"), headers=if_none_exist("once"))
    second = client.ask("POST", "ResearchStudy", json=study("once"), headers=if_none_exist("once"))
    made.append(ref(first.json()))
    assert (first.status_code, second.status_code) == (201, 200)
    assert ref(second.json()) == ref(first.json())


def test_two_of_the_same_refuse_a_third(client, made):
    made += [ref(client.ask("POST", "ResearchStudy", json=study("twice")).json()) for _ in range(2)]
    assert client.ask("POST", "ResearchStudy", json=study("twice"), headers=if_none_exist("twice")).status_code == 412


def test_a_race_to_make_one_has_one_winner(client, made):
    def make(_):
        return client.ask("POST", "ResearchStudy", json=study("race"), headers=if_none_exist("race")).status_code

    with ThreadPoolExecutor(8) as eight:
        answers = list(eight.map(make, range(8)))
    made += [ref(one) for one in client.every(f"ResearchStudy?identifier={STUDY_SYSTEM}|race")]
    assert len(made) == 1
    assert answers.count(201) == 1 and set(answers) <= {200, 201, 409, 412}


def test_an_update_of_an_older_version_is_refused(client, made):
    first = client.ask("POST", "ResearchStudy", json=study("update"))
    old, name = first.headers["ETag"], ref(first.json())
    made.append(name)
    changed = first.json() | {"status": "completed"}
    assert client.ask("PUT", name, json=changed, headers={"If-Match": old}).status_code == 200
    late = client.ask("PUT", name, json=changed | {"status": "withdrawn"}, headers={"If-Match": old})
    assert late.status_code in {409, 412}
    assert client.read(name)["status"] == "completed"


def test_an_unchanged_update_makes_no_new_version(client, made):
    first = client.ask("POST", "ResearchStudy", json=study("unchanged"))
    made.append(ref(first.json()))
    again = client.ask("PUT", made[0], json=first.json())
    assert again.json()["meta"]["versionId"] == first.json()["meta"]["versionId"]


def test_a_reference_that_leads_nowhere_is_refused(client):
    subject = {"resourceType": "ResearchSubject", "status": "candidate", "individual": {"reference": "Patient/nobody"}}
    assert client.ask("POST", "ResearchSubject", json=subject).status_code == 400


def test_the_server_tells_what_it_was_asked(hapi, client):
    mark = hapi.mark()
    client.ask("GET", "Condition?code=http://snomed.info/sct|1,http://snomed.info/sct|2")
    client.ask("POST", "Observation/_search", data={"code": "x|1", "patient": "Patient/nobody"})
    get = {"request": {"method": "GET", "url": "Observation?patient=Patient/nobody"}}
    client.ask("POST", json={"resourceType": "Bundle", "type": "batch", "entry": [get]})
    assert hapi.asked(mark) == [
        "GET /Condition?code=http://snomed.info/sct|1,http://snomed.info/sct|2",
        "POST /Observation/_search?code=x|1&patient=Patient/nobody",
        "POST /",
        "GET /Observation?patient=Patient/nobody in a bundle",
    ]


def test_a_bulk_export_ends_within_half_a_minute(client):
    kicked = client.ask("GET", "$export?_type=ResearchStudy", headers={"Prefer": "respond-async"})
    assert kicked.status_code == 202
    assert client.patiently(kicked.headers["Content-Location"], seconds=30).status_code == 200


@pytest.mark.parametrize("trace", ["change", "delete", "make"])
def test_a_test_leaves_no_trace(loaded, trace):
    client, name = loaded.client, "Condition/c01-sle"
    since = client.now()
    if trace == "change":
        client.ask("PUT", name, json=loaded.original[name] | {"recordedDate": "2020-01-01"})
    elif trace == "delete":
        assert client.ask("DELETE", name).ok
    else:
        name = ref(client.ask("POST", "ResearchStudy", json=study("trace")).json())
    loaded.client.restore(loaded.original, since)
    if trace == "make":
        assert client.ask("GET", name).status_code in {404, 410}
    else:
        assert without_its_own(client.read(name)) == without_its_own(loaded.original[name])
