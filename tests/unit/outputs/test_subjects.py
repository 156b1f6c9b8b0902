"""ResearchSubjects on the sandbox hospital: written once, changed with care, never over a person's word."""

import copy
import stat
from decimal import Decimal

import pytest

from adapter.demo.hospital import SandboxHospital
from adapter.errors import SettingsError
from adapter.journal.statuses import STATUSES
from adapter.outputs import base
from adapter.outputs.deliver import Count
from adapter.outputs.subject import resource as form
from adapter.outputs.subject.register import STUDY_SYSTEM
from tests.unit.delivering import edit, foreign, own_study, subjects, writes


@pytest.fixture
def hospital():
    return SandboxHospital([{"resourceType": "Patient", "id": f"p{n}"} for n in (1, 2, 3)])


def test_a_candidate_gets_a_subject_and_the_study_is_made_once(desk, hospital):
    desk.write("candidate")
    desk.write("potential-candidate", patient="Patient/p2")
    (study,) = hospital.store.all("ResearchStudy")
    assert (study["status"], study["identifier"]) == ("active", [{"system": STUDY_SYSTEM, "value": "NCT07"}])
    one, two = sorted(subjects(hospital), key=lambda one: one["individual"]["reference"])
    assert (one["status"], two["status"]) == ("candidate", "potential-candidate")
    assert one["period"] == {"start": "2026-03-16"}
    assert one["study"] == {"reference": f"ResearchStudy/{study['id']}"}
    assert one["extension"] == [form.extension("2026-03-16", "v1", "candidate", desk.journal.installation())]
    value = one["identifier"][0]["value"]
    assert len(value) == 32 and "p1" not in value and value != two["identifier"][0]["value"]
    assert desk.journal.subject("s", "Patient/p1").resource == f"ResearchSubject/{one['id']}"


def test_a_second_run_writes_nothing(desk, hospital):
    desk.write("candidate")
    before = len(writes(hospital))
    assert desk.deliver().counts == {"research_subject": Count()}
    desk.write("candidate", as_of="2026-03-17")
    assert len(writes(hospital)) == before


@pytest.mark.parametrize("standing", ["open", "ineligible"])
def test_who_was_never_worth_a_look_gets_none(desk, hospital, standing):
    assert desk.write(standing).counts["research_subject"] == Count(done=1)
    assert writes(hospital) == []


def test_the_subject_follows_the_decisions(desk, hospital):
    found = []
    for day, standing in enumerate(
        ["potential-candidate", "open", "candidate", "ineligible", "potential-candidate"], 1
    ):
        desk.write(standing, as_of=f"2026-04-0{day}")
        (one,) = subjects(hospital)
        found.append(one["status"])
    assert found == ["potential-candidate", "potential-candidate", "candidate", "ineligible", "potential-candidate"]
    assert one["period"] == {"start": "2026-04-01"}


def test_several_changes_of_one_patient_are_one_write(desk, hospital):
    desk.decide("potential-candidate")
    desk.decide("candidate")
    assert desk.deliver().counts["research_subject"] == Count(done=2)
    assert [one["status"] for one in subjects(hospital)] == ["candidate"]


def test_nothing_is_raised_or_lowered_on_data_read_in_part(desk, hospital):
    desk.write("candidate")
    desk.decide("open", incomplete=["Observation"])
    assert desk.deliver().counts["research_subject"] == Count(pending=1)
    assert [one["status"] for one in subjects(hospital)] == ["candidate"]


def test_the_hospitals_own_study_is_found_by_its_number_whatever_the_system(desk, hospital):
    hospital.change(own_study())
    desk.write("candidate")
    assert subjects(hospital)[0]["study"] == {"reference": "ResearchStudy/own"}
    assert len(hospital.store.all("ResearchStudy")) == 1


def test_the_settings_name_the_study(desk, hospital):
    hospital.change({"resourceType": "ResearchStudy", "id": "named", "status": "active"})
    desk.research_study = "ResearchStudy/named"
    desk.write("candidate")
    assert subjects(hospital)[0]["study"] == {"reference": "ResearchStudy/named"}


@pytest.mark.parametrize(("named", "says"), [("ResearchStudy/no", "not on the server"), (None, "all are this study")])
def test_a_study_that_cannot_be_told_waits_for_a_person(desk, hospital, named, says):
    desk.research_study = named
    hospital.change(own_study())
    hospital.change(own_study(id="again"))
    desk.decide("candidate")
    told = desk.deliver()
    assert told.counts["research_subject"] == Count(pending=1, stuck=1)
    assert says in told.trouble[0] and subjects(hospital) == []


@pytest.mark.parametrize("standing", ["candidate", "potential-candidate", "ineligible"])
@pytest.mark.parametrize("status", [*STATUSES, "a-code-of-their-own"])
def test_a_subject_of_somebody_else_is_never_touched_and_no_second_one_made(desk, hospital, status, standing):
    hospital.change(own_study())
    hospital.change(foreign(status))
    before = copy.deepcopy(subjects(hospital))
    desk.write(standing)
    assert subjects(hospital) == before and writes(hospital) == []


@pytest.mark.parametrize(
    "study",
    [{"identifier": {"value": "NCT07"}}, {"reference": "https://fhir.example.org/ResearchStudy/own/_history/1"}],
)
def test_their_subject_is_known_however_it_names_the_study(desk, hospital, study):
    hospital.change(own_study())
    hospital.change(foreign(study=study))
    desk.write("candidate")
    assert len(subjects(hospital)) == 1


def test_a_subject_of_another_study_or_patient_is_none_of_ours(desk, hospital):
    hospital.change(foreign(study={"reference": "ResearchStudy/other"}))
    hospital.change(foreign(id="p2s", individual={"reference": "Patient/p2"}))
    desk.write("candidate")
    assert len(subjects(hospital)) == 3


@pytest.mark.parametrize("status", ["screening", "eligible", "withdrawn", "ineligible"])
def test_what_a_person_made_of_ours_stands(desk, hospital, status):
    desk.write("potential-candidate")
    edit(hospital, status=status)
    before = copy.deepcopy(subjects(hospital))
    for standing in ("candidate", "ineligible", "potential-candidate"):
        desk.write(standing)
    assert subjects(hospital) == before


def test_a_person_who_ends_the_period_has_spoken(desk, hospital):
    desk.write("potential-candidate")
    edit(hospital, period={"start": "2026-03-16", "end": "2026-03-17"})
    told = desk.write("ineligible")
    assert subjects(hospital)[0]["status"] == "potential-candidate"
    assert [(one.standing, one.found) for one in told.reviews] == [("ineligible", "potential-candidate")]


def test_a_deleted_subject_stays_deleted_and_a_person_is_asked(desk, hospital):
    desk.write("potential-candidate")
    hospital.delete(form.named(subjects(hospital)[0]))
    told = desk.write("candidate")
    assert subjects(hospital) == [] and [one.found for one in told.reviews] == ["gone"]


def test_what_others_added_is_kept_to_the_digit(desk, hospital):
    desk.write("potential-candidate")
    foreign_parts = [{"url": "https://other.example/x", "valueDecimal": Decimal("1.10")}]
    edit(hospital, extension=[*foreign_parts, *subjects(hospital)[0]["extension"]], consent={"reference": "Consent/1"},
         assignedArm="B", text={"status": "empty", "div": "<div/>"})  # fmt: skip
    before = subjects(hospital)[0]
    desk.write("candidate")
    (after,) = subjects(hospital)
    assert after["status"] == "candidate" and str(after["extension"][0]["valueDecimal"]) == "1.10"
    for name in before.keys() - {"status", "extension", "meta"}:
        assert after[name] == before[name]
    assert after["extension"][0] == before["extension"][0]


def test_two_of_ours_are_reported_and_never_a_third(desk, hospital):
    desk.write("potential-candidate")
    hospital.change({**subjects(hospital)[0], "id": "twin"})
    desk.decide("candidate")
    told = desk.deliver()
    assert told.counts["research_subject"] == Count(pending=1, stuck=1) and "Delete all but one" in told.trouble[0]
    assert [one["status"] for one in subjects(hospital)] == ["potential-candidate"] * 2


def test_the_key_is_made_once_for_its_owner_alone(tmp_path):
    file = base.key_file(f"sqlite:///{tmp_path}/var/adapter.db")
    assert file == tmp_path / "var" / "adapter.db.key"
    key = base.read_key(file)
    assert len(key) == 64 and base.read_key(file) == key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in file.parent.iterdir()] == [file.name]
    file.write_text("short")
    with pytest.raises(SettingsError, match="Restore it"):
        base.read_key(file)
    assert str(base.key_file("postgresql+psycopg://db.example.org/adapter")) == "var/screening.key"
