"""The document of a study: whatever the study, both languages, nothing left out, and it follows the settings."""

import re

import pytest

from adapter.study.load import load_study
from tests.acceptance.command import ROOT, STUDY, TOY, changed, refused, run

LANGUAGES = ("en", "zh")
OTHERS = {"all", "outcome", "outcomes", "flag_when"}
CODE = re.compile(r"`[^`]*`|\*\*[^*]*\*\* \([^)]*\)|[（(][^）)]*[）)]")
ENGLISH = re.compile(r"(?:\b[a-z]{2,} ){3}")


@pytest.fixture(name="study", scope="module")
def study_fixture():
    return load_study(STUDY, ROOT / "mappings").study


@pytest.fixture(name="told", scope="module")
def told_fixture():
    return {language: document(STUDY, "--lang", language) for language in LANGUAGES}


def document(*more):
    ran = run("document", *more)
    assert ran.code == 0, ran.err
    return ran.out


def section(text, heading):
    return re.split(r"^##+ ", text.split(f"\n### {heading} ", 1)[1], flags=re.MULTILINE)[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_criterion_has_its_sentence_and_our_reading(study, told, language):
    for criterion in study.criteria:
        own = section(told[language], criterion.id)
        assert criterion.sentence[language] in own and criterion.reading[language]
        assert criterion.reading[language] in own, criterion.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_item_has_its_weight_and_definition(study, told, language):
    for score in study.scores.values():
        if score.reported:
            for item in score.items:
                assert item.definition[language], (score.id, item.id)
                assert f"| {item.label[language]} | {item.weight} |" in told[language]


def test_every_parameter_names_criteria_that_there_are(study):
    known = OTHERS | {criterion.id for criterion in study.criteria}
    named = {p.id: {name.strip() for name in p.criterion.split(",")} for p in study.parameters.values()}
    assert {name: left for name, own in named.items() if (left := own - known)} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_parameter_stands_with_its_criterion(told, language):
    row = next(line for line in section(told[language], "E2").splitlines() if "`egfr_validity_days`" in line)
    assert "| `90` |" in row and row.endswith({"en": "| no |", "zh": "| 否 |"}[language])


def test_every_parameter_says_what_it_means_in_both_languages(study):
    said = [(p.id, text) for p in study.parameters.values() for text in (p.means, p.source)]
    assert [name for name, text in said if not (text.en and text.zh)] == []


def test_chinese_holds_no_english_sentence(told):
    english = [line for line in told["zh"].splitlines() if ENGLISH.search(CODE.sub("", line))]
    assert [line for line in english if not line.startswith(("| `tcm_", "| `b_cell_"))] == []


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("E1b", "24 h urine protein (at most 90 days old) above 6 g/24 h"),
        ("E1f", "IgG (at most 90 days old) below the report's own lower limit"),
        ("E1g", "ALT (at most 90 days old) at or above twice the report's own upper limit"),
        ("E1c", "HIV screen (at most 365 days old): positive"),
        ("E2", "eGFR (at most 90 days old) below 30 mL/min/1.73 m²"),
        ("I1", "age below 66 years"),
        ("I3a", "SELENA-SLEDAI of 8 points or more"),
        ("I2a", "ACR 1997 of 4 items or more"),
        ("E5", "[`plasma_cell_drugs` = `not_counted`] never (switched off)"),
    ],
)
def test_limits_units_and_windows_are_told(told, heading, words):
    assert words in section(told["en"], heading)


def test_a_score_is_told_as_it_is_set():
    text = document(STUDY, "--set", "proteinuria_reference=lowest_recent", "--set", "sledai_anchor=index_date")
    assert "against the lowest value of the same test within 90 days before" in text
    assert "urine red cells (at most 10 days old) above 5 /HPF" in text


def test_a_setting_changes_what_is_told():
    settings = (
        "egfr_validity_days=30",
        "age_max=exclusive",
        "observation_status=counts",
        "med_status_unknown=exposure",
    )
    text = document(STUDY, *(word for setting in settings for word in ("--set", setting)))
    assert "corrected and preliminary results count" in text and "of unknown status counts as taken" in text
    assert "eGFR (at most 30 days old) below 30" in text and "age below 65 years" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_another_study_needs_no_python(language):
    text = document(TOY, "--lang", language)
    words = {
        "en": (
            "HbA1c (at most 90 days old) of 7 % or more",
            "taking insulin (at most 30 days old): yes",
            "LOINC 4548-4",
            "A10A",
        ),
        "zh": ("糖化血红蛋白（90天内）达到7 %", "正在使用胰岛素（30天内）：是", "LOINC 4548-4", "**胰岛素**"),
    }[language]
    assert [word for word in words if word not in text] == []
    assert "hba1c_days" in section(text, "I2") and "{" not in text


def test_a_study_without_parameters_or_scores_has_a_document(tmp_path):
    (tmp_path / "study.toml").write_text('id = "small"\ntitle = "small"\n', encoding="utf-8")
    (tmp_path / "variables.toml").write_text('[age]\nlabel = "age"\npick = "age"\n', encoding="utf-8")
    criterion = '[[criteria]]\nid = "I1"\ncategory = "inclusion"\nsentence = "adult"\nvariable = "age"\nat_least = 18\n'
    (tmp_path / "criteria.toml").write_text(criterion, encoding="utf-8")
    text = document(tmp_path)
    assert "# small (small): " in text and "- age of 18 years or more" in text
    assert "## Scores" not in text and "## Exclusion" not in text


def test_a_reading_in_one_language_alone_is_refused(tmp_path):
    study = changed(tmp_path, "criteria.toml", 'id = "I1"', 'id = "I1"\nreading = { en = "only English" }')
    refused(run("document", study), 11, "reading", "zh")
