"""From checked forms to the frozen things that judging uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from adapter.screening.model import Because, Kind
from adapter.screening.study import (
    Comparison,
    Criterion,
    Hypothesis,
    LenientStatus,
    Parameter,
    Rule,
    Score,
    ScoreItem,
    ScorePart,
    Settlement,
    Text,
    Variable,
    Window,
    WordScale,
)
from adapter.study.forms import (
    CriterionForm,
    ReadingForm,
    RuleForm,
    ScaleForm,
    ScoreForm,
    SupposedForm,
    TextForm,
    ThingForm,
    VariableForm,
    WindowForm,
)
from adapter.study.parameters import chosen

_DRUGS = ("Medication", "MedicationAdministration", "MedicationDispense", "MedicationRequest", "MedicationStatement")
RESOURCES: Mapping[Kind, tuple[str, ...]] = {
    Kind.RESULT: ("Observation",),
    Kind.WORD: ("Observation", "QuestionnaireResponse"),
    Kind.CONDITION: ("Condition",),
    Kind.EXPOSURE: _DRUGS,
    Kind.RESPONSE: ("MedicationStatement",),
    Kind.ALLERGY: ("AllergyIntolerance",),
    Kind.PROCEDURE: ("Procedure",),
    Kind.ENROLMENT: ("ResearchStudy", "ResearchSubject"),
}
_COMPARED = tuple(Comparison.__dataclass_fields__)


def text(form: TextForm) -> Text:
    """One text in two languages."""
    return Text(form.en, form.zh)


def variable(name: str, form: VariableForm) -> Variable:
    """A study variable."""
    stated = form.kinds == (Kind.WORD,)
    of_person = form.pick == "age" or any(concept.startswith("person.") for concept in form.concepts)
    resources = ("Patient",) if of_person else tuple(sorted({r for kind in form.kinds for r in RESOURCES[kind]}))
    fields = form.model_dump(exclude={"label", "window", "scale", "absent_because"})
    return Variable(
        id=name,
        label=text(form.label),
        resources=resources,
        window=window(form.window),
        scale=scale(form.scale),
        absent_because=form.absent_because or (Because.NOT_ASSESSED if stated else Because.NO_RESULT),
        **fields,
    )


def scale(form: ScaleForm) -> WordScale:
    """How a number becomes a word; `5/25` is negative below 5 and positive from 25 on."""
    if form.limits is None:
        return WordScale(form.by, form.positive_from, form.negative_below, form.above)
    negative, positive = form.limits.split("/")
    return WordScale(form.by, Decimal(positive), Decimal(negative))


def window(form: WindowForm) -> Window:
    """How fresh a fact must be."""
    days, years = form.days, None
    if form.length is not None:
        number = int(form.length[1:-1])
        days, years = (number, None) if form.length.endswith("D") else (None, number)
    unknown_days = None if form.unknown_days == "ever" else form.unknown_days
    anchor = form.anchor if form.anchored == "newest_form" else ()
    return Window(days, years, form.boundary == "inclusive", anchor, form.anchor_days, unknown_days)


def lenient_statuses(form: ReadingForm) -> frozenset[LenientStatus]:
    """The statuses that leave a fact in doubt elsewhere, and that this study takes at their word."""
    said: dict[LenientStatus, bool] = {
        "preliminary": form.preliminary == "counts",
        "medication_unknown": form.medication_unknown == "exposure",
    }
    return frozenset(status for status, lenient in said.items() if lenient)


def rule(name: str, form: RuleForm, parameters: Mapping[str, Parameter]) -> Rule:
    """A rule of a form that `check_rule` has found whole."""
    return replace(_bare(name, form, parameters), notes=tuple(form.notes.items()), hints=tuple(form.hints.items()))


def _bare(name: str, form: RuleForm, parameters: Mapping[str, Parameter]) -> Rule:
    if form.choose:
        return Rule(name, "any_of", chosen(parameters[form.choose], form.options), chosen_by=form.choose)
    if form.variable is not None:
        return Rule(name, "compare", compare=_comparison(form))
    if form.score:
        return Rule(name, "score", score=form.score, at_least=int(form.at_least or 0))
    if form.met_when or form.not_met_when:
        return Rule(name, "table", met_when=form.met_when, not_met_when=form.not_met_when, because=form.because)
    if form.record:
        return _of_record(name, form)
    if form.all_of:
        return Rule(name, "all_of", form.all_of)
    if form.any_of:
        return Rule(name, "any_of", form.any_of, 0 if form.enough_absent == "all" else form.enough_absent)
    return Rule(name, "none_of", form.none_of)


def _of_record(name: str, form: RuleForm) -> Rule:
    if form.word:
        return Rule(name, "word", record=form.record, word=form.word, word_wins=form.word_wins)
    if form.doubted_by:
        return Rule(name, "doubted", record=form.record, doubted_by=form.doubted_by)
    return Rule(name, "reads", record=form.record, counts=form.counts or ())


def _comparison(form: RuleForm) -> Comparison:
    own: dict[str, Any] = {key: getattr(form, key) for key in _COMPARED}
    return Comparison(**own)


def score(form: ScoreForm) -> Score:
    """A score; an item without a rule of its own is what the sheet says."""
    prefix = form.sheet.prefix if form.sheet else ""
    items = tuple(
        ScoreItem(
            item.id,
            item.weight,
            item.rule or f"{prefix}.{item.id}",
            text(item.label),
            item.group,
            item.bedside,
            text(item.definition),
        )
        for item in form.items
    )
    parts = tuple(ScorePart(part.id, text(part.label), part.without) for part in form.parts)
    groups = {name: text(label) for name, label in form.groups.items()}
    told = (text(form.counted_in), text(form.reading), form.source, groups)
    return Score(form.id, text(form.label), items, parts, form.stated, form.entry, form.reported, *told)


def criterion(form: CriterionForm) -> Criterion:
    """A criterion; its rule has its own id."""
    sentence, reading = text(form.sentence), text(form.reading)
    return Criterion(form.id, form.category, sentence, form.id, form.parts, form.part_of, reading)


def settlement(form: ThingForm) -> Settlement:
    """A thing to obtain; withdrawing is part of its good answer alone."""
    return Settlement(
        form.id,
        form.do,
        text(form.what),
        text(form.says),
        form.cost,
        Hypothesis(_supposed(form.good), form.withdraw),
        Hypothesis(_supposed(form.bad)),
        form.when,
        form.watches,
        form.correction,
    )


def _supposed(facts: tuple[SupposedForm, ...]) -> tuple[Any, ...]:
    return tuple((f.concept, f.kind, f.word, f.value, f.low, f.high) for f in facts)
