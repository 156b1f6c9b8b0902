"""The ways to the population: by a group or list, by the clinic's own roster, by looking at every diagnosis."""

import json
from urllib.parse import unquote_plus, urlencode

import pytest

from adapter.demo.exchange import Answer, outcome
from tests.fhir_server.records import ref
from tests.river.hospital import SOME, River, ward

# A diagnosis under a code that no list has in full (c03) is found by looking, never by asking for it.
UNLISTED = "c03"


@pytest.fixture
def river(tmp_path):
    with River(tmp_path, ward(*SOME, UNLISTED)).open() as opened:
        yield opened


def population(river, ways):
    river.population = ways
    ran = river.run("--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["population"] == len(river.decisions())
    return {who.removeprefix("Patient/") for who in river.decisions()}


def only_about(river, *names):
    """Assert that nobody else's records were asked for."""
    others = {*SOME, UNLISTED} - {*names}
    return not any(f"Patient/{other}" in line for other in others for line in river.asked)


def test_by_conditions(river):
    assert population(river, 'ways = ["conditions"]') == {*SOME} and only_about(river, *SOME)


def test_by_a_scan(river):
    assert population(river, 'ways = ["scan"]') == {*SOME, UNLISTED}


def test_by_a_group(river):
    members = [{"entity": {"reference": f"Patient/{name}"}} for name in ("c01", UNLISTED)]
    group = {"resourceType": "Group", "id": "clinic", "type": "person", "actual": True, "member": members}
    river.sandbox.change(group)
    assert population(river, f'ways = ["group"]\ngroup = "{ref(group)}"') == {"c01", UNLISTED}
    assert only_about(river, "c01", UNLISTED)


def test_by_a_roster_with_one_who_opted_out(river):
    (river.folder / "roster").write_text("c01 # by id\nPatient/c13\nc14\nnobody\n")
    (river.folder / "out").write_text("c14\n")
    files = f'patients_file = "{river.folder}/roster"\nopted_out_file = "{river.folder}/out"'
    assert population(river, f'ways = ["patients"]\n{files}') == {"c01", "c13"}
    assert only_about(river, "c01", "c13", "c14")


NUMBERS = {"c01": "ZY0001234", "c13": "住院,号", "c14": "no such FHIR id?&=%"}


@pytest.fixture
def numbered(river):
    """Give patients hospital numbers, the roster lists them, and tell what addresses were asked for."""
    for name, number in NUMBERS.items():
        river.change(f"Patient/{name}", identifier=[{"system": "urn:mrn", "value": number}])
    (river.folder / "roster").write_text("\n".join([*NUMBERS.values(), "c30", "Patient/c35"]))
    river.population = f'ways = ["patients"]\npatients_file = "{river.folder}/roster"'
    river.addresses = []
    river.front = lambda visit, request: river.addresses.append(f"{visit.command} {visit.path}")
    return river


def in_addresses(river):
    """The hospital numbers that stand in an address, in whatever way they are written there."""
    said = " ".join(unquote_plus(line) for line in river.addresses)
    return [number for number in NUMBERS.values() if number in said]


def test_hospital_numbers_are_found_and_stand_in_no_address(numbered):
    ran = numbered.run("--json")
    assert ran.code == 0 and json.loads(ran.out)["population"] == 5, ran.err
    assert set(numbered.decisions()) == {f"Patient/{name}" for name in (*NUMBERS, "c30", "c35")}
    assert in_addresses(numbered) == []
    asked = [line for line in numbered.addresses if "/Patient/_search" in line]
    assert asked and set(asked) == {"POST /fhir/Patient/_search"}
    assert [number for number in NUMBERS.values() if number in f"{ran.out} {ran.err}"] == []


def test_somebody_opts_out_by_hospital_number(numbered):
    (numbered.folder / "out").write_text("ZY0001234\nPatient/c30\nc35\n")
    numbered.population += f'\nopted_out_file = "{numbered.folder}/out"'
    assert numbered.run().code == 0
    assert set(numbered.decisions()) == {"Patient/c13", "Patient/c14"}
    assert in_addresses(numbered) == []


@pytest.mark.parametrize("number", [400, 403, 404, 405, 415, 501, 307])
def test_a_server_that_takes_no_search_by_post_is_told_no_number(numbered, number):
    def refusing(visit, request):
        numbered.addresses.append(f"{visit.command} {visit.path}")
        if not visit.path.endswith("/_search"):
            return False
        said = outcome("error", "processing", "no ZY0001234 here")
        visit.send(Answer(number, said, {"Location": f"{visit.path}?identifier=ZY0001234"} if number == 307 else {}))
        return True

    numbered.front = refusing
    ran = numbered.run()
    assert ran.code in {12, 13} and "Traceback" not in ran.err
    assert "Patient/_search" in ran.err and "ZY0001234" not in ran.err
    if number not in {307, 403}:
        assert "no search by POST" in ran.err and "patients_file" in ran.err
    assert in_addresses(numbered) == [] and numbered.decisions() == {}


def test_a_link_that_repeats_hospital_numbers_is_not_followed(numbered):
    """A server in small pages, whose links say again what was asked for: then fewer are asked for at once."""
    most = []

    def repeating(visit, request):
        numbered.addresses.append(f"{visit.command} {visit.path}")
        if not visit.path.endswith("/_search"):
            return False
        said = numbered.sandbox.answer(request)
        entries = said.body.get("entry", [])
        most.append(len(entries))
        link = {"relation": "next", "url": f"{request.base}/Patient?{urlencode(request.form)}&_page=2"}
        links = [link] if len(entries) > 1 else []
        visit.send(Answer(200, {**said.body, "entry": entries[:1], "link": links}))
        return True

    numbered.front = repeating
    ran = numbered.run("--json")
    assert ran.code == 0 and json.loads(ran.out)["population"] == 5, ran.err
    assert max(most) > 1 and in_addresses(numbered) == []


def test_the_ways_are_joined(river):
    (river.folder / "roster").write_text(f"{UNLISTED}\n")
    ways = f'ways = ["conditions", "patients"]\npatients_file = "{river.folder}/roster"'
    assert population(river, ways) == {*SOME, UNLISTED}


def test_a_group_that_is_not_there_is_one_clear_line(river):
    river.population = 'ways = ["group"]\ngroup = "Group/nothing"'
    ran = river.run()
    assert ran.code == 12 and ran.err.count("\n") == 1 and "Group/nothing" in ran.err
