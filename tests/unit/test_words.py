"""The catalogue is whole in both languages, and numbers, dates and answers are said the way a reader wants them."""

import itertools
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from adapter.screening.model import Answer, Because, Evidence, Fact, Finding, Kind, Quantity, ReferenceRange, Span
from adapter.screening.study import Criterion, Derivation, Text
from adapter.study.load import load_study
from adapter.words import LANGUAGES, Speaker, load_catalogue
from adapter.words.numbers import bounds, day, printed, short

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = load_catalogue(ROOT / "mappings" / "sentences.toml")
STUDY = replace(
    load_study(ROOT / "tests" / "studies" / "diabetes", ROOT / "mappings").study,
    names={"drug.x": Text("examplumab", "示例单抗")},
    derivations=(Derivation("estimate", "ckd_epi_2021", "creatinine"),),
)
UNITS = {"umol/L": "μmol/L", "m[IU]/mL": "mIU/mL", "{titer}": "1:N", "{score}": "points", "g/(24.h)": "g/24 h"}
TODAY = Span(date(2026, 3, 11), date(2026, 3, 11))
PHRASES = [(group, key) for group, phrases in CATALOGUE.items() for key in phrases]


def shown(_concept: str, unit: str) -> str:
    return UNITS.get(unit, unit)


def speaker(language: str = "en") -> Speaker:
    return Speaker(CATALOGUE, STUDY, language, shown)


def number(value: str, unit: str = "umol/L") -> Quantity:
    return Quantity(Decimal(value), Decimal(value), unit)


def result(**more) -> Fact:
    return Fact(
        **{"concept": "creatinine", "kind": Kind.RESULT, "resource": "Observation/1", "name": "test", "start": TODAY}
        | more
    )


def said(fact: Fact, language: str = "en", key: str = "reading", **args: str) -> str:
    return speaker(language).evidence(Evidence(fact, key, tuple(sorted(args.items()))))


@pytest.mark.parametrize(("group", "key"), PHRASES)
def test_a_phrase_has_both_languages_and_the_same_names_in_both(group, key):
    phrase = CATALOGUE[group][key]
    assert sorted(phrase) == sorted(LANGUAGES)
    names = [sorted(set(re.findall(r"{(\w+)}", phrase[language]))) for language in LANGUAGES]
    assert names[0] == names[1]
    assert all(phrase.values()) or (group, key) == ("multiple", "1")


@pytest.mark.parametrize(("group", "key"), PHRASES)
def test_a_phrase_is_set_the_way_its_language_is_printed(group, key):
    chinese = re.sub(r"{\w+}", "", CATALOGUE[group][key]["zh"])
    assert not re.search(r"[\u3400-\u9fff（）][(),;:]|[(),;:][\u3400-\u9fff（）]", chinese)
    assert not re.search(r"[\u3400-\u9fff，；：。（）]", CATALOGUE[group][key]["en"])


@pytest.mark.parametrize("because", Because)
def test_every_reason_has_its_words(because):
    assert because.value in CATALOGUE["because"] and because.value in CATALOGUE["doubt"]


@pytest.mark.parametrize("answer", Answer)
def test_every_question_has_its_answers(answer):
    assert answer.value in CATALOGUE["answer"] and f"exclusion_{answer.value}" in CATALOGUE["answer"]
    assert f"entry_{answer.value}" in CATALOGUE["told"]
    questions = {key.rsplit("_met", 1)[0].removesuffix("_not") for key in CATALOGUE["question"]} - {"unknown"}
    assert all(f"{q}_{a}" in CATALOGUE["question"] for q, a in itertools.product(questions, ("met", "not_met")))


@pytest.mark.parametrize(
    ("category", "answer", "en", "zh"),
    [
        ("inclusion", "met", "met", "符合"),
        ("inclusion", "unknown", "unknown", "待明确"),
        ("exclusion", "met", "present: excludes", "存在（排除）"),
        ("exclusion", "not_met", "ruled out", "已排除"),
        ("exclusion", "unknown", "open", "待明确"),
    ],
)
def test_an_exclusion_that_is_not_met_reads_as_good_news(category, answer, en, zh):
    criterion = Criterion("X1", category, Text("x", "甲"), "x")
    assert [speaker(language).answer(criterion, Answer(answer)) for language in LANGUAGES] == [en, zh]


@pytest.mark.parametrize(
    ("received", "shown_as"),
    [
        ("62 umol/L", "62 μmol/L"),
        ("1520 m[IU]/mL", "1520 mIU/mL"),
        ("7.2 g/(24.h)", "7.2 g/24 h"),
        ("<15 umol/L", "<15 μmol/L"),
        ("640 {titer}", "1:640"),
        ("12 {score}", "12"),
        ("1:640", "1:640"),
        ("0-2/HP", "0-2/HP"),
        ("10^3", "10^3"),
        ("980 RU/mL", "980 RU/mL"),
        ("阳性", "阳性"),
    ],
)
def test_a_value_is_printed_as_laboratories_print_it(received, shown_as):
    assert printed(speaker(), "any", received) == shown_as


@pytest.mark.parametrize(
    ("value", "expected"), [("4.0", "4"), ("0.21", "0.21"), ("123.4567", "123.46"), ("0.012345", "0.0123")]
)
def test_a_number_has_as_many_digits_as_a_reader_can_use(value, expected):
    assert short(Decimal(value)) == expected


def test_an_open_quantity_keeps_its_sign():
    assert bounds(speaker(), Quantity(None, Decimal(60), high_open=True)) == "<60"
    assert bounds(speaker(), Quantity(Decimal(90), None)) == "≥90"
    assert bounds(speaker("zh"), Quantity(Decimal(3), Decimal(5))) == "3至5"


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ((2026, 3, 1), (2026, 3, 1), "2026-03-01"),
        ((2026, 2, 1), (2026, 2, 28), "2026-02"),
        ((2025, 1, 1), (2025, 12, 31), "2025"),
        ((2025, 12, 30), (2026, 1, 2), "2025-12-30 to 2026-01-02"),
    ],
)
def test_a_partial_date_says_what_is_known_of_it(first, last, expected):
    assert day(speaker(), Span(date(*first), date(*last))) == expected


def test_a_limit_carries_its_unit():
    fact = result(received="62 umol/L", quantity=number("62"))
    asked = {"question": "above", "answer": "not_met", "limit": "221"}
    assert said(fact, **asked) == "test 62 μmol/L (2026-03-11) is not above 221 μmol/L"
    assert said(fact, "zh", **asked) == "test 62 μmol/L（2026-03-11），不高于221 μmol/L"


def test_a_word_that_decided_is_not_held_against_a_number():
    fact = result(received="negative", word="negative")
    assert said(fact, question="at_least", answer="not_met", limit="80") == "test negative (2026-03-11)"


@pytest.mark.parametrize(("times", "words"), [("2", "twice "), ("3", "3 times "), ("1", "")])
def test_so_many_times_the_limit(times, words):
    fact = result(received="18 U/L", quantity=number("18", "U/L"), ranges=(ReferenceRange(None, Decimal(40)),))
    asked = {"question": "reference_above", "answer": "not_met", "times": times, "reached": "yes"}
    assert said(fact, **asked) == f"test 18 U/L (2026-03-11) is below {words}the upper limit of normal (40 U/L)"


@pytest.mark.parametrize(
    ("fact", "because", "en", "zh"),
    [
        (
            result(received="980 RU/mL"),
            "unmapped",
            "in a unit (RU/mL) this system cannot convert",
            "单位（RU/mL）无法识别",
        ),
        (result(received="x"), "unreadable", "which could not be read", "无法判读"),
        (result(received="negative", word="negative", start=None), "undated", "but without a date", "但无检查日期"),
        (result(kind=Kind.CONDITION, name="x"), "too_old", "which began long ago", "起病较久"),
        (result(received="3", quantity=number("3")), "indeterminate", "which does not settle it", "尚不能据此判定"),
    ],
)
def test_a_doubt_is_named_after_what_was_read(fact, because, en, zh):
    assert f", {en}" in said(fact, because=because, question="words")
    assert f"，{zh}" in said(fact, "zh", because=because, question="words")


def test_a_missing_range_is_the_reason_that_is_named():
    fact = result(received="9.1", quantity=number("9.1"))
    assert "the report gives no limit" in said(fact, because="indeterminate", question="reference_below")


@pytest.mark.parametrize(("limit", "shown_as"), [("30", "30.04"), ("60", "30.0")])
def test_an_estimate_is_never_rounded_to_its_limit(limit, shown_as):
    fact = result(
        concept="estimate", received="207 umol/L", quantity=number("30.041"), extra=(("equation", "ckd_epi_2021"),)
    )
    text = said(fact, question="below", answer="not_met", limit=limit)
    assert f" {shown_as} μmol/L (2026-03-11, by CKD-EPI 2021 from " in text and "207 μmol/L)" in text


def test_an_estimate_that_could_not_be_made_says_why():
    fact = result(
        concept="estimate", received="0.7 umol/L", trouble=Because.UNREADABLE, extra=(("equation", "ckd_epi_2021"),)
    )
    text = said(fact, because="unreadable", question="below", limit="30")
    assert "0.7 μmol/L (2026-03-11), which could not be read, so no " in text


@pytest.mark.parametrize(
    ("received", "zh"), [("示例单抗注射液", "示例单抗注射液"), ("Examplumab inj", "示例单抗"), ("示" * 30, "示例单抗")]
)
def test_a_drug_has_a_name_that_its_reader_can_read(received, zh):
    fact = result(kind=Kind.EXPOSURE, item="drug.x", name="examplumab", received=received, end=TODAY)
    assert said(fact, question="recorded", answer="met") == "examplumab (2026-03-11)"
    assert said(fact, "zh", question="recorded", answer="met") == f"{zh}（2026-03-11）"


def test_a_diagnosis_in_other_letters_stands_beside_the_studys_name_for_it():
    fact = result(kind=Kind.CONDITION, name="癫痫", open=True)
    variable = next(iter(STUDY.variables))
    label = STUDY.variables[variable].label
    asked = {"question": "recorded", "answer": "met", "variable": variable}
    assert said(fact, **asked) == f"{label.en} (癫痫, from 2026-03-11)"
    assert said(fact, "zh", **asked) == "癫痫（自2026-03-11起）"


def test_a_fact_taken_on_trust_is_named_once():
    fact = result(kind=Kind.CONDITION, name="cirrhosis", end=TODAY)
    shown_by = Evidence(fact, "reading", (("answer", "met"), ("question", "recorded")))
    remark = Evidence(fact, "verification_missing", shown_by.args)
    criterion = Criterion("X1", "exclusion", Text("x", "甲"), "x")
    text = speaker().criterion(criterion, Finding(Answer.MET, None, (shown_by,), (remark,)), {})
    assert text == "Cirrhosis (2026-03-11); not marked as confirmed, taken as confirmed."
