"""The spec's tables and the one engine behind them: a study of a few lines of TOML, rows of facts, an answer for each.

A table's text is what a study's files would hold, but for labels and for the concept of a variable that bears its name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from adapter.screening.judging.criteria import Judgement
from adapter.screening.model import Because, Finding, PatientRecord, Person
from adapter.screening.picks.pick import pick
from adapter.screening.study import Derivation, Parameter, Study, Text
from adapter.study import build
from adapter.study.forms import ReadingForm, RuleForm, ScoreForm, VariableForm
from adapter.study.parameters import spend
from tests.spec.given import Given, result, span

AS_OF = date(2026, 3, 16)
HERE = Path("spec")
NO_TEXT = Text("", "")


@dataclass(frozen=True)
class Row:
    """What is given, the answer, and why; `fails` says in what the core does not do so yet."""

    given: tuple[Given, ...] | Mapping[str, str]
    answer: str
    why: str = ""
    fails: str = ""
    as_of: str = ""
    sex: str | None = None
    birth: str | None = None
    holds: tuple[str, ...] = ()  # resource types of which something came
    incomplete: tuple[str, ...] = ()

    def __str__(self) -> str:
        facts = self.given
        if isinstance(facts, Mapping):
            return ", ".join(f"{name} {answer}" for name, answer in facts.items())
        told = [str(fact) for fact in facts] or ["nothing"]
        about = {"as of": self.as_of, "sex": self.sex, "born": self.birth}
        told += [f"{name} {value}" for name, value in about.items() if value]
        told += [f"{name} came" for name in self.holds] + [f"{name} came in part" for name in self.incomplete]
        return "; ".join(told if facts or len(told) == 1 else told[1:])


def row(given: Sequence[Given] | Mapping[str, str], answer: str, why: str = "", **more: Any) -> Row:
    """One row of a table."""
    return Row(given if isinstance(given, Mapping) else tuple(given), answer, why, **more)


@dataclass(frozen=True)
class Table:
    """Rows that show one meaning. `parts` are rules that each row gives an answer for by name."""

    says: str
    study: str
    rows: tuple[Row, ...]
    parts: tuple[str, ...] = ()
    score: str = ""  # the score whose range is asked for, instead of the rule `answer`
    presume: bool = False
    notes: bool = False  # the answer names what is remarked, too
    set: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def built(self) -> Study:
        """The study of the table's text."""
        return study_of(self.study, self.parts, self.set, presume=self.presume)

    def ask(self, row: Row) -> str:
        """Answer a row by picking and judging as a run does."""
        as_of = date.fromisoformat(row.as_of) if row.as_of else AS_OF
        given = meant(row.given) if isinstance(row.given, Mapping) else row.given
        facts = tuple(fact.fact(as_of, number) for number, fact in enumerate(given))
        birth = span(row.birth, as_of) if row.birth and row.birth[:1].isdigit() else None
        person = Person("someone", birth, row.sex, birth_received=row.birth or "")
        record = PatientRecord(person, facts, tuple((name, 1) for name in row.holds), row.incomplete)
        judgement = Judgement(self.built, pick(record, self.built, as_of), row.sex)
        if self.score:
            found = judgement.score(self.score)
            return f"{found.low} to {found.high}" + (f", {found.because}" if found.because else "")
        finding = judgement.finding("answer")
        return ", ".join([spoken(finding), *(note.key for note in finding.notes)] if self.notes else [spoken(finding)])


def meant(answers: Mapping[str, str]) -> list[Given]:
    """Facts by which each named part gives its answer; what is no answer is a value."""
    words = {"met": "yes", "not met": "no"}
    facts = []
    for name, answer in answers.items():
        if answer.startswith("unknown: "):
            because = Because(answer.removeprefix("unknown: "))
            facts += [] if because is Because.NO_RESULT else [Given(0, of=name, trouble=because)]
        else:
            facts.append(result(0, words.get(answer, answer), of=name))
    return facts


def spoken(finding: Finding) -> str:
    """An answer as the tables write it."""
    answer = finding.answer.replace("_", " ")
    return f"{answer}: {finding.because}" if finding.because else answer


def study_of(
    text: str, parts: Sequence[str] = (), settings: Mapping[str, str] | None = None, *, presume: bool = False
) -> Study:
    """Build a study as the loader does, from a few lines."""
    tree = tomllib.loads(text, parse_float=Decimal)
    parameters = {name: _parameter(name, entry, settings or {}) for name, entry in tree.pop("parameters", {}).items()}
    tree = spend(tree, parameters, "spec")
    variables = {name: {"pick": "latest", "kinds": ["result", "word"]} for name in parts} | tree.pop("variables", {})
    rules = {name: {"variable": name, "words": ["yes"]} for name in parts} | tree.pop("rules", {})
    scores = [ScoreForm(id=name, **_labelled(entry)) for name, entry in tree.pop("scores", {}).items()]
    reading = ReadingForm(**tree.pop("reading", {}))
    derive = [Derivation(**entry) for entry in tree.pop("derive", [])]
    return Study(
        "spec",
        NO_TEXT,
        "",
        {name: build.variable(name, VariableForm(**_variable(name, entry))) for name, entry in variables.items()},
        {name: build.rule(name, RuleForm(**entry), parameters) for name, entry in rules.items()},
        {form.id: build.score(form) for form in scores},
        (),
        "",
        derivations=tuple(derive),
        presume_absence=presume,
        leap_birthday=reading.leap_birthday,
        partial_birth=reading.partial_birth,
        lenient_statuses=build.lenient_statuses(reading),
    )


def _parameter(name: str, entry: Mapping[str, str], settings: Mapping[str, str]) -> Parameter:
    value = settings.get(name, entry["default"])
    return Parameter(name, value, entry["default"], entry["accepts"])


def _labelled(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Write the labels that the tables leave out."""
    nameless = {"en": "", "zh": ""}
    lines = {key: [{"label": nameless} | line for line in entry[key]] for key in ("items", "parts") if key in entry}
    return {"label": nameless} | dict(entry) | lines


def _variable(name: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    own = {} if entry["pick"] == "age" else {"concepts": [name]}
    return {"label": {"en": "", "zh": ""}} | own | dict(entry)
