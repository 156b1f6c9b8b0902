"""Names and visits of the flagged are asked for them alone, and a server that refuses some of it stops nothing."""

from datetime import date

import pytest

from adapter.demo.hospital import SandboxHospital
from adapter.fhir.client import Client, Server
from adapter.pull.introduced import Introductions, name_of, number_of

TODAY = date(2026, 3, 16)
WANG = {
    "resourceType": "Patient", "id": "p1",
    "name": [{"use": "old", "text": "李"}, {"use": "official", "family": "王", "text": "王丽"}],
    "identifier": [{"value": "insurance"}, {"type": {"coding": [{"code": "MR"}]}, "value": "M1"}],
}  # fmt: skip


def visit(name, start, **more):
    """An Encounter."""
    about = {"subject": {"reference": "Patient/p1"}, "period": {"start": start}}
    return {"resourceType": "Encounter", "id": name, "status": "finished", **about, **more}


@pytest.fixture
def found():
    """What is known of two patients, one of whom the server has, and what it refused."""
    rheumatology = {"serviceType": {"coding": [{"display": "风湿科"}]}}
    visits = [visit("e1", "2026-01-02"), visit("e2", "2026-03-01T09:00:00+08:00", **rheumatology)]
    with SandboxHospital([WANG, *visits, visit("e3", "2026-04-01")]).serve() as base, Client(Server(base)) as client:
        asking = Introductions(client, TODAY, "2026-03-16T08:00:00Z")
        yield asking.of(["Patient/p1", "Patient/gone"]), asking.troubles


def test_a_patient_is_known_by_name_number_and_visits(found):
    persons, _ = found
    (wang,) = persons
    assert (wang.patient, wang.name, wang.hospital_number) == ("Patient/p1", "王丽", "M1")
    assert (wang.department, wang.last_visit, wang.next_visit) == ("风湿科", "2026-03-01", "2026-04-01")


def test_a_type_that_is_refused_is_named_and_stops_nothing(found):
    persons, troubles = found
    assert len(persons) == 1 and list(troubles) == ["Appointment"]


@pytest.mark.parametrize("odd", [{}, {"name": "王"}, {"name": [{"given": 3}]}, {"identifier": [{"value": 3}]}])
def test_what_is_odd_is_not_known(odd):
    assert (name_of(odd), number_of(odd)) == (None, None)
