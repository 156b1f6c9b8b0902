"""Damaged copies of a resource: `damaged(resource, random)` is one of them as bytes, the same for the same seed."""

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple

Element = tuple[Any, Any]  # the object or array that holds it, and its key or place there

DEPTH = 200_000
LONG = 100_000
ODD_NUMBERS = ("1e999999", "-0", "-0.0", "1e-400", "9" * 40, "0." + "1" * 40, "-1", "-7.5e3", "1e30", "9e29", "0")
ODD_TEXTS = ("", " ", "NaN", "Infinity", "1e999999", "-", "null", "0", "\u200b", "１２.５", "🜍", "\t", "<5", "١٢")
ODD_DATES = (
    "2026-02-30",
    "2026-13-01",
    "0000-01-01",
    "9999-12-31",
    "2200-12-31T24:00:00Z",
    "1800-01-01T00:00:00+14:00",
)
MORE_DATES = (
    "2026-02-29T00:00:00",
    "yesterday",
    "2026-3-1",
    "20260301",
    "2026-03-16T25:61:61Z",
    "-2026",
    "2026-03-16T",
)
STATUSES = ("final", "active", "completed", "entered-in-error", "unknown", "preliminary", "FINAL", " final ", "stopped")
REFERENCES = (
    "", "/", "Patient/", "#", "#p1", "Patient/nobody", "https://elsewhere.example/Patient/c01/_history/7", "urn:uuid:1",
    "Patient/c01?x=1", "Patient/a/b/c", "../Patient/c01", "Patient/" + "x" * LONG, "/" * LONG, "Patient/" * 9_000,
)  # fmt: skip
OTHERS = (None, True, False, 0, 7, -1, 2.5, "text", [], {}, [[]], [None], [{}], {"value": None}, [1, "a", None])
VALUES = (
    ("valueQuantity", {"value": 5, "unit": "g/L"}), ("valueString", "阴性"), ("valueBoolean", True),
    ("valueInteger", 1),
    ("valueCodeableConcept", {"text": "positive"}), ("valueRange", {"low": {"value": 9}, "high": {"value": 1}}),
    ("valueRatio", {"numerator": {"value": 1}, "denominator": {"value": 0}}), ("valueDateTime", "2026-03-01"),
)  # fmt: skip
TYPES = (
    "Patient",
    "Observation",
    "Condition",
    "Medication",
    "MedicationRequest",
    "ResearchSubject",
    "",
    "Nobody",
)


class Raw(NamedTuple):
    """A piece of JSON text that no serialiser would write."""

    text: str


class Damaged(NamedTuple):
    """What was done to which copy, and its bytes."""

    kind: str
    raw: bytes


def damaged(resource: dict[str, Any], random: Random) -> Damaged:
    """Return one damaged copy of a resource."""
    kind = random.choice(KINDS)
    if kind in BYTES:
        return Damaged(kind, BYTES[kind](json.dumps(resource, ensure_ascii=False), random))
    copy = json.loads(json.dumps(resource))
    ELEMENTS[kind](copy, random)
    return Damaged(kind, _written(copy, random).encode("utf-8", "surrogatepass"))


def _elements(value: Any) -> Iterator[Element]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield value, key
        yield from _elements(inner)


def _any(copy: Any, random: Random, wanted: Callable[[Any, Any], bool] = lambda key, value: True) -> Element:
    """Choose an element; where none is as wanted, any."""
    every = list(_elements(copy))
    fitting = [(holder, key) for holder, key in every if wanted(key, holder[key])]
    return random.choice(fitting or every)


def _put(choices: tuple[Any, ...], wanted: Callable[[Any, Any], bool] = lambda key, value: True) -> Callable[..., None]:
    def put(copy: Any, random: Random) -> None:
        holder, key = _any(copy, random, wanted)
        holder[key] = random.choice(choices)

    return put


def _remove(copy: Any, random: Random) -> None:
    holder, key = _any(copy, random)
    del holder[key]


def _id(copy: Any, random: Random) -> None:
    copy["id"] = random.choice((None, 7, "", " ", ["a"], {}, True, "x" * LONG, "a/b", " padded ", "\ud800", 1.5))
    if random.random() < 0.3:
        del copy["id"]


def _second_value(copy: Any, random: Random) -> None:
    holder = random.choice([copy, *(h[k] for h, k in _elements(copy) if isinstance(h[k], dict))])
    holder.update(random.sample(VALUES, 2))


def _swap_shape(copy: Any, random: Random) -> None:
    holder, key = _any(copy, random, lambda key, value: isinstance(value, dict | list))
    value = holder[key]
    swapped = value[0] if isinstance(value, list) and value and random.random() < 0.7 else [value]
    holder[key] = {"0": value} if isinstance(value, list) and random.random() < 0.3 else swapped


def _deep(copy: Any, random: Random) -> None:
    holder, key = _any(copy, random)
    opened, closed = random.choice((("[", "]"), ('{"a":', "}"), ('[{"coding":', "}]")))
    depth = random.choice((90, 101, 2_000, DEPTH))
    holder[key] = Raw(opened * depth + "1" + closed * depth)


def _twice(copy: Any, random: Random) -> None:
    holder, key = _any(copy, random, lambda key, value: isinstance(key, str))
    first, second = random.sample([holder[key], *OTHERS], 2)
    if isinstance(key, str):
        holder[key] = Raw(f"{json.dumps(first)}, {json.dumps(key)}: {json.dumps(second)}")


def _long(copy: Any, random: Random) -> None:
    holder, key = _any(copy, random, _text)
    seed = random.choice(
        ("x", "1", "芍", "阴性", "- ", "1:", "<", " ", "/", "e", "\\", "泼尼松片", "due to ", "1.", "(", "9,")
    )
    holder[key] = (seed * LONG)[:LONG]


def _surrogate(copy: Any, random: Random) -> None:
    holder, key = _any(copy, random, _text)
    odd = random.choice((r"\ud800", r"\udfff", r"\udc00\ud800", r"\u0000", r"\ufffe", r"\u202e"))
    holder[key] = Raw(f'"{odd}{str(holder[key])[:20].translate(_PLAIN)}{odd}"')


def _many(copy: Any, random: Random) -> None:
    holder, key = _any(copy, random, lambda key, value: isinstance(value, list))
    holder[key] = [holder[key]] * 300 if not isinstance(holder[key], list) else holder[key] * 300


def _written(copy: Any, random: Random) -> str:
    raws: list[str] = []

    def keep(value: Any) -> Any:
        if isinstance(value, Raw):
            raws.append(value.text)
            return f"\ue000{len(raws) - 1}\ue000"
        if isinstance(value, dict):
            return {key: keep(inner) for key, inner in value.items()}
        return [keep(inner) for inner in value] if isinstance(value, list) else value

    text = json.dumps(keep(copy), ensure_ascii=random.random() < 0.5)
    for place, raw in enumerate(raws):
        for mark in (f'"\\ue000{place}\\ue000"', f'"\ue000{place}\ue000"'):
            text = text.replace(mark, raw)
    return text


def _text(key: Any, value: Any) -> bool:
    return isinstance(value, str) and key != "resourceType"


def _number(key: Any, value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _date(key: Any, value: Any) -> bool:
    return isinstance(value, str) and value[:4].isdigit() and value[4:5] in {"", "-"}


def _cut(text: str, random: Random) -> bytes:
    raw = text.encode()
    return raw[: random.randrange(1, len(raw))]


def _wrong_byte(text: str, random: Random) -> bytes:
    raw = bytearray(text.encode())
    raw[random.randrange(len(raw))] = random.choice((0, 1, 9, 0x22, 0x5C, 0x7B, 0x7D, 0x80, 0xC0, 0xED, 0xFF))
    return bytes(raw).replace(b"\n", b" ")


def _marked(text: str, random: Random) -> bytes:
    mark = b"\xef\xbb\xbf"
    return random.choice((mark, mark * 2, b" " + mark)) + text.encode()


def _encoded(text: str, random: Random) -> bytes:
    raw = text.encode(random.choice(("utf-16", "utf-32-le", "gb18030", "utf-8")), "replace")
    return raw.replace(b"\n", b" ").replace(b"\r", b" ")


_PLAIN = str.maketrans({'"': None, "\\": None, "\n": None})

ELEMENTS: dict[str, Callable[[Any, Random], None]] = {
    "another type": _put(OTHERS),
    "removed": _remove,
    "odd id": _id,
    "another resource type": lambda copy, random: copy.update(resourceType=random.choice(TYPES)),
    "two values": _second_value,
    "object for array": _swap_shape,
    "null": _put((None,)),
    "odd text": _put(ODD_TEXTS, _text),
    "odd number": _put(tuple(map(Raw, ODD_NUMBERS)), _number),
    "number for anything": _put(tuple(map(Raw, (*ODD_NUMBERS, "NaN", "-Infinity")))),
    "negative or huge": _put((-1, -0.001, 10**9, 1e15, 1e-9, 10**20), _number),
    "deep": _deep,
    "half a surrogate": _surrogate,
    "odd status": _put(STATUSES, lambda key, value: key in {"status", "code", "intent", "gender"}),
    "odd date": _put(ODD_DATES + MORE_DATES, _date),
    "odd reference": _put(REFERENCES, lambda key, value: key == "reference"),
    "long text": _long,
    "key twice": _twice,
    "very many": _many,
}  # fmt: skip
BYTES: dict[str, Callable[[str, Random], bytes]] = {
    "byte order mark": _marked,
    "truncated": _cut,
    "wrong byte": _wrong_byte,
    "encoding": _encoded,
    "null byte": lambda text, random: text.replace(random.choice('{":,'), "\0", 1).encode(),
    "nothing": lambda text, random: random.choice((b"null", b"[]", b"{}", b'""', b"0", b"[" * DEPTH, b'{"a":' * DEPTH)),
}
KINDS = tuple(ELEMENTS) * 2 + tuple(BYTES)
