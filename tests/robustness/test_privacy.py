"""Names, notes and the like that stand in the record are never told on stderr, whatever goes wrong."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from adapter import cli, errors
from tests.robustness.ward import AS_OF, CASES, STUDY, patient, resources

OF_A_PERSON = (
    "family", "given", "full-name", "street", "address-text", "city", "phone", "mail", "mrn", "contact", "photo-title",
    "narrative", "subject-display", "performer", "asserter", "record-number",
)  # fmt: skip
OF_A_RECORD = (
    "note",
    "display",
    "code-text",
    "value-text",
    "value-display",
    "extension",
    "interpretation",
    "broken-line",
)
CASE = next(case for case in CASES if "unreadable-results" in case.stem)  # it gives the account most to tell
WHO = patient(CASE)


def canary(name: str) -> str:
    return f"Zk王{name}Qx"


CANARIES = tuple(map(canary, OF_A_PERSON + OF_A_RECORD))


def planted(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Return the resource with a canary wherever somebody's name or a text may stand."""
    narrative = {"status": "generated", "div": f"<div>{canary('narrative')}</div>"}
    extension = [{"url": "http://x.example/mother", "valueString": canary("extension")}]
    more: dict[str, Any] = {"text": narrative, "extension": extension}
    if resource["resourceType"] == "Patient":
        return {**resource, **more, **_person()}
    more["identifier"] = [{"system": "urn:mrn", "value": canary("record-number")}]
    more["note"] = [{"text": canary("note"), "authorString": canary("performer")}]
    more["performer"] = [{"display": canary("performer")}]
    more["asserter"] = more["recorder"] = {"display": canary("asserter")}
    if "subject" in resource:
        more["subject"] = {**resource["subject"], "display": canary("subject-display")}
    return {**resource, **more}


def _person() -> dict[str, Any]:
    name = {"family": canary("family"), "given": [canary("given")], "text": canary("full-name")}
    address = {"line": [canary("street")], "city": canary("city"), "text": canary("address-text")}
    return {
        "name": [name],
        "address": [address],
        "telecom": [{"system": "phone", "value": canary("phone")}, {"system": "email", "value": canary("mail")}],
        "identifier": [{"system": "urn:mrn", "value": canary("mrn")}],
        "contact": [{"name": {"text": canary("contact")}}],
        "photo": [{"title": canary("photo-title")}],
    }


def twisted(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield copies of a result whose texts are no result and whose units and words nobody knows."""
    if resource["resourceType"] != "Observation" or "valueQuantity" not in resource:
        return
    bare = {key: value for key, value in resource.items() if not key.startswith("value")}
    number = f"5 {canary('value-text')}"
    values: list[dict[str, Any]] = [
        {"valueString": canary("value-text")},
        {"valueString": number},
        {"valueQuantity": {"value": canary("value-text"), "unit": "g/L"}},
        {"valueCodeableConcept": {"text": canary("value-text"), "coding": [{"display": canary("value-display")}]}},
        {"valueDateTime": canary("value-text"), "effectiveDateTime": canary("value-text")},
        {"valueInteger": 5, "interpretation": [{"text": canary("interpretation")}], "status": canary("value-text")},
    ]
    for place, value in enumerate(values):
        yield {**bare, **value, "id": f"{resource['id']}-{place}"}
    for place, (key, name) in enumerate((("text", "code-text"), ("display", "display"))):
        named = [{**coding, key: canary(name)} for coding in resource["code"]["coding"]]
        yield {**resource, "code": {"coding": named, "text": canary("code-text")}, "id": f"{resource['id']}-n{place}"}


@pytest.fixture
def ward(tmp_path):
    """Write a case with canaries, and a line that is no JSON and holds one, too."""
    whole = [planted(one) for one in resources(CASE)]
    odd = [planted(copy) for one in whole for copy in twisted(one)]
    assert len(odd) > 20
    raws = [json.dumps(one, ensure_ascii=number % 2 == 0) for number, one in enumerate([*whole, *odd])]
    raws.append(f'{{"resourceType": "Observation", "id": "{canary("broken-line")}')
    (tmp_path / "x.ndjson").write_text("\n".join(raws), encoding="utf-8")
    return tmp_path


COMMANDS = {
    "screen": (errors.PARTIAL, ["screen"]),
    "explain": (errors.PARTIAL, ["explain", WHO]),
    "explain in Chinese": (errors.PARTIAL, ["explain", WHO, "--lang", "zh"]),
    "a patient who is not there": (errors.SOURCE, ["explain", "nobody"]),
    "two of whom one is not there": (errors.SOURCE, ["screen", "--patients", f"{WHO},nobody"]),
    "an unknown study": (errors.STUDY, ["screen", "--study", "nothing"]),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_no_name_is_told(name, ward, capsys):
    code, words = COMMANDS[name]
    given = ["--source", str(ward), "--as-of", str(AS_OF)]
    study = [] if "--study" in words else ["--study", STUDY]
    assert cli.main([*words, *given, *study]) == code
    said = capsys.readouterr()
    assert [one for one in CANARIES if one in said.err] == []
    assert [one for one in map(canary, OF_A_PERSON) if one in said.out] == []


def test_the_canaries_are_really_there(ward):
    text = json.dumps(
        [json.loads(line) for line in (ward / "x.ndjson").read_text().splitlines()[:-1]], ensure_ascii=False
    )
    assert [one for one in CANARIES if one not in text] == [canary("broken-line")]
