"""The sandbox hospital answers as FHIR R4 has it: read, search, page, batch, create, update."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import requests

from adapter.demo.hospital import SandboxHospital

LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
STRICT = {"Prefer": "handling=strict"}


class Clock:
    """Stands still until it is moved."""

    def __init__(self):
        self.at = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)

    def __call__(self):
        return self.at

    def forward(self, **time):
        self.at += timedelta(**time)


def person(key, **more):
    number = [{"system": "https://hospital.example/mrn", "value": f"M-{key}"}]
    return {"resourceType": "Patient", "id": key, "identifier": number, **more}


def result(key, whom, code, system=LOINC, **more):
    coded = {"coding": [{"system": system, "code": code}]}
    category = [{"coding": [{"system": "http://terminology.hl7.org/x", "code": "laboratory"}]}]
    about = {"subject": {"reference": f"Patient/{whom}"}, "category": category, "status": "final"}
    return {"resourceType": "Observation", "id": key, "code": coded, **about, **more}


RESOURCES = [
    *(person(f"p{n}") for n in (1, 2, 3)),
    result("o1", "p1", "1-1"),
    result("o2", "p1", "2-2", valueQuantity={"value": 0.5, "unit": "g/L"}),
    result("o3", "p2", "1-1", system="urn:local"),
    result("o4", "p3", "1-1"),
]


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def hospital(clock):
    return SandboxHospital(RESOURCES, clock)


@pytest.fixture
def base(hospital):
    with hospital.serve() as address:
        yield address


def search(base, path, **more):
    answer = requests.get(f"{base}/{path}", timeout=5, **more)
    assert answer.status_code == 200
    return answer.json()


def ids(bundle):
    return [one["resource"]["id"] for one in bundle.get("entry", ()) if one["search"]["mode"] == "match"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Observation", ["o1", "o2", "o3", "o4"]),
        (f"Observation?code={LOINC}|1-1", ["o1", "o4"]),
        (f"Observation?code={LOINC}|1-1,{LOINC}|2-2", ["o1", "o2", "o4"]),
        ("Observation?code=1-1", ["o1", "o3", "o4"]),
        (f"Observation?code={LOINC}|", ["o1", "o2", "o4"]),
        ("Observation?code=|1-1", []),
        ("Observation?patient=p1,Patient/p2", ["o1", "o2", "o3"]),
        ("Observation?subject=Patient/p1", ["o1", "o2"]),
        ("Observation?subject=Group/p1", []),
        (f"Observation?patient=p1&code={LOINC}|1-1", ["o1"]),
        ("Observation?patient=p1&patient=p2", []),
        ("Observation?category=laboratory&status=final&patient=p3", ["o4"]),
        ("Observation?category=vital-signs", []),
        ("Observation?code=", ["o1", "o2", "o3", "o4"]),
        ("Patient?_id=p1,p3,p9", ["p1", "p3"]),
        ("Patient?identifier=https://hospital.example/mrn|M-p2", ["p2"]),
        ("Patient?identifier=M-p2", ["p2"]),
        ("Condition", []),
    ],
)
def test_a_search_finds(base, asked, found):
    assert ids(search(base, asked)) == found


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("ge2026-03-01T09:00:00Z", ["o2"]),
        ("gt2026-03-01T09:00:00Z", []),
        ("gt2026-03-01T08:59:59.999Z", ["o2"]),
        ("le2026-03-01T08:00:00.000Z", ["o1"]),
        ("lt2026-03-01T09:00:00Z", ["o1"]),
        ("ge2026-03-01T17:00:00%2B08:00", ["o2"]),
        ("ge2026-03-01", ["o1", "o2"]),
        ("gt2026-03-01", []),
        ("2026-03-01T09:00:00Z", ["o2"]),
    ],
)
def test_a_search_by_last_change_is_exact(base, hospital, clock, asked, found):
    clock.forward(hours=1)
    hospital.change(result("o2", "p1", "2-2", status="amended"))
    assert ids(search(base, f"Observation?_id=o1,o2&_lastUpdated={asked}")) == found


def test_a_search_by_post_finds_the_same(base):
    form = {"code": f"{LOINC}|1-1", "patient": "Patient/p1,Patient/p3"}
    answer = requests.post(f"{base}/Observation/_search", data=form, timeout=5)
    assert ids(answer.json()) == ["o1", "o4"]


def test_pages_follow_each_other_and_do_not_move(base, hospital):
    first = search(base, "Observation?_count=2")
    hospital.delete("Observation/o3")
    hospital.change(result("o0", "p1", "1-1"))
    link = next(one["url"] for one in first["link"] if one["relation"] == "next")
    second = requests.get(link, timeout=5).json()
    assert (ids(first), ids(second)) == (["o1", "o2"], ["o3", "o4"])
    assert [one["relation"] for one in second["link"]] == ["self"]
    assert requests.get(link, timeout=5).json() == second


def test_a_page_that_is_not_kept_is_gone(base):
    assert requests.get(f"{base}?_page=unknown&_from=2", timeout=5).status_code == 410


def test_a_count_comes_without_resources(base):
    for asked in ("Observation?_summary=count&code=1-1", "Observation?_count=0&code=1-1"):
        bundle = search(base, asked)
        assert bundle["total"] == 3 and "entry" not in bundle


def test_named_elements_come_alone_and_say_so(base):
    one = search(base, "Observation?_id=o2&_elements=code,subject")["entry"][0]["resource"]
    assert set(one) == {"resourceType", "id", "meta", "code", "subject"}
    assert one["meta"]["tag"][0]["code"] == "SUBSETTED"


def test_an_unknown_parameter_is_refused_where_that_is_asked_for(base):
    answer = requests.get(f"{base}/Observation?colour=red", headers=STRICT, timeout=5)
    assert answer.status_code == 400
    assert answer.json()["resourceType"] == "OperationOutcome" and "colour" in answer.json()["issue"][0]["diagnostics"]


def test_an_unknown_parameter_is_otherwise_left_aside_and_named(base):
    bundle = search(base, "Observation?colour=red&code=2-2")
    assert ids(bundle) == ["o2"]
    assert "colour" not in bundle["link"][0]["url"]
    assert "colour" in bundle["entry"][-1]["resource"]["issue"][0]["diagnostics"]


@pytest.mark.parametrize("asked", ["Observation?_lastUpdated=ge2026", "Observation?_count=many", "Patient?_sort=name"])
def test_a_value_that_makes_no_sense_is_refused(base, asked):
    assert requests.get(f"{base}/{asked}", timeout=5).status_code == 400


@pytest.mark.parametrize("path", ["Spaceship", "Spaceship/1", "Patient/p1/$everything", "../etc"])
def test_what_is_not_kept_here_is_not_found(base, path):
    assert requests.get(f"{base}/{path}", timeout=5).status_code == 404


def test_a_read_tells_the_version(base, hospital):
    assert requests.get(f"{base}/Observation/o1", timeout=5).headers["ETag"] == 'W/"1"'
    hospital.change(result("o1", "p1", "9-9"))
    assert requests.get(f"{base}/Observation/o1", timeout=5).headers["ETag"] == 'W/"2"'
    hospital.delete("Observation/o1")
    assert requests.get(f"{base}/Observation/o1", timeout=5).status_code == 410
    assert requests.get(f"{base}/Observation/o9", timeout=5).status_code == 404


def test_the_same_content_again_is_no_new_version(base, hospital, clock):
    clock.forward(days=1)
    hospital.change(RESOURCES[0])
    meta = requests.get(f"{base}/Patient/p1", timeout=5).json()["meta"]
    assert meta == {"versionId": "1", "lastUpdated": "2026-03-01T08:00:00.000Z"}


def test_each_entry_of_a_batch_is_answered_on_its_own(base):
    urls = ["Observation?patient=Patient/p1", "Patient/p9", "Patient/p1"]
    asked = [{"request": {"method": "GET", "url": url}} for url in urls] + [
        {"request": {"method": "DELETE", "url": "Patient/p1"}}
    ]
    bundle = requests.post(base, json={"resourceType": "Bundle", "type": "batch", "entry": asked}, timeout=5).json()
    assert [one["response"]["status"] for one in bundle["entry"]] == ["200", "404", "200", "400"]
    assert ids(bundle["entry"][0]["resource"]) == ["o1", "o2"]


STUDY = {"resourceType": "ResearchStudy", "status": "active", "identifier": [{"system": "urn:reg", "value": "1"}]}
ONCE = {"If-None-Exist": "identifier=urn:reg|1"}


def test_a_create_on_condition_happens_once(base):
    with ThreadPoolExecutor(8) as eight:
        make = lambda _: requests.post(f"{base}/ResearchStudy", json=STUDY, headers=ONCE, timeout=5)  # noqa: E731
        answers = list(eight.map(make, range(8)))
    assert sorted(one.status_code for one in answers) == [200] * 7 + [201]
    assert len({one.json()["id"] for one in answers}) == 1


def test_a_create_on_condition_refuses_to_choose(base):
    for _ in range(2):
        assert requests.post(f"{base}/ResearchStudy", json=STUDY, timeout=5).status_code == 201
    assert requests.post(f"{base}/ResearchStudy", json=STUDY, headers=ONCE, timeout=5).status_code == 412


def test_an_update_needs_the_version_it_knows(base):
    made = requests.post(f"{base}/ResearchStudy", json=STUDY, timeout=5)
    place = f"{base}/ResearchStudy/{made.json()['id']}"
    changed = made.json() | {"status": "completed"}
    match = {"If-Match": made.headers["ETag"]}
    assert requests.put(place, json=changed, headers=match, timeout=5).status_code == 200
    assert requests.put(place, json=changed | {"status": "withdrawn"}, headers=match, timeout=5).status_code == 412
    assert requests.get(place, timeout=5).json()["status"] == "completed"


def test_an_update_with_a_version_makes_nothing_anew(base):
    answer = requests.put(f"{base}/Patient/p9", json=person("p9"), headers={"If-Match": 'W/"1"'}, timeout=5)
    assert answer.status_code == 412
    assert requests.put(f"{base}/Patient/p9", json=person("p9"), timeout=5).status_code == 201


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"resourceType": "Patient", "id": "p1"}'])
def test_a_body_that_is_no_such_resource_is_refused(base, body):
    assert requests.put(f"{base}/ResearchStudy/p1", data=body, timeout=5).status_code == 400


def test_an_answer_may_be_as_short_as_wished(base):
    minimal = {"Prefer": "return=minimal"}
    answer = requests.post(f"{base}/ResearchStudy", json=STUDY, headers=minimal, timeout=5)
    assert answer.content == b"" and "/ResearchStudy/" in answer.headers["Location"]


def test_long_answers_are_packed_for_those_who_can_unpack(base):
    packed = requests.get(f"{base}/metadata", timeout=5)
    plain = requests.get(f"{base}/metadata", headers={"Accept-Encoding": "identity"}, timeout=5)
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert packed.json() == plain.json()


def test_the_capability_statement_says_what_can_be_searched(base):
    statement = search(base, "metadata")
    names = {one["type"]: [p["name"] for p in one["searchParam"]] for one in statement["rest"][0]["resource"]}
    assert statement["fhirVersion"] == "4.0.1"
    assert {"_lastUpdated", "category", "code", "patient"} <= set(names["Observation"])


def test_the_hospital_knows_what_it_was_asked(base, hospital):
    search(base, "Observation?code=1-1")
    requests.post(f"{base}/Observation/_search", data={"patient": "p1"}, timeout=5)
    get = {"request": {"method": "GET", "url": "Patient/p1"}}
    requests.post(base, json={"resourceType": "Bundle", "type": "batch", "entry": [get]}, timeout=5)
    assert list(hospital.asked) == [
        "GET /Observation?code=1-1",
        "POST /Observation/_search?patient=p1",
        "POST /",
        "GET /Patient/p1 in a bundle",
    ]


def test_somebody_in_front_may_answer_instead(hospital):
    def closed(visit, request):
        if request.path == "Patient":
            visit.send_error(503)
        return request.path == "Patient"

    with hospital.serve(front=closed) as base:
        assert requests.get(f"{base}/Patient", timeout=5).status_code == 503
        assert ids(search(base, "Observation?_id=o1")) == ["o1"]


def test_it_is_reached_from_this_machine_alone(base):
    assert base.startswith("http://127.0.0.1:")
