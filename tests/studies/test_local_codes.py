"""Every case again as a Chinese hospital would send it, in its own codes or in Chinese texts: the answers stay."""

import json
from collections.abc import Iterator
from random import Random

import pytest

from adapter import pipeline
from adapter.facts.intake import Intake
from adapter.outputs.decision_line import number_of
from adapter.screening.decision import Decision, decide
from adapter.screening.judging.criteria import Judgement
from adapter.screening.picks.pick import pick_from
from adapter.screening.picks.shelf import lay_out
from adapter.study.load import find_study, load_study
from tests.robustness import ward
from tests.studies.twins.records import BOTH, CODES, LOCAL, TEXT, Rewriter
from tests.studies.twins.site import Site

SEEDS = (1, 2)


def decided(resources: list[dict] | tuple[dict, ...], screen: pipeline.Screen) -> Decision:
    intake = Intake(screen.context, screen.views, screen.study.registry)
    for resource in resources:
        intake.take(json.dumps(resource, ensure_ascii=False).encode())
    (record,) = intake.cohort(()).records
    shelf = lay_out(record, screen.study, ward.AS_OF)
    picks = pick_from(shelf, screen.study, screen.study.variables.values())
    return decide(record, Judgement(screen.study, picks, record.person.sex), ward.AS_OF)


def told(decision: Decision, screen: pipeline.Screen) -> Iterator[tuple[str, str]]:
    """Yield what a hospital reads of a decision, without the words of its own records."""
    yield "decision", decision.standing.value
    for name, finding in decision.findings.items():
        yield name, f"{finding.answer} {finding.because or ''} {sorted(note.key for note in finding.notes)}"
    for name, score in decision.scores.items():
        yield name, f"{score.low} to {score.high}"
    for name, variable in screen.study.reported.items():
        yield name, str(number_of(decision.picks[variable], screen.study.variables[variable]))


@pytest.fixture(scope="module", name="plain")
def plain_fixture() -> dict[str, dict[str, str]]:
    screen = ward.screen()
    return {case.stem: dict(told(decided(ward.resources(case), screen), screen)) for case in ward.CASES}


def rewritten(way: str, seed: int) -> tuple[dict[str, list[dict]], Site]:
    random = Random(f"{way}/{seed}")
    rewriter = Rewriter(way, Site(random), random)
    return {case.stem: rewriter.twin(ward.resources(case)) for case in ward.CASES}, rewriter.site


def codings(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if isinstance(value.get("code"), str) and "system" in value:
            yield value["system"], value["code"]
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from codings(inner)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("way", [LOCAL, TEXT, BOTH])
def test_a_case_in_the_hospitals_own_words_has_the_same_answers(way, seed, plain, tmp_path):
    twins, site = rewritten(way, seed)
    mappings = ward.ROOT / "mappings"
    mapped = load_study(find_study(ward.STUDY, mappings), mappings, {}, site.write(tmp_path / "hospital"))
    screen = pipeline.prepare(mapped, mappings, "Asia/Shanghai")
    came = {name: dict(told(decided(twin, screen), screen)) for name, twin in twins.items()}
    differing = {
        name: {key: (right, came[name][key]) for key, right in answers.items() if came[name][key] != right}
        for name, answers in plain.items()
        if came[name] != answers
    }
    assert differing == {}


@pytest.mark.parametrize("way", [LOCAL, TEXT])
def test_the_twins_hold_no_code_that_we_know_by_ourselves(way):
    twins, _ = rewritten(way, SEEDS[0])
    known = {pair for pair in codings(list(twins.values())) if CODES.of_coding(*pair, "any")}
    assert known == set()


@pytest.mark.parametrize("way", [LOCAL, TEXT])
def test_without_codes_csv_nobody_is_a_candidate(way, plain):
    twins, _ = rewritten(way, SEEDS[0])
    candidates = [name for name, answers in plain.items() if answers["decision"] == "candidate"][:5]
    decisions = [decided(twins[name], ward.screen()).standing.value for name in candidates]
    assert decisions == ["open"] * len(candidates)
