"""A resource is found however it is referred to, and another server's is never taken for it (faults 40 and 41)."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from adapter import pipeline
from adapter.facts.read.references import Bases
from adapter.sources.folder import FolderSource
from tests.robustness.ward import AS_OF, CASES, resources, screen

HOME, ELSEWHERE = "https://hospital.example/fhir", "https://elsewhere.example/fhir"
KINDS = ("candidate", "potential", "open", "ineligible")
SOME = [case for kind in KINDS for case in [case for case in CASES if f"-{kind}-" in case.stem][:1]]
FORMS: dict[str, Callable[[str], str]] = {
    "relative": lambda key: key,
    "versioned": lambda key: f"{key}/_history/7",
    "absolute": lambda key: f"{HOME}/{key}",
    "absolute, versioned": lambda key: f"{HOME}/{key}/_history/7",
    "absolute, dressed up": lambda key: f"HTTPS://Hospital.Example:443/fhir/{key}",
}


def referred(resource: dict[str, Any], form: Callable[[str], str]) -> dict[str, Any]:
    """Return a resource with its references in another form; what is contained stays as it is."""

    def walk(value: Any) -> Any:
        if isinstance(value, list):
            return [walk(one) for one in value]
        if not isinstance(value, dict):
            return value
        if isinstance(value.get("reference"), str) and not value["reference"].startswith("#"):
            value = {**value, "reference": form(value["reference"])}
        return {key: walk(inner) for key, inner in value.items()}

    return walk(copy.deepcopy(resource))


def everybody() -> Iterator[dict[str, Any]]:
    for case in SOME:
        yield from resources(case)


def judged(folder: Path, *own: str) -> tuple[list[str], dict[str, Any]]:
    """Return the decisions and the account."""
    cohort = pipeline.read(FolderSource(folder, own), screen())
    return [line.text for line in pipeline.lines(cohort.records, screen(), AS_OF)], cohort.tally.as_dict()["resources"]


def laid_out(folder: Path, *some: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "all.ndjson").write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in some), "utf-8")
    return folder


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """The decisions where every reference is relative; they are of all kinds and rest on Medications by reference."""
    decisions, account = judged(laid_out(tmp_path_factory.mktemp("plain"), *everybody()))
    assert account["Observation"]["ignored"].keys() <= {"not wanted code"}
    return decisions


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("escaped", [False, True])
def test_41_every_form_of_reference_finds_its_resource(form, escaped, plain, tmp_path):
    folder = laid_out(tmp_path / "in", *(referred(one, FORMS[form]) for one in everybody()))
    if escaped:  # as PHP writes it
        (folder / "all.ndjson").write_text((folder / "all.ndjson").read_text("utf-8").replace("/", r"\/"), "utf-8")
    assert judged(folder)[0] == plain
    assert judged(folder, HOME)[0] == plain


def test_41_absolute_and_relative_together_find_theirs_where_the_address_is_known(plain, tmp_path):
    mixed = [referred(one, FORMS["absolute"]) if number % 2 else one for number, one in enumerate(everybody())]
    folder = laid_out(tmp_path / "in", *mixed)
    assert judged(folder, HOME + "/")[0] == plain
    decisions, account = judged(folder)  # unknown, it may be another server's
    assert decisions != plain
    assert account["Observation"]["ignored"]["of another server"] > 0


@pytest.mark.parametrize("kind", ["transaction", "collection"])
@pytest.mark.parametrize("address", ["urn", "absolute"])
def test_41_within_a_bundle_full_urls_are_what_is_referred_to(kind, address, plain, tmp_path):
    def form(key: str) -> str:
        return f"urn:uuid:{uuid5(NAMESPACE_URL, key)}" if address == "urn" else f"{HOME}/{key}"

    entries = [
        {"fullUrl": form(f"{one['resourceType']}/{one['id']}"), "resource": referred(one, form)} for one in everybody()
    ]
    entries[0]["resource"]["note"] = [{"reference": f"{ELSEWHERE}/Patient/nobody"}]
    bundle = {"resourceType": "Bundle", "type": kind, "entry": entries[::-1]}
    (tmp_path / "all.json").write_text(json.dumps(bundle), "utf-8")
    assert judged(tmp_path)[0] == plain


def test_41_an_entry_without_an_id_has_that_of_its_urn(tmp_path):
    case = SOME[0]
    ids = {f"{one['resourceType']}/{one['id']}": str(uuid5(NAMESPACE_URL, one["id"])) for one in resources(case)}
    entries = []
    for one in resources(case):
        bare = referred(one, lambda key: f"urn:uuid:{ids[key]}" if key in ids else key)
        entries.append({"fullUrl": f"urn:uuid:{ids[one['resourceType'] + '/' + bare.pop('id')]}", "resource": bare})
    for name, content in (("with", list(resources(case))), ("without", [])):
        (tmp_path / name).mkdir()
        made = [{"resource": one} for one in content] or entries
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": made}
        (tmp_path / name / "all.json").write_text(json.dumps(bundle), "utf-8")
    (given,), (taken,) = judged(tmp_path / "with")[0], judged(tmp_path / "without")[0]
    for key, uuid in ids.items():
        kind = key.partition("/")[0]
        given = given.replace(f'"{key}"', f'"{kind}/{uuid}"')
    assert json.loads(taken)["decision"] == json.loads(given)["decision"]
    assert json.loads(taken)["patient"] == json.loads(given)["patient"]
    assert json.loads(taken)["scores"] == json.loads(given)["scores"]


@pytest.mark.parametrize("own", [(), (HOME,)])
def test_41_ids_of_another_server_never_equal_ours(own, plain, tmp_path):
    """Everybody's records again, in other ids, about a patient elsewhere who has the id of one here."""
    patients = [f"Patient/{one['id']}" for one in everybody() if one["resourceType"] == "Patient"]
    namesake = dict(zip(patients, patients[::-1], strict=True))
    theirs = [
        {**referred(one, lambda key: f"{ELSEWHERE}/{namesake.get(key, key)}"), "id": f"x-{one['id']}"}
        for one in everybody()
        if one["resourceType"] not in {"Patient", "Medication", "ResearchStudy"}
    ]
    decisions, account = judged(laid_out(tmp_path / "in", *everybody(), *theirs), *own)
    assert decisions == plain
    assert account["Condition"]["ignored"]["of another server"] > 0


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        ({"reference": "patient/{id}"}, "no patient named"),
        ({"reference": "Patient/{id}x"}, "patient not in the source"),
        ({"reference": "urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7"}, "no patient named"),
        ({"reference": "#p"}, "no patient named"),
        ({"identifier": {"system": "urn:mrn", "value": "1"}}, "no patient named"),
        ({"display": "somebody"}, "no patient named"),
        ({"reference": "//elsewhere.example/fhir/Patient/{id}"}, "of another server"),
        ({"reference": "https://hospital.example/fhir2/Patient/{id}"}, "of another server"),
        ({"reference": "http://hospital.example/fhir/Patient/{id}"}, "of another server"),
        ({"reference": "https://hospital.example.evil/fhir/Patient/{id}"}, "of another server"),
        ({"reference": "https://hospital.example:8443/fhir/Patient/{id}"}, "of another server"),
        ({"reference": "https://hospital.example/fhir/x/Patient/{id}"}, "of another server"),
        ({"reference": "urn:x/Patient/{id}"}, "of another server"),
    ],
)
def test_41_what_names_nobody_here_is_counted_with_the_reason(subject, reason, tmp_path):
    case = next(case for case in SOME if "-candidate-" in case.stem)
    about = next(one["id"] for one in resources(case) if one["resourceType"] == "Patient")
    named = json.loads(json.dumps(subject).replace("{id}", about))
    hiv = {"system": "http://snomed.info/sct", "code": "86406008"}  # would rule out
    odd = {"resourceType": "Condition", "id": "odd", "subject": named, "code": {"coding": [hiv]},
           "onsetDateTime": "2020-01-01"}  # fmt: skip
    without = judged(laid_out(tmp_path / "without", *resources(case)), HOME)[0]
    decisions, account = judged(laid_out(tmp_path / "with", *resources(case), odd), HOME)
    assert decisions == without
    assert account["Condition"]["ignored"][reason] == 1
    ours = {**odd, "subject": {"reference": f"{HOME}/Patient/{about}"}}
    assert judged(laid_out(tmp_path / "ours", *resources(case), ours), HOME)[0] != without


def drug(**medication: Any) -> dict[str, Any]:
    about = {"resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order"}
    return {**about, "subject": {"reference": "Patient/p"}, "authoredOn": "2026-03-01", **medication}


CYCLOPHOSPHAMIDE = {"text": "cyclophosphamide"}
INSIDE = [{"resourceType": "Medication", "id": "m1", "code": CYCLOPHOSPHAMIDE}]


@pytest.mark.parametrize(
    ("request_", "found"),
    [
        (drug(medicationReference={"reference": "Medication/m1"}), True),
        (drug(medicationReference={"reference": f"{HOME}/Medication/m1/_history/3"}), True),
        (drug(medicationReference={"reference": "#m1"}, contained=INSIDE), True),
        (drug(medicationReference={"display": "cyclophosphamide"}), True),
        (drug(medicationReference={"identifier": {"value": "1"}, "display": "cyclophosphamide"}), True),
        (drug(medicationReference={"reference": f"{ELSEWHERE}/Medication/m1"}), False),
        (drug(medicationReference={"reference": "#m1"}), False),  # not contained: no Medication of the server's
        (drug(medicationReference={"reference": "medication/m1"}), False),
        (drug(medicationReference={"identifier": {"value": "m1"}}), False),
    ],
)
def test_40_41_a_drug_is_known_by_reference_to_its_own_medication_alone(request_, found, tmp_path):
    patient = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1990-01-01"}
    medication = {"resourceType": "Medication", "id": "m1", "code": CYCLOPHOSPHAMIDE}
    laid_out(tmp_path, patient, medication, request_)
    (record,) = pipeline.read(FolderSource(tmp_path, (HOME,)), screen()).records
    assert bool(record.facts) is found


@pytest.mark.parametrize(
    "text",
    ["/" * 100_000, "https:" + "/" * 100_000, "Patient/" * 50_000, "a:" * 90_000, "\\\\" * 50_000, ":/" * 90_000],
)
def test_a_reference_of_any_length_is_read_at_once(text):
    """Fault 19: what is long costs no more than its length."""
    raw = b'{"reference":"%b"}' % text.encode()
    bases = Bases((HOME,))
    for _ in range(50):
        bases.bring_home(raw)
