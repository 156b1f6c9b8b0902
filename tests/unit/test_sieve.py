"""The first look at bytes loses nothing that a full reading would want, however the bytes are written."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.facts.decode import decode
from adapter.facts.sieve import DRUG_TYPES, Sieve, Verdict, glance, patient_key, read_head

LOINC = "http://loinc.org"
WANTED_CODES = {(LOINC, "5130-0"), (LOINC, "4485-9"), ("urn:local/lab", "C3/补体")}
WANTED_TEXTS = {"补体C3", 'C3 "serum"'}


def wanted(system, code, text):
    return (system, code) in WANTED_CODES or text in WANTED_TEXTS


def asked(concept) -> list[bool] | None:
    """Return the answers for a CodeableConcept; None where it is not as FHIR has it."""
    if concept is None:
        return []
    codings = [(c.get("system"), c.get("code"), c.get("display")) for c in concept.get("coding") or []]
    texts = [(None, None, concept["text"])] if concept.get("text") else []
    return [wanted(*question) for question in [c for c in codings if any(c)] + texts]


def oracle(raw: bytes) -> Verdict:
    """Judge from a full reading what the sieve judges from a look."""
    resource = decode(raw)
    if resource["resourceType"] in DRUG_TYPES:
        if "medicationReference" in resource or "contained" in resource:
            return Verdict.PASS
        names, values = [asked(resource.get("medicationCodeableConcept"))], []
    else:
        parts = [resource, *(resource.get("component") or [])]
        names = [asked(part.get("code")) for part in parts]
        values = [asked(part.get("valueCodeableConcept")) for part in parts]
    may = any(not name or any(name) for name in names) or any(any(value) for value in values)
    return Verdict.PASS if may else Verdict.NOT_WANTED


def write(value, rng: random.Random, style: int) -> str:
    """Serialise with shuffled keys, white space of one of three styles and needless escapes."""
    gap = ["", " ", "\r\n\t "][style]
    if isinstance(value, dict):
        pairs = list(value.items())
        rng.shuffle(pairs)
        inner = [f"{write(key, rng, 0)}{gap}:{gap}{write(item, rng, style)}" for key, item in pairs]
        return "{" + gap + f",{gap}".join(inner) + gap + "}"
    if isinstance(value, list):
        return "[" + gap + f"{gap},{gap}".join(write(item, rng, style) for item in value) + gap + "]"
    if isinstance(value, str):
        plain = {'"': '\\"', "\\": "\\\\"}
        often = rng.choice([0, 0.1, 1])
        return '"' + "".join(f"\\u{ord(c):04x}" if rng.random() < often else plain.get(c, c) for c in value) + '"'
    return json.dumps(value) if value is None or isinstance(value, bool) else str(value)


codings = st.fixed_dictionaries(
    {},
    optional={
        "system": st.sampled_from([LOINC, "urn:local/lab", "urn:other"]),
        "code": st.sampled_from(["5130-0", "4485-9", "C3/补体", "8302-2", "5130-0 "]),
        "display": st.sampled_from(["C3 [Mass/volume]", "补体C3", "}],{\\", "height"]),
        "userSelected": st.just(0),
    },
)
concepts = st.fixed_dictionaries(
    {},
    optional={
        "coding": st.lists(codings, max_size=3),
        "text": st.sampled_from(["补体C3", 'C3 "serum"', "Body height", "code"]),
        "extension": st.just([{"url": "code", "valueString": '{"code":'}]),
    },
)
components = st.fixed_dictionaries({"code": concepts}, optional={"valueCodeableConcept": concepts})
others = {
    "subject": st.sampled_from([{"reference": "Patient/p1"}, {"reference": "https://h/fhir/Patient/p1/_history/3"}]),
    "valueQuantity": st.just({"value": 0.52, "unit": "g/L", "code": "g/L"}),
    "note": st.just([{"text": '"code":{"coding":[{"system":"http://loinc.org","code":"5130-0"}]}'}]),
}
observations = st.fixed_dictionaries(
    {"resourceType": st.sampled_from(["Observation", "Condition", "Procedure"]), "id": st.just("r1")},
    optional={
        "code": concepts,
        "component": st.lists(components, max_size=3),
        "valueCodeableConcept": concepts,
        **others,
    },
)
drugs = st.fixed_dictionaries(
    {"resourceType": st.sampled_from(sorted(DRUG_TYPES)), "id": st.just("r1")},
    optional={
        "medicationCodeableConcept": concepts,
        "medicationReference": st.just({"reference": "Medication/m1"}),
        "contained": st.just([{"resourceType": "Medication"}]),
        "reasonCode": st.lists(concepts, max_size=1),
        **others,
    },
)


@settings(max_examples=400)
@given(resource=observations | drugs, rng=st.randoms(use_true_random=False), style=st.integers(0, 2))
def test_the_look_agrees_with_a_full_reading(resource, rng, style):
    raw = write(resource, rng, style).encode()
    look = Sieve(wanted).look(raw)
    assert (look.verdict, look.resource_type, look.id) == (oracle(raw), resource["resourceType"], "r1")
    assert look.patient == ("Patient/p1" if "subject" in resource else None)


WANTED_CODE = b'{"coding":[{"system":"http://loinc.org","code":"5130-0"}]}'
UNWANTED_CODE = WANTED_CODE.replace(b"5130-0", b"8302-2")


@pytest.mark.parametrize(
    "code",
    [
        WANTED_CODE,
        b"null",
        b"7",
        b'"5130-0"',
        b"[]",
        b"{}",
        b'{"coding":[]}',
        b'{"coding":[null]}',
        b'{"coding":[{"system":7}]}',
        b'{"coding":{"code":"5130-0"}}',
        rb'{"text":"\ud800"}',
        b'{"text":"\xff"}',
        b'{"text":"a\tb"}',
        UNWANTED_CODE + b',"code":' + WANTED_CODE,
        UNWANTED_CODE + b',"x":NaN',
        UNWANTED_CODE + b',"x":' + b"[" * 200_000 + b"]" * 200_000,
        UNWANTED_CODE + b',"id":7',
        UNWANTED_CODE + b',"subject":[]',
        UNWANTED_CODE + b',"component":{}',
        UNWANTED_CODE + b',"component":[{"valueString":"no code"}]',
        UNWANTED_CODE + b',"valueCodeableConcept":' + WANTED_CODE,
    ],
    ids=lambda code: code[:60].decode("latin-1"),
)
def test_what_is_wanted_or_odd_goes_the_full_way(code):
    raw = b'{"resourceType":"Observation","id":"o1","code":' + code + b"}"
    assert Sieve(wanted).look(raw).verdict is Verdict.PASS


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"{}", b'{"resourceType":7}', b'{"resourceType":""}'])
def test_what_has_no_type_goes_the_full_way(raw):
    assert Sieve(wanted).look(raw).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("raw", "verdict"),
    [
        (b'{"resourceType":"Patient","id":"p1"}', Verdict.PASS),
        (b'{"resourceType":"QuestionnaireResponse","id":"q"}', Verdict.PASS),
        (b'{"resourceType":"Encounter","id":"e"}', Verdict.OTHER_TYPE),
        (b'{"resourceType":"SearchParameter","id":"s","code":"a","component":{"x":NaN}}', Verdict.OTHER_TYPE),
        (b'{"resourceType":"Medication","id":"m","code":' + UNWANTED_CODE + b"}", Verdict.NOT_WANTED),
        (b'{"resourceType":"Medication","id":"m","code":' + UNWANTED_CODE + b',"ingredient":[{}]}', Verdict.PASS),
        (b'{"resourceType":"Observation","id":"o","code":' + UNWANTED_CODE + b"}", Verdict.NOT_WANTED),
    ],
)
def test_each_type_has_its_way(raw, verdict):
    assert Sieve(wanted).look(raw).verdict is verdict


@pytest.mark.parametrize("spoilt", [b'"x":NaN', b'"x":"\xff"', b'"x":' + b"[" * 200_000 + b"]" * 200_000, b'"x":"cut'])
def test_type_id_and_patient_are_found_in_spoilt_bytes(spoilt):
    raw = b'{"resourceType":"Observation","id":"o","subject":{"display":"x","reference":"Patient/p"},' + spoilt + b"}"
    head = glance(raw)
    assert (head.resourceType, head.id, head.patient_key()) == ("Observation", "o", "Patient/p")


@pytest.mark.parametrize("spoilt", [b"", b',"x":NaN'])
def test_of_an_enrolment_the_individual_is_the_patient(spoilt):
    raw = b'{"resourceType":"ResearchSubject","id":"s","individual":{"reference":"Patient/p"}' + spoilt + b"}"
    assert Sieve(wanted).look(raw).patient == "Patient/p"
    assert Sieve(wanted).look(raw.replace(b"ResearchSubject", b"Observation")).patient is None


def test_a_head_read_by_the_source_is_not_read_again():
    head = read_head(b'{"resourceType":"Observation","id":"o","code":' + UNWANTED_CODE + b"}")
    assert Sieve(wanted).look(b"not looked at", head).verdict is Verdict.NOT_WANTED


def test_the_same_code_is_asked_for_once():
    questions = []
    sieve = Sieve(lambda *question: bool(questions.append(question)))
    for number in range(50):
        sieve.look(b'{"resourceType":"Observation","id":"%d","code":%b}' % (number, UNWANTED_CODE))
    assert questions == [(LOINC, "8302-2", None)]


@pytest.mark.parametrize(
    ("reference", "key"),
    [
        ("Patient/p-1.x", "Patient/p-1.x"),
        ("Patient/p/_history/2", "Patient/p"),
        ("https://h:1/fhir/Patient/p", "Patient/p"),
        ("https://h/fhir/Patient/p/_history/2", "Patient/p"),
        ("Group/p", None),
        ("OutPatient/p", None),
        ("#p", None),
        ("urn:uuid:1", None),
        ("Patient/", None),
    ],
)
def test_the_patient_is_named_alike_however_it_is_referred_to(reference, key):
    """Fault 41: references in every form."""
    assert patient_key(reference) == key
