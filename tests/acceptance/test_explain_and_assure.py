"""A patient explained reads as a note with every criterion in it; a study's cases are held to what they expect."""

import json
import shutil

import pytest

from tests.acceptance.command import ROOT, STUDY, TOY, changed, refused, run
from tests.acceptance.conftest import SCREEN
from tests.acceptance.test_screen import IDS

FIVE = {"c01": "01-candidate-by-form", "c13": "13-potential-labs-alone", "c31": "31-open-diagnosis-only"}
FIVE |= {"c42": "42-ineligible-pyuria-explained", "c66": "66-ineligible-white-peony"}


def explain(patient: str, *more: object):
    """Explain a case from its own file: the folder gives the same."""
    source = STUDY / "cases" / f"{FIVE[patient]}.json"
    return run("explain", patient, "--study", STUDY, "--source", source, "--as-of", "2026-03-16", *more)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("patient", FIVE)
def test_a_note_holds_every_criterion_with_its_answer(patient, language):
    ran = explain(patient, "--lang", language)
    assert (ran.code, ran.err) == (0, "")
    said = {line.split()[0]: line for line in ran.out.splitlines() if "[" in line and line.split()[0] in IDS}
    assert sorted(said) == sorted(IDS)
    words = {
        "en": {"I": ("[met]", "[not met]", "[unknown]"), "E": ("[present: excludes]", "[ruled out]", "[open]")},
        "zh": {"I": ("[符合]", "[不符合]", "[待明确]"), "E": ("[存在（排除）]", "[已排除]", "[待明确]")},
    }[language]
    assert all(any(word in line for word in words[name[0]]) for name, line in said.items())


@pytest.mark.parametrize("patient", FIVE)
def test_the_note_leaves_no_gap_in_its_sentences(patient):
    for language in ("en", "zh"):
        note = explain(patient, "--lang", language).out
        assert not {"None", "{", "}", "  \n"} & set(note.split()) and "\n\n\n" not in note
        assert " ;" not in note and " ." not in note.replace(" ...", "")


@pytest.mark.parametrize("patient", FIVE)
def test_the_evidence_of_the_note_is_that_of_the_line(patient, decisions):
    line = next(line for line in decisions if line["patient"] == f"Patient/{patient}")
    note = explain(patient).out
    shown = {piece["resource"] for entry in line["criteria"] if not entry.get("parts") for piece in entry["evidence"]}
    assert [resource for resource in sorted(shown) if resource not in note] == []


@pytest.mark.parametrize("patient", FIVE)
def test_explain_as_json_is_the_line_of_the_screening(patient, screened):
    lines = {json.loads(line)["patient"]: line.decode("utf-8") for line in screened[0].splitlines()}
    for name in (patient, f"Patient/{patient}"):
        source = STUDY / "cases" / f"{FIVE[patient]}.json"
        ran = run("explain", name, "--study", STUDY, "--source", source, "--as-of", "2026-03-16", "--json")
        assert ran.out == lines[f"Patient/{patient}"] + "\n"


def test_a_patient_is_found_in_the_whole_folder(decisions):
    ran = run("explain", "c01", *SCREEN, "--json")
    assert json.loads(ran.out) == next(line for line in decisions if line["patient"] == "Patient/c01")


@pytest.mark.slow
def test_the_studys_own_cases_are_as_expected():
    ran = run("assure", "telitacicept-belimumab")
    assert ran.code == 0 and ran.out.endswith(" cases, 0 with differences\n"), ran.out


@pytest.mark.slow
def test_a_hospital_adds_cases_of_its_own_in_its_own_codes(tmp_path):
    hospital = shutil.copytree(ROOT / "mappings" / "hospitals" / "example", tmp_path / "own")
    ran = run("assure", "telitacicept-belimumab", "--hospital", hospital)
    own = len(list(hospital.rglob("cases/telitacicept-belimumab/*.toml")))
    of_study = len(list((STUDY / "cases").glob("*.toml")))
    assert own and (ran.code, ran.out) == (0, f"{of_study + own} cases, 0 with differences\n")
    codes = hospital / "codes.csv"
    kept = [line for line in codes.read_text(encoding="utf-8").splitlines(keepends=True) if "Y0877" not in line]
    codes.write_text("".join(kept), encoding="utf-8")
    ran = run("assure", "telitacicept-belimumab", "--hospital", hospital)
    assert ran.code == 15 and "own/belimumab-under-local-codes" in ran.out, "the drug's code is gone"


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ('decision = "candidate"', 'decision = "open"', ("decision", "expected open", "came candidate")),
        ('I2 = "met"', 'I2 = "unknown: too_old"', ("I2", "expected unknown: too_old", "came met")),
        ("age = 55", "age = 54", ("age", "expected 54.0", "came 55.0")),
        ("settles = []", 'settles = ["hba1c"]', ("settles", "expected hba1c", "came")),
    ],
)
def test_an_altered_expectation_is_a_difference(tmp_path, old, new, shown):
    study = changed(tmp_path, "cases/1-candidate-plain.toml", old, new)
    ran = run("assure", study)
    first, last = ran.out.splitlines()
    assert (ran.code, last) == (15, "8 cases, 1 with differences")
    assert first.startswith("1-candidate-plain ") and all(words in first for words in shown)


def test_a_study_without_cases_cannot_be_assured(tmp_path):
    study = changed(tmp_path, "study.toml", "", "")
    for case in (study / "cases").iterdir():
        case.unlink()
    refused(run("assure", study), 11, "study/cases: no case")


def test_a_changed_parameter_shows_which_cases_it_moves():
    ran = run("assure", TOY, "--set", "hba1c_days=91")
    assert ran.code == 15 and "3-potential-hba1c-of-day-91" in ran.out and "1 with differences" in ran.out
