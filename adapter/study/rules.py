"""A rule in a file is one question: what it asks, which keys belong to that, and where its options lead."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from adapter.errors import StudyError, did_you_mean
from adapter.screening.study import Comparison, Parameter
from adapter.study.forms import RuleForm

_QUESTIONS = ("words", "reference", "below", "at_most", "above", "at_least")
_WITH_RECORD = ("word", "doubted_by", "counts")
_NOTHING: tuple[object, ...] = (None, ())
# The keys that open a rule, and what may stand beside each.
_FORMS: Mapping[str, frozenset[str]] = {
    "choose": frozenset({"options", "note"}),
    "variable": frozenset({*Comparison.__dataclass_fields__, "note"}),
    "score": frozenset({"at_least", "note"}),
    "met_when": frozenset({"not_met_when", "because"}),
    "not_met_when": frozenset({"met_when", "because"}),
    "record": frozenset({*_WITH_RECORD, "word_wins", "note"}),
    "all_of": frozenset({"note"}),
    "any_of": frozenset({"note"}),
    "none_of": frozenset({"note"}),
}


def check_rule(
    name: str, form: RuleForm, file: Path, parameters: Mapping[str, Parameter], rules: Mapping[str, object]
) -> None:
    """Raise unless the rule asks one thing, whole, and every option of it leads to a rule."""
    place = f"{file}, {name}"
    key = next((key for key in _FORMS if getattr(form, key)), None)
    if key is None:
        raise StudyError(f"{place}: says nothing. Give it one of {', '.join(_FORMS)}.")
    for stray in sorted(form.model_fields_set - {key} - _FORMS[key]):
        raise StudyError(f'{place}: "{stray}" has no place beside "{key}". Make it a rule of its own.')
    if key == "choose":
        _options(place, form, parameters, rules)
    if key == "variable" and not form.recorded and all(getattr(form, question) in _NOTHING for question in _QUESTIONS):
        raise StudyError(f'{place}: asks nothing of "{form.variable}". Add recorded or one of {", ".join(_QUESTIONS)}.')
    if key == "score" and form.at_least is None:
        raise StudyError(f'{place}: asks nothing of the score "{form.score}". Add at_least.')
    given = [each for each in _WITH_RECORD if each in form.model_fields_set]
    if key == "record" and len(given) != 1:
        raise StudyError(f"{place}: a record goes with one of {', '.join(_WITH_RECORD)}, not {len(given)} of them.")


def _options(place: str, form: RuleForm, parameters: Mapping[str, Parameter], rules: Mapping[str, object]) -> None:
    parameter = parameters.get(form.choose)
    if parameter is None:
        raise StudyError(f'{place}: no parameter "{form.choose}".{did_you_mean(form.choose, parameters)}')
    accepted = parameter.accepts.removeprefix("list:").split("|")
    _each_known(place, f"word of {form.choose}", form.options, accepted)
    _each_known(place, "rule", form.options.values(), rules)
    for word in accepted:
        if word not in form.options:
            raise StudyError(f'{place}: no option for {form.choose} = "{word}". Add it to options.')


def _each_known(place: str, kind: str, words: Iterable[str], known: Collection[str]) -> None:
    for word in words:
        if word not in known:
            raise StudyError(f'{place}: no {kind} "{word}".{did_you_mean(word, known)}')
