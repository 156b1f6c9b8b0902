"""The same resources in other bytes: keys in another order, other white space, escapes, files, and older versions."""

import gzip
import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
WAYS = ("lines", "zipped", "bundle", "files")
OLD_CODES = ("4548-4", "4485-9", "32677-7", "73211009", "55464009", "8640", "5227")
GAPS = ("", "", " ", "\t ", "\r\t")


class Digits(str):
    """A number as it was written."""

    __slots__ = ()


def loaded(text: str) -> Any:
    """Return JSON with its numbers as they were written."""
    return json.loads(text, parse_float=Digits, parse_int=Digits)


def read_all(folder: Path) -> list[dict[str, Any]]:
    """Return every resource of a folder of Bundles and lines."""
    texts = [file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.json"))]
    found = [entry["resource"] for text in texts for entry in loaded(text)["entry"]]
    zipped = [gzip.decompress(file.read_bytes()).decode() for file in sorted(folder.glob("*.ndjson.gz"))]
    return found + [loaded(line) for text in zipped for line in text.splitlines() if line]


def with_repeats(resources: Sequence[dict[str, Any]], random: Random) -> list[dict[str, Any]]:
    """Add some resources twice and, where they say their version, in an older one, all in another order."""
    again = [one for one in resources if random.random() < 0.2]
    older = [older_version(one, random) for one in resources if "lastUpdated" in one.get("meta", {})]
    every = [*resources, *again, *older]
    random.shuffle(every)
    return every


def older_version(resource: dict[str, Any], random: Random) -> dict[str, Any]:
    """Return what the resource may have been a moment before: another code, value, status; in another time zone."""
    old = json.loads(json.dumps(resource))
    zone = timezone(timedelta(hours=random.choice((-11, 0, 14))))
    before = datetime.fromisoformat(resource["meta"]["lastUpdated"]) - timedelta(seconds=random.choice((1, 86_400)))
    old["meta"] = {"versionId": "0", "lastUpdated": before.astimezone(zone).isoformat()}
    if old["resourceType"] == "Patient":
        old |= {"birthDate": "1930-01-01", "deceasedBoolean": True}
    for key in ("code", "medicationCodeableConcept"):
        if key in old and random.random() < 0.5:
            old[key] = {"coding": [{"system": "http://loinc.org", "code": random.choice(OLD_CODES)}]}
    if "valueQuantity" in old:
        old["valueQuantity"]["value"] = Digits("0.001")
    return old


def rewrite(resources: Sequence[dict[str, Any]], folder: Path, way: str, random: Random) -> None:
    """Write the resources, in the order given, in other bytes and other files."""
    raws = [written(one, random).encode() for one in resources]
    if way == "bundle":
        (folder / "everything.JSON").write_bytes(BYTE_ORDER_MARK + _bundle(raws))
    elif way == "files":
        for number, raw in enumerate(raws):
            inside = folder / str(number % 7) / "z"
            inside.mkdir(parents=True, exist_ok=True)
            (inside / f"{random.random()}.json").write_bytes(random.choice((b"", BYTE_ORDER_MARK, b"\r\n")) + raw)
    else:
        for number in range(5):
            some = raws[number::5]
            content = b"\r\n".join(_grouped(some, random)) + random.choice((b"", b"\r\n", b"\n\n"))
            zipped = b"".join(gzip.compress(part) for part in (content[:999], content[999:]))
            name = f"{random.random()}.ndjson" + (".gz" if way == "zipped" else "")
            (folder / f"{number}-{name}").write_bytes(zipped if way == "zipped" else BYTE_ORDER_MARK + content)


def written(value: Any, random: Random) -> str:
    """Serialise with keys in any order, white space and needless escapes; a line end stays out, for NDJSON."""
    gap = random.choice(GAPS)
    if isinstance(value, Digits):
        return str(value)
    if isinstance(value, dict):
        pairs = random.sample(sorted(value.items()), len(value))
        inner = [f"{written(key, random)}{gap}:{gap}{written(one, random)}" for key, one in pairs]
        return "{" + gap + f"{gap},{gap}".join(inner) + gap + "}"
    if isinstance(value, list):
        return "[" + gap + f",{gap}".join(written(one, random) for one in value) + "]"
    if isinstance(value, str):
        chance = random.random()
        if chance < 0.1:
            units = value.encode("utf-16-be").hex()
            return '"' + "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4)) + '"'
        text = json.dumps(value, ensure_ascii=chance < 0.5)
        return text.replace("/", r"\/") if chance > 0.8 else text
    return json.dumps(value)


def _grouped(raws: Sequence[bytes], random: Random) -> Iterator[bytes]:
    """Put some neighbours together into a Bundle of one line."""
    rest = list(raws)
    while rest:
        count = random.choice((1, 1, 1, 5))
        some, rest = rest[:count], rest[count:]
        yield _bundle(some) if count > 1 else some[0]


def _bundle(raws: Sequence[bytes]) -> bytes:
    entries = b",".join(b'{"fullUrl":"urn:x","resource":%b,"search":{"mode":"match"}}' % raw for raw in raws)
    return b'{"entry":[%b],"type":"searchset","total":1, "resourceType":"Bundle"}' % entries
