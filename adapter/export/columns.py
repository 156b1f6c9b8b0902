"""The tables of one study: which columns there are, from the study's own definition."""

from __future__ import annotations

from collections.abc import Iterator

from adapter.export.table import Column, Kind, Table
from adapter.screening.decision import score_names
from adapter.screening.study import Criterion, Text
from adapter.words import LANGUAGES
from adapter.words.tongue import Tongue

LOG, DECISIONS, VARIABLES = "screening-log", "decisions", "variables"
# Name, type and the name of CDISC (SDTM, ADaM) of what does not depend on the study; what it means is in the catalogue.
_SUBJECT = (("study", Kind.TEXT, "STUDYID"), ("screening_number", Kind.TEXT, "SUBJID"))
_LOG = (
    ("age", Kind.WHOLE, "AGE"), ("sex", Kind.TEXT, "SEX"),
    ("screened_on", Kind.DATE, ""), ("judged_on", Kind.DATE, ""), ("judgements", Kind.WHOLE, ""),
    ("flagged_on", Kind.DATE, ""), ("decision", Kind.TEXT, ""), ("ruled_out_by", Kind.TEXT, "IETESTCD"),
    ("ruled_out_by_en", Kind.TEXT, "IETEST"), ("ruled_out_by_zh", Kind.TEXT, ""), ("unknown", Kind.TEXT, ""),
    ("status", Kind.TEXT, ""), ("status_reason", Kind.TEXT, ""), ("status_by", Kind.TEXT, ""),
    ("status_at", Kind.INSTANT, ""), ("status_from", Kind.TEXT, ""),
    ("study_hash", Kind.TEXT, ""), ("adapter_version", Kind.TEXT, ""),
)  # fmt: skip
_DECISION = (("decision_id", Kind.WHOLE, ""), ("as_of", Kind.DATE, ""))
_DECIDED = (
    ("decided_at", Kind.INSTANT, ""), ("run", Kind.WHOLE, ""), ("study_hash", Kind.TEXT, ""),
    ("adapter_version", Kind.TEXT, ""), ("decision", Kind.TEXT, ""),
)  # fmt: skip
_VARIABLE = (
    ("variable", Kind.TEXT, "PARAMCD"), ("number", Kind.NUMBER, "AVAL"), ("low", Kind.NUMBER, ""),
    ("high", Kind.NUMBER, ""), ("unit", Kind.TEXT, "AVALU"), ("word", Kind.TEXT, "AVALC"), ("on", Kind.DATE, "ADT"),
    ("readings", Kind.WHOLE, ""), ("because", Kind.TEXT, ""), ("presumed_absent", Kind.FLAG, ""),
)  # fmt: skip


class Tables:
    """The tables of one study, with the meanings of their columns in both languages."""

    def __init__(self, english: Tongue, chinese: Tongue) -> None:
        self.study = english.study
        self._tongues = (english, chinese)

    def log(self) -> Table:
        """One row for each patient who was screened."""
        return Table(LOG, (*self._subject(), *self._plain(LOG, _LOG)))

    def decisions(self) -> Table:
        """One row for each patient and decision: scores, criteria, and the numbers that the study reports."""
        fixed = (*self._subject(), *self._plain(DECISIONS, _DECISION + _DECIDED))
        return Table(DECISIONS, (*fixed, *self._scores(), *self._criteria(), *self._reported()))

    def variables(self) -> Table:
        """One row for each patient, decision and study variable."""
        return Table(VARIABLES, (*self._subject(), *self._plain(VARIABLES, _DECISION + _VARIABLE)))

    def _subject(self) -> Iterator[Column]:
        yield from self._plain("export", _SUBJECT)
        yield Column("patient", means=self._text("export", "patient"), identifies=True)

    def _plain(self, table: str, columns: tuple[tuple[str, Kind, str], ...]) -> Iterator[Column]:
        for name, kind, cdisc in columns:
            yield Column(name, kind, cdisc, self._text(table, name))

    def _text(self, table: str, name: str, **filled: Text) -> Text:
        """What a column means: the sentence of its own table, or of all tables."""
        said = {
            tongue.language: tongue.first(
                "export", f"{table}.{name}", name, **{key: text[tongue.language] for key, text in filled.items()}
            )
            for tongue in self._tongues
        }
        return Text(*(said[language] for language in LANGUAGES))

    def _scores(self) -> Iterator[Column]:
        for name in score_names(self.study):
            label = Text(*(tongue.score_label(name) for tongue in self._tongues))
            plain, unit = as_name(name), self.study.score_of(name).counted_in.en
            for bound in ("low", "high"):
                means = self._text("export", f"score_{bound}", score=label)
                yield Column(f"{plain}_{bound}", Kind.WHOLE, "", means, unit, f"score {name}")
            means = self._text("export", "score_because", score=label)
            yield Column(f"{plain}_because", Kind.TEXT, "", means, "", f"score {name}")

    def _criteria(self) -> Iterator[Column]:
        for criterion in self.study.criteria:
            yield Column(criterion.id, Kind.TEXT, "", self._sentence(criterion), "", f"criterion {criterion.id}")
            means = self._text("export", "criterion_because", criterion=Text(criterion.id, criterion.id))
            yield Column(f"{criterion.id}_because", Kind.TEXT, "", means, "", f"criterion {criterion.id}")

    def _sentence(self, criterion: Criterion) -> Text:
        return self._text("export", f"criterion_{criterion.category}", sentence=criterion.sentence)

    def _reported(self) -> Iterator[Column]:
        for name, variable in self.study.reported.items():
            one = self.study.variables[variable]
            yield Column(as_name(name), Kind.NUMBER, "", one.label, unit_of(self, variable), f"variable {variable}")


def as_name(name: str) -> str:
    """A name of the study as the name of a column."""
    return name.replace("-", "_").replace(".", "_")


def unit_of(tables: Tables, variable: str) -> str:
    """The unit of a variable's numbers; several where its concepts have several."""
    one, units = tables.study.variables[variable], tables.study.units
    if one.pick.value == "age":
        return "a"
    return "; ".join(dict.fromkeys(units[concept] for concept in one.concepts if units.get(concept)))
