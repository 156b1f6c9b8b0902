"""What the tests put on a server: the study's cases and the synthetic hospital, as lists of resources."""

import gzip
import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "mappings" / "studies" / "telitacicept-belimumab" / "cases"
SYNTHEA = ROOT / "tests" / "data" / "synthea"
LUPUS = "55464009"
OF_OTHERS = 10

Resource = dict[str, Any]


def ref(resource: Resource) -> str:
    """Return `Type/id`."""
    return f"{resource['resourceType']}/{resource['id']}"


def patient(resource: Resource) -> str:
    """Return the reference to the patient whom a resource is about, itself where it is one."""
    if resource["resourceType"] == "Patient":
        return ref(resource)
    named = (resource.get(element, {}).get("reference", "") for element in ("subject", "patient", "individual"))
    return next(filter(None, named), "")


def renamed(resources: Iterable[Resource], ending: str) -> list[Resource]:
    """Return resources under ids of their own, and so whatever they point to."""

    def anew(node: Any) -> Any:
        if isinstance(node, list):
            return [anew(one) for one in node]
        if isinstance(node, dict):
            return {key: f"{value}{ending}" if key == "reference" else anew(value) for key, value in node.items()}
        return node

    return [anew(one) | {"id": f"{one['id']}{ending}"} for one in resources]


@cache
def cases() -> tuple[Resource, ...]:
    """Return all resources of the study's cases."""
    bundles = (json.loads(file.read_text(encoding="utf-8")) for file in sorted(CASES.glob("*.json")))
    return tuple(entry["resource"] for bundle in bundles for entry in bundle["entry"])


@cache
def synthea() -> tuple[Resource, ...]:
    """Return the patients with lupus whole, and the others with ten Observations each."""
    return tuple(_thinned(line for file in sorted(SYNTHEA.glob("*.gz")) for line in _lines(file)))


@cache
def lupus() -> frozenset[str]:
    """Return the references of the synthetic patients with lupus."""
    conditions = (json.loads(line) for line in _lines(SYNTHEA / "Condition.ndjson.gz"))
    return frozenset(patient(one) for one in conditions if any(c["code"] == LUPUS for c in one["code"]["coding"]))


def _lines(file: Path) -> Iterator[bytes]:
    with gzip.open(file) as stream:
        yield from stream


def _thinned(lines: Iterable[bytes]) -> Iterator[Resource]:
    kept: dict[str, int] = {}
    for line in lines:
        resource = json.loads(line)
        whom = patient(resource)
        if resource["resourceType"] == "Observation" and whom not in lupus():
            kept[whom] = kept.get(whom, 0) + 1
            if kept[whom] > OF_OTHERS:
                continue
        yield resource
