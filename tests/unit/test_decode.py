"""One resource from bytes: odd data is named or mended, never a crash and never a long wait."""

import itertools
import json
import time
from collections import Counter
from decimal import Decimal

import pytest

from adapter.facts.decode import MAX_BYTES, MAX_DEPTH, REPLACED, Unreadable, Untrusted, decode, members, parse


def observation(value: str) -> bytes:
    return f'{{"resourceType":"Observation","id":"o1","valueQuantity":{{"value":{value}}}}}'.encode()


def value_of(text: str):
    return decode(observation(text))["valueQuantity"]["value"]


def reason_of(raw: bytes) -> str:
    started = time.monotonic()
    with pytest.raises(Unreadable) as caught:
        decode(raw)
    assert time.monotonic() - started < 1
    return caught.value.reason


@pytest.mark.parametrize("text", ["0.520", "-0.5", "1E2", "1.5e-30", "9.99e30", "0." + "1" * 39, "1.00"])
def test_a_decimal_keeps_its_digits(text):
    assert str(value_of(text)) == str(Decimal(text))


@pytest.mark.parametrize("text", ["0", "-7", "9" * 40, "-" + "9" * 40])
def test_an_integer_stays_an_integer(text):
    assert value_of(text) == int(text)
    assert type(value_of(text)) is int


@pytest.mark.parametrize(
    "text",
    [
        "1e999999",
        "1e999999999999999999999999",
        "-1e-999999",
        "1e31",
        "0e400",
        "1." + "1" * 41,
        "1." + "1" * 5_000_000,
        "9" * 41,
        "9" * 5_000_000,
        "NaN",
        "Infinity",
        "-Infinity",
    ],
    ids=lambda text: f"{text[:12]}-{len(text)}",
)
def test_a_number_out_of_proportion_costs_only_itself(text):
    started = time.monotonic()
    assert value_of(text) == Untrusted(text[:60])
    assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "not-json"),
        (b'{"resourceType":"Observation","id":"o', "not-json"),
        (observation("1") + observation("2"), "not-json"),
        (observation("01"), "not-json"),
        (observation('"\xff"').decode().encode("latin-1"), "not-utf8"),
        ('{"resourceType":"Patient","id":"p"}'.encode("utf-16"), "not-utf8"),
        (b"\xed\xa0\x80", "not-utf8"),
        (observation("[" * 200_000 + "]" * 200_000), "too-deep"),
        (observation('{"a":' * 200_000 + "1" + "}" * 200_000), "too-deep"),
        (b"[" * 200_000, "too-deep"),
        (b'{"a":"' + b'\\"' * 200_000 + b"[" * 200_000, "not-json"),
        (observation('"' + "x" * MAX_BYTES + '"'), "too-large"),
        (b"[]", "not-an-object"),
        (b"null", "not-an-object"),
        (b"{}", "no-resource-type"),
        (b'{"resourceType":5,"id":"p"}', "no-resource-type"),
        (b'{"resourceType":"","id":"p"}', "no-resource-type"),
        (b'{"resourceType":"Patient"}', "no-id"),
        (b'{"resourceType":"Patient","id":7}', "no-id"),
        (b'{"resourceType":"Patient","id":""}', "no-id"),
    ],
    ids=lambda part: part[:24] if isinstance(part, bytes) else part,
)
def test_what_is_no_resource_has_a_reason(raw, reason):
    assert reason_of(raw) == reason


def test_depth_is_allowed_up_to_the_limit_and_brackets_in_strings_do_not_count():
    inner = MAX_DEPTH - 2  # the resource and valueQuantity are two
    assert value_of("[" * inner + "]" * inner)
    assert reason_of(observation("[" * (inner + 1) + "]" * (inner + 1))) == "too-deep"
    assert value_of('"' + '[{\\"' * 500 + '"') == '[{"' * 500
    assert value_of("[" + "[]," * 500 + "[]]") == [[]] * 501


def test_a_byte_order_mark_is_no_content():
    assert decode(b"\xef\xbb\xbf" + observation("1")) == decode(observation("1"))


def test_a_memoryview_is_as_good_as_bytes():
    assert decode(memoryview(observation("1"))) == decode(observation("1"))


def test_half_a_surrogate_pair_is_replaced_and_counted():
    repairs: Counter[str] = Counter()
    resource = decode(rb'{"resourceType":"Patient","id":"p","x\ud800":["a\udfffb","\ud83d\ude00","\u0000"]}', repairs)
    assert resource["x�"] == ["a�b", "😀", "�"]
    assert repairs == {REPLACED: 3}
    json.dumps(resource, ensure_ascii=False).encode()


def test_an_escaped_backslash_before_ud800_is_left_alone():
    assert value_of(r'"\\ud800"') == r"\ud800"


def test_a_bare_tab_in_a_string_is_taken_for_what_it_is():
    assert value_of('"a\tb"') == "a\tb"


def test_the_last_of_two_equal_keys_counts():
    assert decode(b'{"resourceType":"Patient","id":"a","id":"b"}')["id"] == "b"


def test_members_are_found_where_no_parser_can_read():
    raw = b'{"a":[[[["\xff]"]]]], "b\\u0063" : {"x":NaN},"c":1 , "d":"cut'
    walk = members(raw)
    found = [(key, raw[start:end]) for key, start, end in itertools.islice(walk, 4)]
    assert found == [("a", b'[[[["\xff]"]]]]'), ("bc", b'{"x":NaN}'), ("c", b"1 "), ("d", b'"cut')]
    with pytest.raises(Unreadable):
        next(walk)


@pytest.mark.parametrize("cut", [b'{"b": "]}[{"', b'["]}, [{', b'[{"c": [}"}', b"[[[[", b'{"a":' * 50_000])
def test_a_member_that_is_cut_off_goes_to_the_end_whatever_brackets_its_texts_hold(cut):
    walk = members(b'{"a":1,"d":' + cut)
    assert [key for key, *_ in itertools.islice(walk, 2)] == ["a", "d"]
    with pytest.raises(Unreadable):
        next(walk)


def test_other_json_can_be_parsed_with_the_same_guards():
    assert parse(b" [1, 2.50] ") == [1, Decimal("2.50")]
