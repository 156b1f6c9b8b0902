"""A fault in a study's files stops the command with one line: file, entry, fault, the nearest right word."""

import pytest

from tests.acceptance.command import TOY, changed, load, refused, run

THING = 'do = "ask"\nwhat = { en = "a", zh = "b" }\nsays = { en = "a", zh = "b" }\ncost = 1\nwhen = ["I1"]\n'

MISSPELT_KEYS = [
    ("study.toml", "registry =", "regstry =", 'the head: no such key "regstry". Did you mean "registry"?'),
    ("study.toml", "[reading]", "[reeding]", 'the head: no such key "reeding". Did you mean "reading"?'),
    (
        "variables.toml",
        'absence = "policy"',
        'absense = "no"',
        'insulin: no such key "absense". Did you mean "absence"?',
    ),
    ("variables.toml", "{ days = 365", "{ day = 365", 'hba1c_year: no such key "window.day". Did you mean "days"?'),
    ("criteria.toml", "category =", "categry =", 'I1: no such key "categry". Did you mean "category"?'),
    ("criteria.toml", "sentence = { en", "sentence = { eng", 'I1: no such key "sentence.eng". Did you mean "en"?'),
    ("criteria.toml", "recorded =", "recordd =", 'insulin_on_record: no such key "recordd". Did you mean "recorded"?'),
    ("criteria.toml", "[rules.flag", "[rule.flag", 'no such table "rule". Did you mean "rules"?'),
    ("parameters.toml", "means =", "mean =", 'age_min: no such key "mean". Did you mean "means"?'),
    ("settle.toml", "cost =", "costs =", 'birth_date: no such key "costs". Did you mean "cost"?'),
    (
        "settle.toml",
        'concept = "person.birth"',
        'concpt = "person.birth"',
        'no such key "good.0.concpt". Did you mean "concept"?',
    ),
    ("settle.toml", "", f'\n[[thing]]\nid = "x"\n{THING}', 'no such table "thing". Did you mean "things"?'),
]

WRONG_VALUES = [
    ("variables.toml", '"latest"', '"lastest"', 'hba1c: pick: "lastest" is none of', 'Did you mean "latest"?'),
    ("variables.toml", '["exposure"]', '["exposures"]', 'insulin: kinds.0: "exposures"', 'Did you mean "exposure"?'),
    ("variables.toml", "days = 365", "days = 99999999", "hba1c_year: window.days: expected less than", "99999999"),
    ("variables.toml", "days = 365", 'length = "P1M"', "hba1c_year: window.length:", "P1M"),
    ("criteria.toml", '"exclusion"', '"exclude"', 'E1: category: "exclude" is none of', 'Did you mean "exclusion"?'),
    ("criteria.toml", '"$age_min"', '"old"', "I1: at_least: expected a valid decimal", 'not "old"'),
    ("criteria.toml", 'id = "I2"\n', "", 'criteria 2: "id" is missing', ""),
    ("criteria.toml", ', zh = "年龄≥40岁"', "", 'I1: "sentence.zh" is missing', ""),
    ("parameters.toml", '"presume"', '"presumed"', "absence_policy, default:", 'Did you mean "presume"?'),
    ("parameters.toml", "", '\n[x]\ndefault = "1"\n', 'x: "accepts" is missing', ""),
]


@pytest.mark.parametrize(("file", "old", "new", "said"), MISSPELT_KEYS)
def test_a_misspelt_key_names_the_nearest_right_one(tmp_path, file, old, new, said):
    refused(load(changed(tmp_path, file, old, new)), 11, f"/study/{file}", said)


@pytest.mark.parametrize(("file", "old", "new", "said", "nearest"), WRONG_VALUES)
def test_a_wrong_value_names_what_may_stand_there(tmp_path, file, old, new, said, nearest):
    refused(load(changed(tmp_path, file, old, new)), 11, f"/study/{file}, ", said, nearest)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("variables.toml", 'pick = "age"', "pick = age", "variables.toml: no TOML (Invalid value (at line 3"),
        ("variables.toml", "[age]", "x = 3\n[age]", "variables.toml, x: no table"),
        ("parameters.toml", "[age_min]", 'x = "3"\n[age_min]', "parameters.toml, x: no table"),
        ("criteria.toml", "[[criteria]]", "rules = 3\n[[criteria]]", "criteria.toml: no TOML"),
        ("settle.toml", "[[things]]", "things = 3\n[[thing]]", "settle.toml"),
    ],
)
def test_what_is_no_table_is_named(tmp_path, file, old, new, said):
    refused(load(changed(tmp_path, file, old, new)), 11, said)


@pytest.mark.parametrize("file", ["variables.toml", "criteria.toml"])
def test_a_file_that_is_not_there_is_named(tmp_path, file):
    folder = changed(tmp_path, file, "", "")
    (folder / file).unlink()
    refused(load(folder), 11, f"{file}: no such file")


def test_a_file_that_is_not_utf8_is_named(tmp_path):
    folder = changed(tmp_path, "criteria.toml", "", "")
    (folder / "criteria.toml").write_bytes("# 糖尿病\n".encode("gbk"))
    refused(load(folder), 11, "criteria.toml: not UTF-8")


@pytest.mark.parametrize(
    ("file", "entry", "said"),
    [
        ("criteria.toml", '[rules.I1]\nvariable = "age"\nat_least = 3\n', "criteria.toml, I1: stands there twice"),
        ("criteria.toml", '[rules.flag_when]\nany_of = ["I1"]\n', "Cannot declare ('rules', 'flag_when') twice"),
        ("settle.toml", f'[[things]]\nid = "hba1c"\n{THING}', "settle.toml, hba1c: stands there twice"),
    ],
)
def test_no_id_stands_twice(tmp_path, file, entry, said):
    refused(load(changed(tmp_path, file, "", f"\n{entry}")), 11, said)


def test_a_rule_of_a_score_and_one_of_the_criteria_have_two_names(tmp_path):
    folder = changed(tmp_path, "study.toml", "", "")
    own = folder / "scores" / "one" / "score.toml"
    own.parent.mkdir(parents=True)
    text = '{ en = "a", zh = "b" }'
    items = f'items = [{{ id = "x", weight = 1, rule = "I1", label = {text} }}]'
    own.write_text(f'id = "one"\nlabel = {text}\n{items}\n[rules.flag_when]\nany_of = ["I1"]\n', encoding="utf-8")
    refused(load(folder), 11, "criteria.toml, flag_when: stands in ", "score.toml too")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "variables.toml",
            'like = "hba1c"',
            'like = "hba1"',
            'hba1c_year: no variable "hba1" to be like. Did you mean "hba1c"?',
        ),
        ("variables.toml", 'like = "hba1c"', 'like = "hba1c_year"', "hba1c_year: is like itself"),
        (
            "study.toml",
            "flag_rule",
            'scores = ["selena-sledia"]\nflag_rule',
            'no score "selena-sledia". Did you mean "selena-sledai"?',
        ),
        (
            "study.toml",
            "",
            '\n[[units.absence.presume]]\nconcept = "hba1c"\nunit = "x"\nfactor = 2\n',
            'units: no parameter "absence". Did you mean "absence_policy"?',
        ),
    ],
)
def test_what_is_asked_for_by_name_must_be_there(tmp_path, file, old, new, said):
    refused(load(changed(tmp_path, file, old, new)), 11, f"/study/{file}", said)


def test_an_unknown_study_names_those_there_are():
    refused(
        run("screen", "--study", "telitacicept-belimumb", "--source", TOY / "cases"),
        11,
        'no study "telitacicept-belimumb"',
        'Did you mean "telitacicept-belimumab"?',
    )
