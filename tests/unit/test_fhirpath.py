"""FHIRPath as views use it: each function, operator and literal, and what odd data does to them."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.errors import ViewError
from adapter.facts.views.fhirpath import UNSURE, Scope, compile_path

PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "active": False,
    "birthDate": "1980-05",
    "_birthDate": {"extension": [{"url": "urn:why", "valueCode": "asked"}]},
    "name": [{"use": "old", "family": "A", "given": ["x", "y"]}, {"use": "usual", "family": "B", "given": ["z"]}],
    "multipleBirthInteger": 2,
    "extension": [{"url": "urn:a", "valueQuantity": {"value": 3}}],
    "contained": [{"resourceType": "Medication", "id": "m"}, {"resourceType": "Organization", "id": "o"}],
}


def values(path, resource=PATIENT, **constants):
    return compile_path(path, constants).collect(resource, Scope(resource))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("name.family", ["A", "B"]),
        ("Patient.name.given", ["x", "y", "z"]),
        ("Observation.name", []),
        ("`name`.family", ["A", "B"]),
        ("name[1].given[0]", ["z"]),
        ("name[2].family", []),
        ("name[-1].family", []),
        ("name.given[2]", ["z"]),
        ("name.where(use = 'old').given", ["x", "y"]),
        ("name.where($this.use != 'old').family", ["B"]),
        ("name.given.where($this = 'y')", ["y"]),
        ("name.first().given.first()", ["x"]),
        ("name.period.exists()", [False]),
        ("name.exists(use = 'usual')", [True]),
        ("name.period.empty()", [True]),
        ("name.given.join('-')", ["x-y-z"]),
        ("name.given.join()", ["xyz"]),
        ("photo.join(',')", [""]),
        ("active.not()", [True]),
        ("photo.not()", []),
        ("multipleBirth", [2]),
        ("multipleBirth.ofType(integer)", [2]),
        ("multipleBirth.ofType(boolean)", []),
        ("extension('urn:a').value.ofType(Quantity).value", [3]),
        ("extension('urn:b')", []),
        ("birthDate.extension('urn:why').value", ["asked"]),
        ("contained.ofType(Medication).id", ["m"]),
        ("$this.id", ["p1"]),
        ("getResourceKey()", ["Patient/p1"]),
        ("%rowIndex", [0]),
        ("{}", []),
        ("id // a remark", ["p1"]),
        (r"'it\'s \u00e9\n'", ["it's é\n"]),
    ],
)
def test_a_path_gives(path, expected):
    assert values(path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("1.1 + 2.2", 3.3),
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("7 - 2 - 1", 4),
        ("3 / 2", 1.5),
        ("-2 + 1", -1),
        ("1 / 0", None),
        ("'a' + 'b'", "ab"),
        ("'a' + 1", None),
        ("true + 1", None),
        ("1 = 1.0", True),
        ("true = 1", False),
        ("'a' = 1", False),
        ("1 != 2", True),
        ("1 < 2 = true", True),
        ("'a' < 'b'", True),
        ("'a' > 1", None),
        ("{} = 1", None),
        ("@1980-05 = @1980-05-03", None),
        ("@1980-05 < @1980-06-01", True),
        ("@1980 <= @1980-06-01", None),
        ("@2020-01-01T12:00:00Z = @2020-01-01T14:00:00.0+02:00", True),
        ("@2020-01-01T12:00 > @2020-01-01T10:00Z", None),
        ("@2020-01-01T12:00 = @2020-01-01T12:00Z", None),
        ("@T12:30 < @T12:45", True),
        ("@2020-01-01 = 'soon'", False),
        ("@2020-01-01 < 'soon'", None),
    ],
)
def test_operators(path, expected):
    assert values(path) == ([] if expected is None else [expected])


T, F, U = "true", "false", "{}"


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [(T, T, T, T), (T, F, F, T), (T, U, U, T), (F, F, F, F), (F, U, F, U), (U, U, U, U)],
)
def test_and_or_have_three_values(left, right, both, either):
    for one, other in ((left, right), (right, left)):
        assert values(f"{one} and {other}") == values(both)
        assert values(f"{one} or {other}") == values(either)


def test_and_binds_tighter_than_or_and_equality_looser_than_order():
    assert values("true or false and false") == [True]
    assert values("2 > 1 = 3 > 2") == [True]


@pytest.mark.parametrize(
    ("left", "right", "total"),
    [
        (1.1, 2.2, 3.3),
        (Decimal("1.10"), Decimal("2.2"), Decimal("3.30")),
        (1, 2, 3),
        (Decimal("0.1"), 1, Decimal("1.1")),
    ],
)
def test_numbers_are_exact_and_come_back_in_their_kind(left, right, total):
    (found,) = values("a + b", {"a": left, "b": right})
    assert (found, type(found), str(found)) == (total, type(total), str(total))


@pytest.mark.parametrize("number", [1e308, Decimal("9e999999"), float("nan"), float("inf")])
def test_a_number_out_of_range_has_no_sum(number):
    assert values("a * 10000000000", {"a": number}) == []


def test_a_float_equals_the_decimal_of_the_same_digits():
    assert values("a = b", {"a": 1.1, "b": Decimal("1.10")}) == [True]


@pytest.mark.parametrize(
    ("kind", "value", "low", "high"),
    [
        ("Quantity).value", {"value": 1.0}, 0.95, 1.05),
        ("Quantity).value", {"value": 5}, 4.5, 5.5),
        ("Quantity).value", {"value": Decimal("-1.50")}, Decimal("-1.505"), Decimal("-1.495")),
        ("date)", "2023-02", "2023-02-01", "2023-02-28"),
        ("date)", "2024", "2024-01-01", "2024-12-31"),
        ("dateTime)", "2024-02", "2024-02-01T00:00:00.000+14:00", "2024-02-29T23:59:59.999-12:00"),
        ("dateTime)", "2024-02-01T10:11:12.5Z", "2024-02-01T10:11:12.500Z", "2024-02-01T10:11:12.599Z"),
        ("time)", "08:15", "08:15:00.000", "08:15:59.999"),
        ("dateTime)", "2024-13", None, None),
        ("string)", "soon", None, None),
        ("boolean)", True, None, None),
    ],
)
def test_boundaries_span_what_the_precision_leaves_open(kind, value, low, high):
    name = kind.partition(")")[0]
    resource = {"value" + name[0].upper() + name[1:]: value}
    for function, expected in (("lowBoundary", low), ("highBoundary", high)):
        assert values(f"value.ofType({kind}.{function}()", resource) == ([] if expected is None else [expected])


def test_a_birth_date_is_a_date_and_the_start_of_a_period_a_date_time():
    assert values("birthDate.highBoundary()") == ["1980-05-31"]
    assert values("start.lowBoundary()", {"start": "2020"}) == ["2020-01-01T00:00:00.000+14:00"]


@pytest.mark.parametrize(
    ("reference", "any_type", "as_patient"),
    [
        ({"reference": "Patient/1"}, "Patient/1", "Patient/1"),
        ({"reference": "https://x.example/fhir/Patient/1/_history/2"}, "Patient/1", "Patient/1"),
        ({"reference": "Group/1"}, "Group/1", None),
        ({"reference": "urn:uuid:6"}, "urn:uuid:6", None),
        ({"reference": "urn:uuid:6", "type": "Patient"}, "urn:uuid:6", "urn:uuid:6"),
        ({"reference": "#a"}, "#a", "#a"),
        ({"reference": "#b"}, "#b", None),
        ({"reference": "Patient?identifier=1"}, None, None),
        ({"identifier": {"value": "1"}}, None, None),
        ({"reference": 7}, None, None),
        ("Patient/1", None, None),
    ],
)
def test_reference_keys(reference, any_type, as_patient):
    resource = {"subject": reference, "contained": [{"resourceType": "Patient", "id": "a"}, "odd"]}
    for argument, expected in (("", any_type), ("Patient", as_patient)):
        assert values(f"subject.getReferenceKey({argument})", resource) == ([expected] if expected else [])


@pytest.mark.parametrize("resource", [{"resourceType": "Patient"}, {"resourceType": "Patient", "id": 5}, {"id": "1"}])
def test_a_resource_without_type_or_id_has_no_key(resource):
    assert values("getResourceKey()", resource) == []


@pytest.mark.parametrize(
    ("resource", "path", "expected"),
    [
        ({"name": {"family": "A"}}, "name.family", ["A"]),
        ({"name": [None, {"family": "A"}, [{"family": "B"}]]}, "name.family", ["A"]),
        ({"name": "A"}, "name.family", []),
        ({"name": ["A", 1, True]}, "name.family", []),
        ({"name": None}, "name", []),
        ({"name": "\ud800"}, "name", ["\ud800"]),
        ({"name": ["a", 1]}, "name.join(',')", ["a"]),
        ({"a": [1, 2], "b": 1}, "a + b", []),
        ({"extension": "urn:a"}, "extension('urn:a')", []),
        ({"valueQuantity": {"value": 1}, "valueAge": {"value": 2}}, "value.ofType(Quantity).value", [1, 2]),
    ],
)
def test_odd_data_does_not_raise(resource, path, expected):
    assert values(path, resource) == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "value", "valueQuantity", "valueAge"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(JSON, st.sampled_from(["a", "a.a", "value.ofType(Quantity)", "a.value.ofType(Quantity).value"]))
def test_the_short_cut_reads_what_the_long_way_reads(resource, text):
    path = compile_path(text, {})
    assert path.quick
    found, everything = path.quick(resource), path.collect(resource, Scope(resource))
    if isinstance(resource, dict) and found is not UNSURE:
        assert repr(everything) == repr([] if found is None else [found])


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3), st.decimals(allow_nan=False, allow_infinity=False))
def test_a_decimal_lies_between_its_boundaries(number, other):
    resource = json.loads(json.dumps({"a": str(number)})) | {"n": number, "m": other}
    assert values("n.lowBoundary() < n and n < n.highBoundary()", resource) == [True]
    assert values("n < m", resource) == [number < other]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("@@", "character 1: '@' cannot stand here"),
        ("name.", "expected a name, found 'the end'"),
        ("name[0", r"expected '\]'"),
        ("name family", "'family' is not an operator"),
        ("name.wher(use)", r'no function wher\(\).*Did you mean "where"'),
        ("name.where()", r"where\(\) takes 1 arguments, not 0"),
        ("name.first(1)", r"first\(\) takes 0 arguments, not 1"),
        ("value.ofType(Quanttity)", 'no type "Quanttity". Did you mean "Quantity"'),
        ("value.ofType(42)", "takes the name of a type"),
        ("%limt", 'constant %limt is not defined.*Did you mean "limit"'),
        ("(" * 5000 + "1", "nested too deeply"),
        ("'open", "cannot stand here"),
        ("f(1,)", r"expected a name, found '\)'"),
    ],
)
def test_a_wrong_path_is_refused_with_its_place(path, says):
    with pytest.raises(ViewError, match=says):
        values(path, limit=1)
