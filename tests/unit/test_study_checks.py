"""Every name in a study leads somewhere, every rule asks one thing, and nothing asks itself."""

import pytest

from tests.acceptance.command import changed, load, refused

INSULIN = 'variable = "insulin"\nrecorded = true'

WRONG_NAMES = [
    (
        "criteria.toml",
        '"hba1c_year"',
        '"hba1c_yeer"',
        'hba1c_of_the_year_high_enough: no variable "hba1c_yeer"',
        "hba1c_year",
    ),
    ("criteria.toml", '"hba1c_low_enough"]', '"hba1c_lowenough"]', 'I2: no rule "hba1c_lowenough"', "hba1c_low_enough"),
    (
        "criteria.toml",
        'record = "insulin_on_record"',
        'record = "insulin_record"',
        'E1: no rule "insulin_record"',
        "insulin_on_record",
    ),
    (
        "criteria.toml",
        '"$hba1c_from"',
        '"$hba1c_form"',
        'hba1c_high_enough, at_least: no parameter "hba1c_form"',
        "hba1c_from",
    ),
    ("variables.toml", "$hba1c_days", "$hba1c_day", 'hba1c, window, days: no parameter "hba1c_day"', "hba1c_days"),
    ("variables.toml", '["hba1c"]', '["hba1d"]', 'hba1c: no concept "hba1d"', "hba1c"),
    ("variables.toml", '= ["attest.insulin"]', '= ["attst.*"]', 'attest.insulin: no concept "attst.*"', ""),
    ("variables.toml", 'absence = "policy"', 'closed_by = "hba1cx"', 'insulin: no variable "hba1cx"', "hba1c"),
    ("study.toml", '"flag_when"', '"flag_wen"', 'flag_rule: no rule "flag_wen"', "flag_when"),
    ("study.toml", 'hba1c = "hba1c"', 'hba1c = "hba1"', 'reported: no variable "hba1"', "hba1c"),
    (
        "study.toml",
        '"type_2_diabetes"',
        '"typ_2_diabetes"',
        'population: no concept "typ_2_diabetes"',
        "type_2_diabetes",
    ),
    (
        "study.toml",
        "$absence_policy",
        "$absence_polcy",
        'reading, absence: no parameter "absence_polcy"',
        "absence_policy",
    ),
    ("settle.toml", 'when = ["E1"]', 'when = ["E11"]', 'insulin: no rule "E11"', "E1"),
    ("settle.toml", 'watches = ["hba1c"]', 'watches = ["hba1d"]', 'hba1c: no concept "hba1d"', "hba1c"),
    (
        "settle.toml",
        'concept = "attest.insulin"',
        'concept = "attest.insuline"',
        'insulin: no concept "attest.insuline"',
        "attest.insulin",
    ),
    ("criteria.toml", 'id = "I2"\n', 'id = "I2"\nparts = ["I2a"]\n', 'I2: no criterion "I2a"', "I2"),
    ("criteria.toml", INSULIN, 'score = "selena"\nat_least = 1', 'insulin_on_record: no score "selena"', ""),
    (
        "criteria.toml",
        INSULIN,
        'choose = "absence"\noptions = { open = "I1" }',
        'no parameter "absence"',
        "absence_policy",
    ),
    (
        "criteria.toml",
        INSULIN,
        'choose = "absence_policy"\noptions = { open = "I1", presume = "I22" }',
        'no rule "I22"',
        "I2",
    ),
    (
        "criteria.toml",
        INSULIN,
        'choose = "absence_policy"\noptions = { open = "I1", presumed = "I2" }',
        'no word of absence_policy "presumed"',
        "presume",
    ),
]

WRONG_RULES = [
    ("", "says nothing. Give it one of"),
    ('variable = "insulin"', 'asks nothing of "insulin"'),
    ('score = "selena-sledai"', 'asks nothing of the score "selena-sledai". Add at_least'),
    ('variable = "insulin"\nrecorded = true\nany_of = ["I1"]', '"any_of" has no place beside "variable"'),
    ('all_of = ["I1"]\nany_of = ["I2"]', '"any_of" has no place beside "all_of"'),
    ('any_of = ["I1"]\nat_least = 2', '"at_least" has no place beside "any_of"'),
    ('record = "I1"', "a record goes with one of word, doubted_by, counts"),
    ('choose = "absence_policy"\noptions = { open = "I1" }', 'no option for absence_policy = "presume"'),
    ('all_of = ["insulin_on_record"]', "asks itself (insulin_on_record → insulin_on_record)"),
]


@pytest.mark.parametrize(("file", "old", "new", "said", "nearest"), WRONG_NAMES)
def test_a_name_that_leads_nowhere_is_said_with_the_nearest_right_one(tmp_path, file, old, new, said, nearest):
    meant = f'Did you mean "{nearest}' if nearest else ""
    refused(load(changed(tmp_path, file, old, new)), 11, f"/study/{file}, ", said, meant)


@pytest.mark.parametrize(("rule", "said"), WRONG_RULES)
def test_a_rule_asks_exactly_one_thing(tmp_path, rule, said):
    refused(
        load(changed(tmp_path, "criteria.toml", INSULIN, rule)), 11, "/study/criteria.toml, insulin_on_record: ", said
    )


def test_a_circle_is_shown_rule_by_rule(tmp_path):
    folder = changed(tmp_path, "criteria.toml", INSULIN, 'all_of = ["E1"]')
    refused(load(folder), 11, "criteria.toml, E1: asks itself (E1 → insulin_on_record → E1)")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id = "I2"\n', 'id = "I2"\nparts = ["I1"]\n', "I1: no part_of, but I2 lists it among its parts"),
        ('id = "I2"\n', 'id = "I2"\npart_of = "I1"\n', 'I2: part_of = "I1", but I1 does not list it in parts'),
    ],
)
def test_a_part_and_its_whole_name_each_other(tmp_path, old, new, said):
    refused(load(changed(tmp_path, "criteria.toml", old, new)), 11, "criteria.toml, ", said)


def test_a_variable_without_concepts_cannot_be_asked(tmp_path):
    folder = changed(tmp_path, "variables.toml", 'concepts = ["insulin"]', "concepts = []")
    refused(load(folder), 11, "variables.toml, insulin: has no concepts, and insulin_on_record asks for it")


SCORE = """
id = "one"
label = { en = "", zh = "" }
parts = [{ id = "one-part", label = { en = "", zh = "" }, without = ["b"] }]
items = [
  { id = "a", weight = 3, rule = "I1", group = "g", label = { en = "", zh = "" } },
  { id = "b", weight = 4, rule = "I1", group = "g", label = { en = "", zh = "" } },
]
"""


def test_a_part_of_a_score_takes_a_group_whole_or_leaves_it(tmp_path):
    folder = changed(tmp_path, "study.toml", "flag_rule", 'scores = ["one"]\nflag_rule')
    file = folder / "scores" / "one" / "score.toml"
    file.parent.mkdir(parents=True)
    file.write_text(SCORE, encoding="utf-8")
    refused(load(folder), 11, 'score.toml, one, one-part: leaves out "b" but not all of its group "g"')
    file.write_text(SCORE.replace('["b"]', '["a", "b"]'), encoding="utf-8")
    assert load(folder).code == 0


def test_a_study_without_criteria_is_none(tmp_path):
    folder = changed(tmp_path, "criteria.toml", "", "")
    (folder / "criteria.toml").write_text("", encoding="utf-8")
    refused(load(folder), 11, "criteria.toml: no criterion")
