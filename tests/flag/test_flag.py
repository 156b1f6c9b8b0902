"""The simulated hospital: the same for the same seed, its shortcuts equal to the product, figures in a wide band."""

import json

import pytest

from adapter import pipeline
from adapter.screening.decision import Standing
from tests.flag.__main__ import RESULTS, hospital
from tests.flag.course import FIRST_RUN, WEEKS, WEIGHTS, P, course
from tests.flag.measures import episodes
from tests.flag.record import written
from tests.flag.tables import PAGE, filled, name_of, share
from tests.flag.watch import DEFAULT, record_of, run_on, screen, watch

FLAGGED = {Standing.CANDIDATE, Standing.POTENTIAL_CANDIDATE}
CORNERS = ((60, 8), DEFAULT, (180, 2))


def test_a_patient_is_the_same_for_the_same_seed_alone():
    first, again, other = (course(seed, 7) for seed in (1, 1, 2))
    assert first == again != other
    assert json.dumps(written(first, 1)) == json.dumps(written(again, 1))


def test_the_descriptors_add_up_to_the_score():
    assert len(WEIGHTS) == 24 and sum(WEIGHTS.values()) == 105
    assert all(0 < P[f"item_{name}"] < 1 for name in WEIGHTS if f"item_{name}" in P)


def test_nobody_is_eligible_below_eight_points_nor_while_excluded():
    everybody = [course(1, number) for number in range(300)]
    eligible = [(one, week) for one in everybody for week in range(WEEKS) if not one.why_not(week)]
    assert len(eligible) > 300
    assert all(one.total(week) >= 8 and one.lupus for one, week in eligible)
    assert not [one.id for one, _ in eligible if {"hbsag", "tcm", "low_igg"} & {*one.excluded}]


def test_an_episode_begins_with_a_visit_in_which_the_patient_is_eligible():
    for one in (course(1, number) for number in range(300)):
        for spell in episodes(one):
            assert spell.end > FIRST_RUN
            assert spell.seen < 0 or (spell.seen in one.visits and not one.why_not(spell.seen))


@pytest.mark.slow
@pytest.mark.parametrize("number", [9, 21, 43])
def test_a_week_by_week_run_of_the_whole_product_says_the_same(number):
    """Every week, at three settings, from what was recorded by then alone: no shortcut, nothing from the future."""
    resources = written(course(1, number), 1)
    watched = watch(record_of(resources))
    for run in range(0, WEEKS - FIRST_RUN, 3):
        known = [one for one in resources if _begins(one) <= str(run_on(run))]
        record = record_of(known)
        for setting in CORNERS:
            standing = pipeline.judge_one(record, screen(*setting).study, run_on(run)).decision.standing
            assert (standing in FLAGGED) == watched.flags[name_of(*setting)][run], (run, setting, standing)


def _begins(resource):
    period = resource.get("effectivePeriod", {}).get("start", "")
    return next(
        (resource[key] for key in ("effectiveDateTime", "onsetDateTime", "authoredOn") if key in resource), period
    )


@pytest.mark.slow
def test_sixty_patients_give_the_same_counts_twice_and_figures_in_a_wide_band():
    counts = hospital(1, 60)
    assert counts == hospital(1, 60, workers=2)
    usual, wide, narrow = (counts[name_of(*one)] for one in (DEFAULT, (180, 2), (60, 8)))
    assert usual["patients"] == 60 and usual["episodes"] >= 4
    assert share("episodes flagged in 90 days", "episodes")(usual) >= 0.5
    assert 0.05 <= share("new flags, eligible in 90 days", "new flags")(usual) <= 0.8
    assert narrow["flagged weeks"] < usual["flagged weeks"] < wide["flagged weeks"]


def test_the_tables_of_the_page_are_those_of_the_results():
    page = PAGE.read_text(encoding="utf-8")
    assert filled(page, json.loads(RESULTS.read_text(encoding="utf-8"))) == page, "run `python -m tests.flag --doc`"
