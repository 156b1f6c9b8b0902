"""Records that a hospital merges: one person, whose facts follow the record that stays (fault 44)."""

import pytest

from tests.river.hospital import STUDY, River, content, ward

BY_OTHER = {"Patient/c01", "Patient/c13"}


def linked(how, *others):
    return [{"other": {"reference": f"Patient/{other}"}, "type": how} for other in others]


def bare(name, **elements):
    """A record that holds a name and nothing else."""
    return {"resourceType": "Patient", "id": name, **elements}


@pytest.fixture
def river(tmp_path):
    with River(tmp_path, [*ward("c01", "c13"), bare("stays"), bare("between")]).open() as opened:
        yield opened


def pulled(river):
    return {one.patient for one in river.chart().values() if one.patient}


def numbers(river):
    with river.journal() as journal:
        return {f"S-000{n}": journal.patient_of(STUDY, f"S-000{n}") for n in (1, 2, 3)}


def test_44_facts_decision_and_number_follow_the_survivor_through_a_chain_of_three(river):
    born = river.sandbox.store.find("Patient", "c01").resource
    assert river.run().code == 0
    before = river.decisions()["Patient/c01"]
    river.change("Patient/c01", link=linked("replaced-by", "between"))
    river.change("Patient/between", link=linked("replaced-by", "stays"))
    river.change("Patient/stays", birthDate=born["birthDate"], gender=born["gender"])
    ran = river.run()
    assert ran.code == 0 and "not judged: 2 replaced by another record" in ran.err
    decisions = river.decisions()
    assert decisions["Patient/stays"]["decision"] == before["decision"]
    assert decisions["Patient/c01"] == before, "what was decided stands on record and is not decided again"
    assert numbers(river) == {"S-0001": "Patient/stays", "S-0002": "Patient/c13", "S-0003": None}


def test_44_the_survivor_is_found_also_where_the_record_that_was_replaced_alone_has_the_diagnosis(river):
    river.change("Patient/stays", link=linked("replaces", "c01"))
    river.change("Patient/c01", active=False)
    assert river.run().code == 0
    assert pulled(river) == {*BY_OTHER, "Patient/stays"}
    assert "Patient/c01" not in river.decisions() and "Patient/stays" in river.decisions()


def test_44_a_replaced_record_without_the_diagnosis_is_found_by_its_link(river):
    """The rest of a person's results may stand on a record that nobody else names."""
    river.change("Patient/between", link=linked("replaced-by", "c01"))
    found = {"resourceType": "Observation", "id": "elsewhere", "status": "final",
             "code": {"coding": [{"system": "http://loinc.org", "code": "33914-3"}]},
             "subject": {"reference": "Patient/between"}}  # fmt: skip
    river.sandbox.change(found)
    assert river.run().code == 0
    assert pulled(river) == {*BY_OTHER, "Patient/between"}
    assert "Observation/elsewhere" in river.chart()


def test_44_links_in_a_circle_end_and_one_of_them_is_judged(river):
    river.change("Patient/c01", link=linked("replaced-by", "c13"))
    river.change("Patient/c13", link=linked("replaced-by", "c01"))
    ran = river.run()
    assert ran.code == 0 and "not judged: 1 replaced by another record" in ran.err
    assert set(river.decisions()) == {"Patient/c01"} and set(river.subjects()) <= {"Patient/c01"}


def test_44_a_merge_undone_gives_each_record_its_own_again(river, tmp_path):
    assert river.run().code == 0
    alone = river.decisions()
    river.change("Patient/c13", link=linked("replaced-by", "c01"))
    assert river.run().code == 0
    assert river.decisions()["Patient/c01"]["criteria"] != alone["Patient/c01"]["criteria"]
    river.change("Patient/c13", link=[])
    assert river.run().code == 0
    assert {who: content(line) for who, line in river.decisions().items()} == {
        who: content(line) for who, line in alone.items()
    }
    assert river.chart() == river.anew(tmp_path / "anew")


def test_44_the_replaced_record_may_be_deleted_after_its_results_were_moved(river):
    assert river.run().code == 0
    river.change("Patient/c01", link=linked("replaces", "c13"))
    for one in ward("c13"):
        if one.get("subject"):
            river.change(f"{one['resourceType']}/{one['id']}", subject={"reference": "Patient/c01"})
    river.sandbox.delete("Patient/c13")
    assert river.run().code == 0
    assert pulled(river) == {"Patient/c01"}
    assert any(key.startswith("Observation/c13") for key in river.chart())


def test_44_what_a_person_said_of_the_replaced_record_holds_for_the_survivor(river):
    identifier = [{"system": "https://clinicaltrials.gov", "value": "NCT07069972"}]
    river.sandbox.change({"resourceType": "ResearchStudy", "id": "own", "status": "active", "identifier": identifier})
    about = {"study": {"reference": "ResearchStudy/own"}, "individual": {"reference": "Patient/c13"}}
    river.sandbox.change({"resourceType": "ResearchSubject", "id": "by-hand", "status": "withdrawn", **about})
    river.change("Patient/c13", link=linked("replaced-by", "c01"))
    ran = river.run()
    assert ran.code == 0 and "1 taken on or off this study by a person" in ran.err
    assert river.decisions() == {} and river.subjects() == {"Patient/c13": ["withdrawn"]}


def test_44_who_opted_out_is_out_under_every_record(river):
    river.change("Patient/c13", link=linked("replaced-by", "c01"))
    (river.folder / "out").write_text("c13\n")
    river.population = f'ways = ["conditions"]\nopted_out_file = "{river.folder}/out"'
    assert river.run().code == 0
    assert pulled(river) == set() and river.decisions() == {}
