"""A server's references are its own, however it writes them; those of another server are nobody's here (fault 41)."""

import json

from tests.fhir_server.records import Resource
from tests.river.fronts import edited
from tests.river.hospital import SOME

INTERNAL = "http://fhir-internal:8080/fhir"
KNOWN = {"patience_s = 1": f'patience_s = 1\nalso_known_as = ["{INTERNAL}/"]'}


def at(base: str, value: object, other: dict[str, str] | None = None) -> Resource:
    """The same with its references as whole addresses under a base, about others where they are named."""
    if isinstance(value, list):
        return [at(base, one, other) for one in value]
    if not isinstance(value, dict):
        return value
    key = value.get("reference")
    if isinstance(key, str) and key.split("/")[0] in {"Patient", "Medication", "ResearchStudy"}:
        value = {**value, "reference": f"{base}/{(other or {}).get(key, key)}"}
    return {name: at(base, inner, other) for name, inner in value.items()}


def everywhere(river, base: str):
    """Answer every search with references under a base."""
    fronts = [
        edited(river, kind, lambda page: at(base, page))
        for kind in ("Condition", "Observation", "MedicationStatement", "MedicationRequest", "AllergyIntolerance")
    ]
    return lambda *visit: any(front(*visit) for front in fronts)


def test_41_references_under_its_own_base_are_its_own(flowing, tmp_path):
    flowing.front = everywhere(flowing, flowing.base)
    assert flowing.anew(tmp_path / "twin") == flowing.chart()


def test_41_a_server_that_names_itself_otherwise_is_not_guessed_at(flowing):
    """Nobody is decided on, IT is told which setting to set, and once it is set all is as it was."""
    before = flowing.chart()
    flowing.front = everywhere(flowing, INTERNAL)
    ran = flowing.run("--full", "--json")
    assert ran.code == 13
    assert f"names its patients at {INTERNAL}, which is not [fhir] base_url" in ran.err
    assert "add that address to [fhir] also_known_as" in ran.err
    assert json.loads(ran.out)["decisions"] == {"open": len(SOME)}
    flowing.settled = KNOWN
    assert flowing.run("--full").code == 0
    assert flowing.chart() == before


def test_41_a_patient_elsewhere_with_the_same_id_is_another_one(flowing):
    """Also where both come in one answer: what is of another server is counted and used for nobody."""
    before = flowing.decisions()

    namesake = {"Patient/c35": "Patient/c01"}  # what rules one out would rule out the other

    def and_theirs(page: Resource) -> Resource:
        own = page.get("entry", [])
        theirs = [at(INTERNAL, {**entry, "resource": {**entry["resource"], "id": f"x-{number}"}}, namesake)
                  for number, entry in enumerate(own)]  # fmt: skip
        return {**page, "total": len(own + theirs), "entry": own + theirs}

    flowing.front = edited(flowing, "Condition", and_theirs)
    ran = flowing.run("--full", "--json")
    assert ran.code == 0, ran.err
    report = json.loads(ran.out)
    assert report["account"]["resources"]["Condition"]["ignored"]["of another server"] > 0
    assert report["population"] == len(SOME)
    assert {who: one["decision"] for who, one in flowing.decisions().items()} == {
        who: one["decision"] for who, one in before.items()
    }


def test_41_the_members_of_a_group_are_patients_here(river):
    members = ["Patient/c01", f"{river.base}/Patient/c13/_history/2", f"{INTERNAL}/Patient/c14", "patient/c30", "#c35"]
    river.sandbox.change({"resourceType": "Group", "id": "clinic", "type": "person", "actual": True,
                          "member": [{"entity": {"reference": one}} for one in members]})  # fmt: skip
    river.population = 'ways = ["group"]\ngroup = "Group/clinic"'
    assert river.run().code == 0
    assert set(river.decisions()) == {"Patient/c01", "Patient/c13"}
