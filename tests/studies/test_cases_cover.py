"""The lupus study's cases cover what the study decides: each answer of each criterion, each word of each parameter."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest

from adapter import pipeline
from adapter.pipeline import Screen, judge_one
from adapter.places import folder
from adapter.screening.decision import Decision
from adapter.screening.model import Answer, PatientRecord
from adapter.sources.folder import FolderSource
from adapter.study.cases import load_cases
from adapter.study.load import find_study, load_study

MAPPINGS = folder("mappings")
STUDY = find_study("telitacicept-belimumab", MAPPINGS)
CASES = {case.name.split("-", 1)[0]: case for case in load_cases(STUDY)}
PARAMETERS = load_study(STUDY, MAPPINGS).study.parameters
Settings = tuple[tuple[str, str], ...]
READ_WITH = frozenset({"upcr_mmol_rule"})  # a factor of a unit is spent while reading, all others while judging

# What no case can show, and why.
NOWHERE = {
    "index_date": "the day a case is judged is its own as_of",
    "new_bilag_b": "used for outcomes alone, which no criterion asks",
}
# A word that decides only beside another choice: that choice is made on both sides of the comparison.
BESIDE = {
    "prior_therapy_min_days": {"accept_surrogate_failure": "true"},  # the days guard the hint of failure alone
    "plasma_cell_drugs=unknown": {"absence_policy": "presume"},  # else nothing that counts is unknown as well
    "btk_inhibitor=not_counted": {"absence_policy": "presume"},
}
# Numbers whose half and double say nothing, or that stand beside a word.
NUMBERS = {
    "age_min": ("17", "19"),
    "igg_low_g_l": ("4", "13"),
    "apl_negative_set": ("3",),
}


@dataclass(frozen=True)
class Choice:
    """A parameter set to another word than its default, and what is set besides on both sides of the comparison."""

    parameter: str
    word: str
    beside: Settings = ()

    def __str__(self) -> str:
        return f"{self.parameter}={self.word}"


def choices() -> Iterator[Choice]:
    for name, parameter in PARAMETERS.items():
        for word in () if name in NOWHERE else words(name, parameter.accepts, parameter.default):
            yield Choice(name, word, tuple((BESIDE.get(f"{name}={word}") or BESIDE.get(name) or {}).items()))


def words(name: str, accepts: str, default: str) -> Iterator[str]:
    """Every other word; of a list each one left out or added; of a number a smaller one and a larger one."""
    if accepts.startswith("list:"):
        held = default.split(",")
        for word in accepts.removeprefix("list:").split("|"):
            yield ",".join([one for one in held if one != word] if word in held else [*held, word])
        return
    for word in accepts.split("|"):
        if word == "number":
            yield from NUMBERS.get(name) or (str(int(default) // 2), str(int(default) * 2))
        elif word != default:
            yield word


@cache
def screen_of(settings: Settings) -> Screen:
    return pipeline.prepare(load_study(STUDY, MAPPINGS, dict(settings)), MAPPINGS, "Asia/Shanghai")


@cache
def record_of(case: str, settings: Settings) -> PatientRecord:
    (record,) = pipeline.read(FolderSource(CASES[case].resources), screen_of(settings)).records
    return record


def judged(case: str, settings: Settings = ()) -> Decision:
    read_with = tuple(pair for pair in settings if pair[0] in READ_WITH)
    return judge_one(record_of(case, read_with), screen_of(settings).study, CASES[case].as_of).decision


@cache
def told(case: str, settings: Settings = ()) -> tuple[object, ...]:
    """What a reader of the decision is told: standing, answers with their reasons, scores, variables."""
    decision = judged(case, settings)
    study = screen_of(settings).study
    picks = {name: decision.picks[variable] for name, variable in study.reported.items()}
    return (
        decision.standing,
        {name: (found.answer, found.because) for name, found in decision.findings.items()},
        {name: (score.low, score.high, score.entry) for name, score in decision.scores.items()},
        {name: (pick.number, [reading.fact.quantity for reading in pick.readings]) for name, pick in picks.items()},
    )


@pytest.mark.slow
@pytest.mark.parametrize("choice", list(choices()), ids=str)
def test_every_other_word_of_every_parameter_moves_a_case(choice):
    other = (*choice.beside, (choice.parameter, choice.word))
    assert any(told(case, choice.beside) != told(case, other) for case in reversed(CASES))


def test_a_parameter_that_no_case_can_move_has_its_reason_and_still_exists():
    assert set(NOWHERE) <= set(PARAMETERS)
    assert {name.split("=")[0] for name in BESIDE} | set(NUMBERS) <= set(PARAMETERS)


@pytest.mark.parametrize("criterion", [criterion.id for criterion in screen_of(()).study.criteria])
def test_every_criterion_is_met_not_met_and_unknown_in_some_case(criterion):
    assert {judged(case).findings[criterion].answer for case in CASES} == set(Answer)


def test_a_high_dose_of_glucocorticoids_decides_only_where_the_study_says_so():
    counts = (("severe_ln_steroid", "counts"),)
    plain, words_alone = "135", "136"
    assert [judged(case).findings["E1b"].answer for case in (plain, words_alone)] == [Answer.NOT_MET, Answer.NOT_MET]
    assert judged(plain, counts).findings["E1b"].answer is Answer.MET
    assert judged(words_alone, counts).findings["E1b"].answer is Answer.UNKNOWN
