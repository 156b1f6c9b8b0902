"""One run, top to bottom: a source's resources become facts, facts become picks, picks a decision.

source ──resources──▶ facts ──pick──▶ study variables ──judge──▶ findings ──decide──▶ decision
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from adapter.errors import SourceError
from adapter.facts.coding.codes import Codes
from adapter.facts.intake import Cohort, Intake
from adapter.facts.read import Context
from adapter.facts.results.units import Units
from adapter.facts.results.wordings import Words
from adapter.facts.views import CompiledView
from adapter.facts.views.shipped import load_views
from adapter.outputs.answers import answers_of
from adapter.outputs.decision_line import as_line
from adapter.progress import Progress, untimed
from adapter.screening.decision import Decision, decide
from adapter.screening.judging.criteria import Judgement
from adapter.screening.model import PatientRecord
from adapter.screening.picks.pick import pick_from
from adapter.screening.picks.shelf import Shelf, lay_out
from adapter.screening.settle import Settles, settle
from adapter.screening.study import Study, Text
from adapter.sources.base import ALL_TYPES, Resource, Source
from adapter.study.load import Mapped
from adapter.words import Catalogue, Speaker, load_catalogue

PATIENTS_A_TASK = 20


@dataclass(frozen=True)
class Judged:
    """A decision, and what would settle it: found when asked for, for it costs more than the decision."""

    record: PatientRecord
    decision: Decision
    shelf: Shelf
    judgement: Judgement

    @cached_property
    def settles(self) -> tuple[Settles, ...]:
        """The things that would settle it."""
        return settle(self.shelf, self.decision, self.judgement)


class Line(NamedTuple):
    """A decision as a line, with what is counted of it: where the patient stands, and the answer to each criterion."""

    standing: str
    text: str
    answers: Mapping[str, str]


Lines = Iterator[Line]


@dataclass(frozen=True)
class Screen:
    """Everything that screening needs besides patients: the study, how facts are read, and the words."""

    study: Study
    context: Context
    views: dict[str, CompiledView]
    catalogue: Catalogue

    def speaker(self, language: str, sex: str | None = None) -> Speaker:
        """Somebody who says it in this language."""
        return Speaker(self.catalogue, self.study, language, self.context.units.shown, sex)


def prepare(mapped: Mapped, mappings: Path, time_zone: str) -> Screen:
    """Read units, words, views and sentences, once."""
    units = Units.load(mappings / "units.csv", mapped.unit_factors)
    if (mapped.folder / "units.csv").is_file():
        units = units.joined_with(Units.load(mapped.folder / "units.csv", mapped.unit_factors))
    canonical = {concept: units.canonical(concept) for concept in sorted(units.concepts())}
    named = {drug.id: Text(drug.name, drug.chinese) for drug in mapped.codelists.drugs.values()}
    study = replace(mapped.study, units=canonical, names=named)
    words = Words.load(mappings / "words.csv")
    context = Context(Codes(mapped.codelists), ZoneInfo(time_zone), units, words)
    return Screen(study, context, load_views(mappings / "views"), load_catalogue(mappings / "sentences.toml"))


def study_hash(screen: Screen) -> str:
    """What tells whether decisions were made by the same study with the same parameters."""
    said = repr((screen.study.rules, screen.study.variables, screen.study.scores, screen.study.criteria))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def read(source: Source, screen: Screen, own_study: str = "", progress: Progress | None = None) -> Cohort:
    """Read everything the source gives and make patients of it; `own_study`: a ResearchStudy that is this study."""
    intake = Intake(screen.context, screen.views, screen.study.registry, own_study)
    for piece in (progress or untimed()).counted(source.pieces()):
        if isinstance(piece, Resource):
            intake.take(piece.raw, piece.head)
        else:
            intake.refuse(piece.reason, piece.types)
    return intake.cohort(source.incomplete, source.bases.declared)


def judge_one(record: PatientRecord, study: Study, as_of: date) -> Judged:
    """Pick, judge, decide: one patient, nothing else in sight."""
    shelf = lay_out(record, study, as_of)
    picks = pick_from(shelf, study, study.variables.values())
    judgement = Judgement(study, picks, record.person.sex)
    return Judged(record, decide(record, judgement, as_of), shelf, judgement)


def chosen(cohort: Cohort, patients: Sequence[str]) -> list[PatientRecord]:
    """The patients asked for, with or without `Patient/`; all where none is named."""
    if not patients:
        return cohort.records
    wanted = {name if name.startswith("Patient/") else f"Patient/{name}" for name in patients}
    records = [record for record in cohort.records if record.person.id in wanted]
    missing = sorted(wanted - {record.person.id for record in records})
    if missing:
        absent = "not in what could be read" if {"Patient", ALL_TYPES} & {*cohort.incomplete} else "not in the source"
        named = ", ".join(f"{name} ({cohort.not_judged.get(name, absent)})" for name in missing)
        raise SourceError(f"not judged: {named}. Name patients whom the source holds.")
    return records


def lines(
    records: Iterable[PatientRecord], screen: Screen, as_of: date, *, language: str = "en", workers: int = 1
) -> Lines:
    """One decision per line, sorted by patient; with several workers the patients are spread over processes."""
    one = partial(_line, study=screen.study, speaker=screen.speaker(language), as_of=as_of)
    if workers <= 1:
        yield from map(one, records)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(one, records, chunksize=PATIENTS_A_TASK)


def _line(record: PatientRecord, study: Study, speaker: Speaker, as_of: date) -> Line:
    judged = judge_one(record, study, as_of)
    line = as_line(judged.decision, judged.settles, study, replace(speaker, sex=record.person.sex))
    return Line(judged.decision.standing.value, line, answers_of(judged.decision))
