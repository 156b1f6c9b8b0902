"""A second study is a folder of files: it is screened and assured by the real command, and no Python knows of it."""

import json
import re

import pytest

from tests.acceptance.command import ROOT, TOY, run

SCREEN = ("screen", "--study", TOY, "--source", TOY / "cases", "--as-of", "2026-03-16")


def screened(*more: object) -> dict[str, dict]:
    ran = run(*SCREEN, *more)
    assert ran.code == 0, ran.err
    return {line["patient"].removeprefix("Patient/"): line for line in map(json.loads, ran.out.splitlines())}


def answers(line: dict) -> dict[str, str]:
    return {entry["id"]: entry["because"] or entry["answer"] for entry in line["criteria"]}


def test_the_study_is_data_alone():
    assert {file.suffix for file in TOY.rglob("*") if file.is_file()} == {".toml", ".csv", ".json"}


def test_no_python_knows_of_it():
    knows = re.compile(r"diabet|hba1c|insulin|糖化|胰岛素|A10A", re.IGNORECASE)
    assert [str(file) for file in (ROOT / "adapter").rglob("*.py") if knows.search(file.read_text("utf-8"))] == []


def test_its_own_cases_are_assured():
    ran = run("assure", TOY)
    assert (ran.code, ran.out) == (0, "8 cases, 0 with differences\n")


def test_every_kind_of_decision_is_reached():
    assert {name: line["decision"] for name, line in screened().items()} == {
        "d1": "candidate",
        "d2": "candidate",
        "d3": "potential-candidate",
        "d4": "open",
        "d5": "open",
        "d6": "ineligible",
        "d7": "ineligible",
        "d8": "ineligible",
    }


@pytest.mark.parametrize(
    ("patient", "expected"),
    [
        ("d2", {"I1": "met", "I2": "met", "E1": "not_met"}),  # the birthday, day 90 and 7.0 %: each limit included
        ("d3", {"I1": "met", "I2": "too_old", "E1": "not_met"}),  # day 91
        ("d5", {"I1": "met", "I2": "unmapped", "E1": "not_met"}),  # mmol/mol has no exact way to %
        ("d8", {"I1": "met", "I2": "met", "E1": "met"}),  # insulin in words alone
    ],
)
def test_its_own_codes_units_and_limits_decide(patient, expected):
    assert answers(screened()[patient]) == expected


def test_a_study_without_scores_reports_its_own_variables():
    line = screened()["d1"]
    assert (line["scores"], line["variables"]) == ({}, {"age": 55, "hba1c": 7.8})


@pytest.mark.parametrize(
    ("setting", "patient", "criterion", "answer"),
    [
        ("hba1c_days=91", "d3", "I2", "met"),
        ("hba1c_days=89", "d2", "I2", "too_old"),
        ("age_min=39", "d6", "I1", "met"),
        ("hba1c_to=10.1", "d7", "I2", "met"),
        ("absence_policy=open", "d1", "E1", "no_result"),
    ],
)
def test_each_open_choice_can_be_read_otherwise(setting, patient, criterion, answer):
    assert answers(screened("--set", setting)[patient])[criterion] == answer


def test_what_settles_an_open_patient_is_said_in_both_languages():
    for language, whats in (("en", ["insulin", "HbA1c in %"]), ("zh", ["胰岛素", "糖化血红蛋白（%）"])):
        settles = screened("--lang", language)["d4"]["settles"]
        assert [(entry["do"], entry["what"]) for entry in settles] == list(zip(("ask", "order"), whats, strict=True))


@pytest.mark.parametrize(("language", "sentence"), [("en", "treated with insulin now"), ("zh", "正在接受胰岛素治疗")])
def test_a_patient_is_explained_in_the_studys_own_sentences(language, sentence):
    ran = run("explain", "d8", *SCREEN[1:], "--lang", language)
    assert ran.code == 0 and sentence in ran.out and "Observation/d8-hba1c-1" in ran.out


def test_the_smallest_study_is_three_files(tmp_path):
    """One criterion: no parameters, codelists, scores, cases, form, or anything to settle it."""
    title = 'id = "small"\ntitle = { en = "small", zh = "小" }\n'
    (tmp_path / "study.toml").write_text(title, encoding="utf-8")
    (tmp_path / "variables.toml").write_text('[age]\nlabel = { en = "age", zh = "年龄" }\npick = "age"\n', "utf-8")
    criterion = '[[criteria]]\nid = "I1"\ncategory = "inclusion"\nsentence = { en = "adult", zh = "成年" }\n'
    (tmp_path / "criteria.toml").write_text(f'{criterion}variable = "age"\nat_least = 18\n', encoding="utf-8")
    ran = run("screen", "--study", tmp_path, *SCREEN[3:])
    assert ran.code == 0, ran.err
    assert {json.loads(line)["decision"] for line in ran.out.splitlines()} == {"candidate"}
