"""One context for all readers: the shared codelists, the example hospital, two medications, our study."""

from zoneinfo import ZoneInfo

import pytest

from adapter.facts.coding.codes import Codes
from adapter.facts.read import Context, facts_of, read_medicines
from adapter.facts.results.units import Units
from adapter.facts.results.wordings import Words
from adapter.places import folder
from adapter.study.codelists import load_codelists


@pytest.fixture(scope="session")
def context():
    codes = Codes(load_codelists([folder("mappings") / "codelists"], folder("mappings") / "hospitals" / "example"))
    pills = {"id": "m1", "key": "Medication/m1", "code_text": "硫唑嘌呤片"}
    ointment = {"id": "m2", "key": "Medication/m2", "code_text": "他克莫司", "form_text": "软膏"}
    mappings = folder("mappings")
    return Context(
        codes,
        ZoneInfo("Asia/Shanghai"),
        Units.load(mappings / "units.csv"),
        Words.load(mappings / "words.csv"),
        read_medicines([pills, ointment, {}], codes),
        frozenset({"ResearchStudy/s1"}),
    )


@pytest.fixture
def read(context):
    def read(resource_type, **cells):
        return facts_of({"id": "x1", "version": "2", "updated": "2026-03-10T00:00:00Z"} | cells, resource_type, context)

    return read


@pytest.fixture
def one(read):
    def one(resource_type, **cells):
        (fact,) = read(resource_type, **cells).facts
        return fact

    return one
