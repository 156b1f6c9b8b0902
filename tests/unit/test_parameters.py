"""A parameter takes what it accepts, wherever its name stands; anything else names the nearest right word."""

from decimal import Decimal

import pytest

from adapter.errors import StudyError
from adapter.screening.study import Parameter
from adapter.study.parameters import check, chosen, load_parameters, parse_settings, spend
from tests.acceptance.command import STUDY, TOY, refused, run


def parameter(value: str, accepts: str) -> Parameter:
    return Parameter("p", value, value, accepts)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("hba1c_day=3", '--set hba1c_day: the study has no parameter "hba1c_day". Did you mean "hba1c_days"?'),
        ("absence_policy=presumed", 'only open, presume. Did you mean "presume"?'),
        ("hba1c_days=many", '--set hba1c_days: "many" is not accepted, only a number.'),
        ("hba1c_days=-3", '"-3" is not accepted'),
        ("hba1c_days=1e999999", '"1e999999" is not accepted'),
        ("hba1c_days=NaN", '"NaN" is not accepted'),
        ("hba1c_days=2.5", "window.days: expected a valid integer"),
        ("hba1c_days=99999999", "window.days: expected less than or equal to 36525"),
        ("hba1c_days=", '"" is not accepted'),
        ("hba1c_days", "write it as PARAMETER=VALUE"),
        ("=3", "write it as PARAMETER=VALUE"),
    ],
)
def test_a_wrong_setting_is_one_line(setting, said):
    refused(run("screen", "--study", TOY, "--source", TOY / "cases", "--set", setting), 11, said)


@pytest.mark.parametrize(
    "setting",
    [
        "absence_policy=presume",
        "igg_low_g_l=6.5",
        "bcell_lookback=P1Y",
        "liver_alt_ast_xuln=3",
        "egfr_round=true",
        "prior_therapy_classes=glucocorticoid,immunosuppressant",
    ],
)
def test_the_documented_settings_are_taken(setting):
    name, _, value = setting.partition("=")
    ran = run("screen", "--study", STUDY, "--parameters", "--set", setting)
    assert (ran.code, f"\n{name}={value}\n" in f"\n{ran.out}") == (0, True), ran.err


def test_every_parameter_is_listed_with_what_it_accepts():
    ran = run("screen", "--study", TOY, "--parameters")
    assert ran.code == 0
    assert "hba1c_days=90\n" in ran.out and "accepts open|presume; not confirmed by the sponsor" in ran.out


def test_the_word_of_a_list_that_is_unknown_is_named():
    with pytest.raises(StudyError, match=r'"c" is not accepted, only a, b'):
        check("--set x", "a, c", "list:a|b")


def test_a_name_is_spent_wherever_it_stands():
    known = {
        "days": parameter("90", "number"),
        "classes": parameter("a,b", "list:a|b"),
        "on": parameter("true", "true|false"),
    }
    tree = {"window": {"days": "$days"}, "concepts": "$classes", "each": ["$days", "plain"], "on": "$on", "n": 3}
    assert spend(tree, known, "x") == {
        "window": {"days": 90},
        "concepts": ["a", "b"],
        "each": [90, "plain"],
        "on": True,
        "n": 3,
    }


def test_a_word_may_stand_for_another_number():
    known = {"limit": parameter("report", "report|number")}
    assert spend("$limit|7.5", known, "x") == Decimal("7.5")


def test_an_option_is_chosen_by_word_or_as_any_number():
    options = {"report": "by_report", "number": "by_number"}
    rules = [chosen(parameter(value, "report|number"), options) for value in ("report", "6.5")]
    assert rules == [("by_report",), ("by_number",)]


def test_of_a_list_every_word_chooses_its_option():
    options = {"a": "rule", "b": "rule", "c": "other"}
    assert chosen(parameter("a, b,c", "list:a|b|c"), options) == ("rule", "other")


def test_settings_are_split_at_the_first_sign():
    assert parse_settings(["a = b=c", "d="]) == {"a": "b=c", "d": ""}


def test_a_study_may_have_no_parameters(tmp_path):
    assert load_parameters(tmp_path / "parameters.toml", {}) == {}
