"""EULAR/ACR 2019 and ACR 1997 a second time, from section 3 of the clinical reference and its two tables."""

from __future__ import annotations

from typing import NamedTuple

from tests.population.chart import AS_OF, Chart, Result
from tests.second.reading import (
    ABSENT,
    FIRM,
    NEGATIVE,
    POSITIVE,
    PRESENT,
    UNKNOWN,
    Between,
    F,
    State,
    abnormal,
    number,
    over,
    under,
    usable,
)
from tests.second.reading import when as spans
from tests.second.states import all_of, any_of, ever, half_a_year_apart, says, stated, twice

DOMAINS = {  # eular_acr_2019.csv: domain -> its items and their weights
    "constitutional": {"fever": 2},
    "hematologic": {"leukopenia": 3, "thrombocytopenia": 4, "autoimmune_hemolysis": 4},
    "neuropsychiatric": {"delirium": 2, "psychosis": 3, "seizure": 5},
    "mucocutaneous": {
        "nonscarring_alopecia": 2,
        "oral_ulcers": 2,
        "subacute_cutaneous_or_discoid": 4,
        "acute_cutaneous_lupus": 6,
    },
    "serosal": {"pleural_or_pericardial_effusion": 5, "acute_pericarditis": 6},
    "musculoskeletal": {"joint_involvement": 6},
    "renal": {"proteinuria": 4, "ln_class_ii_or_v": 8, "ln_class_iii_or_iv": 10},
    "antiphospholipid": {"antiphospholipid": 2},
    "complement": {"low_c3_or_c4": 3, "low_c3_and_c4": 4},
    "sle_specific": {"anti_dsdna": 6, "anti_sm": 6},
}
KINDS = ("cast_rbc", "cast_granular", "cast_mixed_cellular")
IMMUNOLOGY = ("antiphospholipid", "complement", "sle_specific")
ACR_ITEMS = [
    "malar_rash",
    "discoid_rash",
    "photosensitivity",
    "oral_ulcers",
    "arthritis",
    "serositis",
    "renal",
    "neurologic",
    "hematologic",
    "immunologic",
    "ana",
]


class Set(NamedTuple):
    """The items, the sum as a range, the entry (EULAR/ACR alone) and the answer."""

    items: dict[str, State]
    total: tuple[int, int]
    entry: State
    answer: State


class Found:
    """What is on record for the "ever" items of one chart."""

    def __init__(self, chart: Chart) -> None:
        self.chart = chart

    def results(self, *concepts: str) -> list[Result]:
        """All results of these tests."""
        return [one for one in self.chart.results if one.concept in concepts]

    def ever_over(self, limit: str, *concepts: str) -> State:
        """Above the limit once."""
        return ever(self.results(*concepts), lambda one: over(one, limit))

    def ever_under(self, limit: str, *concepts: str) -> State:
        """Below the limit once."""
        return ever(self.results(*concepts), lambda one: under(one, limit))

    def ever_abnormal(self, side: str, *concepts: str) -> State:
        """Beyond the report's own limit once."""
        return ever(self.results(*concepts), lambda one: abnormal(one, side))

    def said(self, item: str) -> State | None:
        """What forms ever said: one "present" stands."""
        words = {
            one.word
            for form in self.chart.forms
            for one in form.answers
            if one.item == item and form.status == "completed" and not _later(form.when)
        }
        return PRESENT if words & {"present", "yes"} else ABSENT if words else None

    def coded(self, *concepts: str) -> State | None:
        """A Condition: confirmed it is there, provisional perhaps; without one nothing is known."""
        kept = {one.verification for one in self.chart.diagnoses if one.concept in concepts and not _later(one.onset)}
        return PRESENT if "confirmed" in kept else UNKNOWN if "provisional" in kept else None


def _later(text: str) -> bool:
    found = spans(text)
    return bool(found and found.first.date() > AS_OF)


def _with_code(measured: State | None, coded: State | None) -> State:
    """A code beside what is measured."""
    known = [state for state in (measured, coded) if state is not None]
    return any_of(*known) if known else UNKNOWN


def ana_entry(chart: Chart) -> State:
    """At least 1:80 once; a plain "negative" is below it, a plain "positive" says nothing of it.

    It is no item: another cause of a positive one does not take the entry away.
    """
    return ever(_ana(chart), _at_least_80, excused=False)


def _ana(chart: Chart) -> list[Result]:
    return [one for one in chart.results if one.concept in {"ana", "ana_titer"}]


def titre(one: Result) -> Between | None:
    """The denominator of a titre however it is written."""
    if one.value is not None:
        return number(one)
    text = one.word.replace("：", ":")
    if "1:" not in text:
        return None
    sign, rest = text.split("1:", 1)
    shown = F(rest.split()[0])
    return {"<": Between(None, True, shown, True), ">": Between(shown, True, None, True)}.get(
        sign, Between(shown, False, shown, False)
    )


def _at_least_80(one: Result) -> State:
    found = titre(one)
    if found is not None:
        return frozenset(not state for state in found.below(F(80)))
    return ABSENT if one.word in NEGATIVE else UNKNOWN


def _abnormal_ana(one: Result) -> State:
    if titre(one) is None and one.word in POSITIVE:
        return PRESENT
    return _at_least_80(one)


def eular(chart: Chart) -> Set:
    """EULAR/ACR 2019: entry, ten points, one clinical item."""
    found = Found(chart)
    items = {item: stated(state, found.said(f"eular.{item}")) for item, state in _eular_measured(found).items()}
    low = high = 0
    for weights in DOMAINS.values():
        low += max((weight for item, weight in weights.items() if items[item] == PRESENT), default=0)
        high += max((weight for item, weight in weights.items() if True in items[item]), default=0)
    clinical = [items[item] for domain, weights in DOMAINS.items() if domain not in IMMUNOLOGY for item in weights]
    ten = PRESENT if low >= 10 else ABSENT if high < 10 else UNKNOWN
    any_clinical = PRESENT if PRESENT in clinical else UNKNOWN if UNKNOWN in clinical else ABSENT
    entry = ana_entry(chart)
    answer = _attested(all_of(entry, ten, any_clinical), found.said("attest.fulfils_eular_acr_2019"))
    return Set(items, (low, high), entry, answer)


def _eular_measured(found: Found) -> dict[str, State]:
    low_c3, low_c4 = found.ever_abnormal("low", "c3"), found.ever_abnormal("low", "c4")
    haemolysis = any_of(
        found.ever_abnormal("high", "reticulocytes"),
        found.ever_abnormal("low", "haptoglobin"),
        found.ever_abnormal("high", "bilirubin_indirect"),
        found.ever_abnormal("high", "ldh"),
    )
    measured = all_of(haemolysis, found.ever_abnormal("high", "dat"))
    return {item: UNKNOWN for weights in DOMAINS.values() for item in weights} | {
        "fever": found.ever_over("38.3", "body_temperature"),
        "leukopenia": found.ever_under("4", "wbc"),
        "thrombocytopenia": found.ever_under("100", "platelets"),
        "autoimmune_hemolysis": _with_code(measured, found.coded("aiha")),
        "proteinuria": found.ever_over("0.5", "protein_24h", "upcr"),
        "ln_class_ii_or_v": _with_code(None, found.coded("ln_class_ii", "ln_class_v")),
        "ln_class_iii_or_iv": _with_code(None, found.coded("ln_class_iii", "ln_class_iv")),
        "antiphospholipid": any_of(
            ever(found.results("acl_igg"), _above_40),
            ever(found.results("acl_igm"), _above_40),
            found.ever_abnormal("high", "anti_b2gp1_igg"),
            found.ever_abnormal("high", "anti_b2gp1_igm"),
            found.ever_abnormal("high", "lupus_anticoagulant"),
        ),
        "low_c3_or_c4": any_of(low_c3, low_c4),
        "low_c3_and_c4": all_of(low_c3, low_c4),
        "anti_dsdna": found.ever_abnormal("high", "anti_dsdna"),
        "anti_sm": found.ever_abnormal("high", "anti_sm"),
    }


def _above_40(one: Result) -> State:
    """Medium or high titre; what the laboratory itself calls normal is neither, and H does not say how high."""
    return ABSENT if one.value is None and one.flag in {"N", "NEG"} else over(one, "40")


def acr1997(chart: Chart) -> Set:
    """ACR 1997: four of eleven, at any time."""
    found = Found(chart)
    reticulocytosis = found.ever_abnormal("high", "reticulocytes")
    haemolysis = all_of(reticulocytosis, PRESENT if found.ever_abnormal("high", "dat") == PRESENT else UNKNOWN)
    haemolytic = stated(_with_code(haemolysis, found.coded("aiha")), found.said("acr97.hemolytic_anemia"))
    measured = {
        "renal": any_of(_proteinuria(found), _casts(found)),
        "hematologic": any_of(
            haemolytic,
            twice(found.results("wbc"), lambda one: under(one, "4")),
            twice(found.results("lymphocytes"), lambda one: under(one, "1.5")),
            found.ever_under("100", "platelets"),
        ),
        "immunologic": any_of(
            found.ever_abnormal("high", "anti_dsdna"),
            found.ever_abnormal("high", "anti_sm"),
            found.ever_abnormal("high", "acl_igg"),
            found.ever_abnormal("high", "acl_igm"),
            found.ever_abnormal("high", "lupus_anticoagulant"),
            _false_positive_syphilis(found),
        ),
        "ana": ever(_ana(chart), _abnormal_ana),
    }
    items = {item: stated(measured.get(item, UNKNOWN), found.said(f"acr97.{item}")) for item in ACR_ITEMS}
    low = sum(state == PRESENT for state in items.values())
    high = sum(True in state for state in items.values())
    four = PRESENT if low >= 4 else ABSENT if high < 4 else UNKNOWN
    return Set(items, (low, high), UNKNOWN, _attested(four, found.said("attest.fulfils_acr_1997")))


def _proteinuria(found: Found) -> State:
    """Above half a gram on two occasions; where nothing was quantified by the dipstick, of which 3+ alone is open."""
    measured = found.results("protein_24h", "upcr")
    if any(usable(one) for one in measured):
        return twice(measured, lambda one: over(one, "0.5"))
    grades = {"4+": PRESENT, "3+": UNKNOWN}
    return twice(found.results("protein_dipstick"), lambda one: grades.get(one.word, ABSENT))


def _casts(found: Found) -> State:
    """Of red cells, granular or mixed; both of the first two at 0 are needed, or no casts of any kind."""
    kinds = [found.ever_over("0", kind) for kind in ("cast_rbc", "cast_granular")]
    if any(True in says(one, _above_0) for one in found.results("cast_mixed_cellular") if usable(one)):
        kinds.append(found.ever_over("0", "cast_mixed_cellular"))
    counted = any_of(*kinds)
    counted_once = [one for one in found.results(*KINDS) if usable(one)]
    none_final = bool(counted_once) and not any(one.status in FIRM for one in counted_once)
    doubted = none_final or any(True in says(one, _above_0) for one in counted_once)
    return ABSENT if not doubted and found.ever_over("0", "cast_any") == ABSENT else counted


def _above_0(one: Result) -> State:
    return over(one, "0")


def _false_positive_syphilis(found: Found) -> State:
    """Reagin positive for half a year and the treponemal test negative; it need not have been looked for."""
    reagin = half_a_year_apart(found.results("rpr", "vdrl"), lambda one: abnormal(one, "high"))
    syphilis = ever(found.results("treponemal_ab"), lambda one: abnormal(one, "high"), excused=False)
    return all_of(reagin, frozenset(not one for one in syphilis))


def _attested(computed: State, said: State | None) -> State:
    """A stated "fulfils" is met; "does not" settles what is open, and a computed met stands."""
    if said == PRESENT:
        return PRESENT
    return ABSENT if said == ABSENT and computed == UNKNOWN else computed
