"""The whole document, top to bottom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapter.document.data import data
from adapter.document.lists import codelists
from adapter.document.markdown import bullets, code, table
from adapter.document.rules import Outline, reached, rests_on, variables
from adapter.document.scores import score
from adapter.screening.model import Kind
from adapter.screening.study import Criterion, Parameter, Study
from adapter.study.codelists import Codelists
from adapter.words.tongue import Tongue


def document(tongue: Tongue, lists: Codelists) -> str:
    """The study as its investigator and its sponsor read it, as Markdown in one language."""
    return "\n".join(_lines(tongue, lists)).rstrip() + "\n"


def _lines(tongue: Tongue, lists: Codelists) -> Iterator[str]:
    study, phrase = tongue.study, tongue.phrase
    yield from (phrase("document", "origin", study=code(study.id)), "")
    yield from (
        f"# {phrase('document', 'title', title=study.title[tongue.language], registry=study.registry or study.id)}",
        "",
    )
    yield from (phrase("document", "opening"), "", phrase("document", "how_to_read"), "")
    yield from _heading(tongue, "statuses", _statuses(tongue))
    for category in ("inclusion", "exclusion"):
        criteria = [c for c in study.criteria if c.category == category]
        if criteria:
            yield from (f"## {phrase('heading', category)}", "")
        for criterion in criteria:
            yield from _criterion(tongue, criterion)
    scored = [line for told in study.scores.values() for line in score(tongue, told)]
    yield from _heading(tongue, "scores", scored)
    flagged = _ruled(tongue, study.flag_rule, "flag_when") if study.flag_rule else []
    yield from _heading(tongue, "flagged", flagged)
    yield from _heading(tongue, "people", _people(tongue))
    yield from _heading(tongue, "parameters", _parameters(tongue))
    yield from _heading(tongue, "all_codelists", codelists(tongue, lists))


def _heading(tongue: Tongue, key: str, lines: Sequence[str]) -> list[str]:
    """A chapter with what it is about, or nothing where it is empty."""
    title, about = tongue.phrase("chapter", key), tongue.phrase("chapter", f"{key}_about")
    return [f"## {title}", "", about, "", *lines] if lines else []


def _statuses(tongue: Tongue) -> list[str]:
    kinds = {kind for variable in tongue.study.variables.values() for kind in variable.kinds}
    lenient = tongue.study.lenient_statuses
    keys = {
        Kind.RESULT: "result_lenient" if "preliminary" in lenient else "result",
        Kind.EXPOSURE: "exposure_lenient" if "medication_unknown" in lenient else "exposure",
    }
    said = bullets(tongue.phrase("counts", keys.get(kind, kind.value)) for kind in Kind if kind in kinds)
    return [*said, *_moving(tongue, [p for p in tongue.study.parameters.values() if "all" in _criteria_of(p)])]


def _criterion(tongue: Tongue, criterion: Criterion) -> list[str]:
    language, phrase = tongue.language, tongue.phrase
    lines = [f"### {criterion.id} {criterion.sentence[language]}", ""]
    if criterion.reading[language]:
        lines += [f"**{phrase('document', 'reading')}** {criterion.reading[language]}", ""]
    return [*lines, *_ruled(tongue, criterion.rule, criterion.id), *_settled(tongue, criterion.id)]


def _ruled(tongue: Tongue, rule: str, criterion: str) -> list[str]:
    """The rule, what it reads, and which parameters move it."""
    outline = Outline(tongue, rule).lines()
    moved = [p for p in tongue.study.parameters.values() if criterion in _criteria_of(p)]
    read = data(tongue, variables(tongue.study, reached(tongue.study, rule)))
    lines = [f"**{tongue.phrase('document', 'rule')}**", "", *outline]
    lines += [f"**{tongue.phrase('document', 'data')}**", "", *read] if read else []
    return lines + ([f"**{tongue.phrase('document', 'moves')}**", "", *_moving(tongue, moved)] if moved else [])


def _criteria_of(parameter: Parameter) -> list[str]:
    return [name.strip() for name in parameter.criterion.split(",")]


def _moving(tongue: Tongue, parameters: Sequence[Parameter]) -> list[str]:
    language, phrase = tongue.language, tongue.phrase
    heads = [phrase("document", key) for key in ("parameter", "value", "means", "instead", "source", "confirmed")]
    return table(
        heads,
        (
            [
                code(p.id),
                code(p.value),
                p.means[language],
                p.alternatives[language] or "–",
                p.source[language] or "–",
                phrase("word", "yes" if p.confirmed else "no"),
            ]
            for p in parameters
        ),
    )


def _settled(tongue: Tongue, criterion: str) -> list[str]:
    """What a person can do while the criterion is open."""
    every, rests = {c.id for c in tongue.study.criteria}, rests_on(tongue.study, criterion)
    things = [thing for thing in tongue.study.settlements if rests & set(thing.touches)]
    # Who the patient is bears on everything, and is told where it is asked.
    own = [thing for thing in things if criterion in thing.when or not every <= set(thing.bears_on)]
    said = [thing.says[tongue.language] for thing in own]
    return [f"**{tongue.phrase('heading', 'settles')}**", "", *bullets(said)] if said else []


def _people(tongue: Tongue) -> list[str]:
    """What no record can say: the statements with how long they stand, and the items of scores that only eyes see."""
    stated = [v for v in tongue.study.variables.values() if v.kinds == (Kind.WORD,) and not _sheet(tongue.study, v.id)]
    asked = [v for v in stated if not any(concept.startswith("person.") for concept in v.concepts)]
    lines = data(tongue, asked)
    for told in tongue.study.scores.values():
        seen = [item.label[tongue.language] for item in told.items if item.bedside]
        if seen:
            label = told.label[tongue.language]
            lines += [tongue.phrase("document", "seen", score=label, count=len(seen), items=tongue.listed(seen)), ""]
    return lines


def _sheet(study: Study, name: str) -> bool:
    """Whether a variable is one line of a score's form."""
    items = {item.id for score in study.scores.values() for item in score.items}
    return any(concept.partition(".")[2] in items for concept in study.variables[name].concepts)


def _parameters(tongue: Tongue) -> list[str]:
    heads = [tongue.phrase("document", key) for key in ("parameter", "criteria", "default", "accepts", "confirmed")]
    rows = (
        [
            code(p.id),
            p.criterion.replace(",", ", "),
            code(p.default),
            ", ".join(p.accepts.removeprefix("list:").split("|")),
            tongue.phrase("word", "yes" if p.confirmed else "no"),
        ]
        for p in tongue.study.parameters.values()
    )
    return table(heads, rows)
