"""What a hospital could map is counted; what is of no study, and what may name a person, is not shown."""

import pytest

from adapter.facts.coding.codes import Codes
from adapter.facts.coding.unmapped import CODES_LISTED, Coding, Unmapped
from adapter.facts.sieve import Sieve, Verdict
from adapter.places import folder
from adapter.study.codelists import load_codelists

LOINC, LAB = "http://loinc.org", "http://lis.example.org/CodeSystem/test"
TEXT_ALONE = Coding()


@pytest.fixture(scope="module")
def codes():
    mappings = folder("mappings")
    return Codes(load_codelists([mappings / "codelists"], mappings / "hospitals" / "example"))


@pytest.mark.parametrize(
    ("codings", "missed"),
    [
        ([Coding("urn:lab", "X1", "补体")], Coding("urn:lab", "X1", "补体")),
        ([Coding("", "X1")], Coding("", "X1")),
        ([Coding("urn:a", "A"), Coding("urn:b", "B")], Coding("urn:a", "A")),
        ([Coding("loinc", "8302-2")], Coding("loinc", "8302-2")),  # a name that no table knows for LOINC: worth knowing
        ([Coding(LOINC, "8302-2", "Body height")], None),
        ([Coding("urn:oid:2.16.840.1.113883.6.1", "8302-2")], None),
        ([Coding("urn:lab", "X1"), Coding(LOINC, "8302-2")], None),
        ([Coding(LAB, "C3")], None),  # in codes.csv
        ([Coding("urn:lab", "X1"), Coding(LAB, "C3")], None),
        ([], None),
        ([Coding(display="Zhang Wei")], TEXT_ALONE),
        ([Coding("urn:lab", "张伟 1"), Coding(display="a text")], TEXT_ALONE),
        ([Coding("urn:lab", "X1", "two\nlines")], Coding("urn:lab", "X1")),
        ([Coding("urn:lab", "X1", "x" * 81)], Coding("urn:lab", "X1")),
    ],
)
def test_what_somebody_could_map(codes, codings, missed):
    assert codes.missed(codings) == missed


def concept(code: str, system: str = "urn:lab") -> bytes:
    return b'{"coding":[{"system":"%b","code":"%b"}]}' % (system.encode(), code.encode())


@pytest.mark.parametrize(
    ("rest", "found"),
    [
        (b'"code":' + concept("X1"), ["X1"]),
        (b'"code":' + concept("8302-2", LOINC), []),
        (b'"code":%b,"component":[{"code":%b},{"code":%b}]' % (*map(concept, ("X1", "X2", "X1")),), ["X1", "X2", "X1"]),
        (b'"code":%b,"valueCodeableConcept":%b' % (concept("X1"), concept("V1")), ["X1"]),
    ],
)
def test_the_first_look_names_what_it_lets_go(codes, rest, found):
    sieve = Sieve(codes.wanted, codes.missed)
    for _ in range(2):  # asked once, told each time
        look = sieve.look(b'{"resourceType":"Observation","id":"o",%b}' % rest)
        assert look.verdict is Verdict.NOT_WANTED
        assert [coding.code for coding in look.missed] == found


def test_a_drug_is_named_by_its_medication(codes):
    look = Sieve(codes.wanted, codes.missed).look(
        b'{"resourceType":"MedicationRequest","id":"m","medicationCodeableConcept":%b}' % concept("D1")
    )
    assert look.missed == (Coding("urn:lab", "D1"),)


def test_a_display_is_shown_once_two_patients_have_it():
    unmapped = Unmapped()
    for patient, display in (("a", "C3"), ("a", "C3"), ("a", "of Zhang Wei"), ("b", "of Li Na")):
        unmapped.miss_code("Observation", Coding("urn:lab", "1", display), patient)
    assert unmapped.as_dict()["unmapped_displays"] == {}
    unmapped.miss_code("Observation", Coding("urn:lab", "1", "C3"), "b")
    assert unmapped.as_dict()["unmapped_displays"] == {"urn:lab|1": "C3"}
    assert unmapped.as_dict()["unmapped_codes"] == {"urn:lab|1": 5}


def test_displays_of_two_accounts_meet():
    one, other = Unmapped(), Unmapped()
    for account, patient in ((one, "a"), (other, "b")):
        account.miss_code("Observation", Coding("urn:lab", "1", "C3"), patient)
    one.update(other)
    assert one.as_dict()["unmapped_displays"] == {"urn:lab|1": "C3"}


def test_the_most_frequent_come_first_and_the_rest_is_counted():
    unmapped = Unmapped()
    for number in range(CODES_LISTED + 2):
        for _ in range(1 + (number == 700)):
            unmapped.miss_code("Observation", Coding("urn:lab", f"{number:04}"), None)
    told = unmapped.as_dict()
    assert list(told["unmapped_codes"].items())[:2] == [("urn:lab|0700", 2), ("urn:lab|0000", 1)]
    assert len(told["unmapped_codes"]) == CODES_LISTED
    assert told["unmapped_codes_not_listed"] == {"codes": 2, "times": 2}


def test_a_unit_is_told_with_its_concept():
    unmapped = Unmapped()
    for concept_, unit in (("igg", "RU/mL"), ("c3", "furlong"), ("c3", "furlong"), ("c4", "\x1b[2J")):
        unmapped.miss_unit(concept_, unit)
    assert unmapped.as_dict()["unmapped_units"] == [["c3", "furlong", 2], ["c4", "", 1], ["igg", "RU/mL", 1]]
