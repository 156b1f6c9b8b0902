"""Rules one level deep: each form has one function, and each rule is judged once per patient."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace

from adapter.screening.judging import scores
from adapter.screening.judging.breakdown import breakdown
from adapter.screening.judging.compare import answer
from adapter.screening.judging.logic import all_of, any_of, most_urgent, none_of, notes_of, unique, unknown
from adapter.screening.model import Answer, Because, Evidence, Finding, Pick, ScoreRange
from adapter.screening.study import Rule, Study


class Judgement:
    """The findings of one patient, each made when first asked for and kept."""

    def __init__(self, study: Study, picks: Mapping[str, Pick], sex: str | None) -> None:
        self.study, self.picks, self.sex = study, picks, sex
        self._findings: dict[str, Finding] = {}
        self._scores: dict[str, ScoreRange] = {}

    def revised(self, picks: Mapping[str, Pick], rules: Container[str]) -> Judgement:
        """The judgement with other picks in place of its own; `rules` are all that rest on them, the rest stands."""
        other = Judgement(self.study, {**self.picks, **picks}, self.sex)
        other._findings = {name: found for name, found in self._findings.items() if name not in rules}
        return other

    def finding(self, rule_id: str) -> Finding:
        """The finding of a rule."""
        if rule_id not in self._findings:
            rule = self.study.rules[rule_id]
            self._findings[rule_id] = self._remarked(rule, _FORMS[rule.form](rule, self))
        return self._findings[rule_id]

    def findings(self, rule_ids: Sequence[str]) -> list[Finding]:
        """The findings of several rules."""
        return [self.finding(rule_id) for rule_id in rule_ids]

    def score(self, score_id: str) -> ScoreRange:
        """The range of a score or of a part of one."""
        if score_id not in self._scores:
            self._scores.update(scores.ranges(score_id, self.study, self.finding, self.picks))
        return self._scores[score_id]

    def _remarked(self, rule: Rule, found: Finding) -> Finding:
        """The finding with what the rule remarks on such an answer, and what the rules remark that it then hints at."""
        if not rule.notes and not rule.hints:
            return found
        own = [note for answer, key in rule.notes if answer is found.answer for note in _remarks(rule, key, found)]
        hinted = [name for answer, names in rule.hints if answer is found.answer for name in names]
        more = (*own, *notes_of(self.findings(hinted)))
        return replace(found, notes=unique((*found.notes, *more))) if more else found


def _remarks(rule: Rule, key: str, found: Finding) -> list[Evidence]:
    """A rule that reads a variable remarks on each thing it read; a rule over others remarks once."""
    read = shown(found) if rule.form == "compare" else []
    return [Evidence(piece.fact, key, piece.args) for piece in read] or [Evidence(None, key)]


def _compare(rule: Rule, judgement: Judgement) -> Finding:
    assert rule.compare is not None
    name = rule.compare.variable
    return answer(rule, judgement.picks[name], judgement.study.variables[name], judgement.sex)


def _all_of(rule: Rule, judgement: Judgement) -> Finding:
    return all_of(judgement.findings(rule.of))


def _any_of(rule: Rule, judgement: Judgement) -> Finding:
    return any_of(judgement.findings(rule.of), rule.enough_absent)


def _none_of(rule: Rule, judgement: Judgement) -> Finding:
    return none_of(judgement.findings(rule.of))


def _table(rule: Rule, judgement: Judgement) -> Finding:
    """Met when one line says so, else not met when one line says so, else unknown."""
    yes, no = judgement.findings(rule.met_when), judgement.findings(rule.not_met_when)
    for outcome, lines in ((Answer.MET, yes), (Answer.NOT_MET, no)):
        spoke = [line for line in lines if line.answer is Answer.MET]
        if spoke:
            return Finding(outcome, None, unique(e for f in spoke for e in f.evidence), notes_of(yes + no))
    open_lines = [line for line in (*yes, *no) if line.answer is Answer.UNKNOWN]
    shown = open_lines or [*yes, *no]
    because = most_urgent(line.because for line in open_lines) if open_lines else rule.because
    return unknown(because, unique(e for f in shown for e in f.evidence), notes_of(yes + no))


def _word(rule: Rule, judgement: Judgement) -> Finding:
    """What a person stated against what the record shows; a disagreement is shown whoever prevails."""
    record, word = judgement.finding(rule.record), judgement.finding(rule.word)
    if word.answer is Answer.UNKNOWN:
        if rule.word_wins and word.because is Because.CONFLICT:
            return unknown(word.because, unique((*word.evidence, *shown(record))), notes_of((record, word)))
        return _record_alone(record, word)
    record_stands = record.answer is Answer.MET and word.answer is Answer.NOT_MET and not rule.word_wins
    notes: tuple[Evidence, ...] = notes_of((record, word))
    loser, kept = (word, record) if record_stands else (record, word)
    if shown(record) and record.answer is not word.answer:
        # What leaves the record open may lean the same way as the word: that is no disagreement.
        against = [e for e in shown(loser) if dict(e.args).get("answer") != kept.answer]
        # What leaves it open is no contradiction, only something else on record.
        key = "also_on_record" if loser.answer is Answer.UNKNOWN else "stands_against"
        notes = (*notes, *(Evidence(e.fact, key, e.args) for e in against))
    same = record.answer is word.answer
    evidence = unique((*word.evidence, *shown(record))) if same else kept.evidence
    return Finding(kept.answer, None, evidence, unique(notes))


def shown(finding: Finding) -> list[Evidence]:
    """The evidence that a resource stands behind."""
    return [piece for piece in finding.evidence if piece.fact is not None]


def _record_alone(record: Finding, word: Finding) -> Finding:
    """The record decides, or both are unknown: then the word given in doubt or too long ago is shown as well."""
    if record.answer is not Answer.UNKNOWN:
        return Finding(record.answer, None, record.evidence, notes_of((record, word)))
    because = most_urgent((record.because, word.because))
    return unknown(because, unique((*record.evidence, *word.evidence)), notes_of((record, word)))


def _doubted(rule: Rule, judgement: Judgement) -> Finding:
    """A finding that another condition may explain: met becomes unknown until a person attributes it."""
    found = judgement.finding(rule.record)
    doubts = [f for f in judgement.findings(rule.doubted_by) if f.answer is not Answer.NOT_MET and shown(f)]
    if found.answer is not Answer.MET or not doubts:
        return found
    return unknown(
        Because.INDETERMINATE, unique((*found.evidence, *(e for f in doubts for e in f.evidence))), found.notes
    )


def _reads(rule: Rule, judgement: Judgement) -> Finding:
    """Met where another rule gives one of these answers: for what counts only while there is nothing better."""
    found = judgement.finding(rule.record)
    # A rule that counts no answer is never met, whatever the other one found.
    evidence = found.evidence if rule.counts else ()
    return Finding(Answer.MET if found.answer in rule.counts else Answer.NOT_MET, None, evidence)


def _score(rule: Rule, judgement: Judgement) -> Finding:
    """Met when the lowest the score can be reaches the limit, not met when the highest cannot."""
    score = judgement.score(rule.score)
    owner = judgement.study.score_of(rule.score)
    evidence = breakdown(rule, score, owner, judgement.score(owner.id), _stated(rule, judgement))
    notes = notes_of(finding for _, finding in score.items)
    if score.because is not None:
        return unknown(score.because, evidence, notes)
    if score.low >= rule.at_least:
        return Finding(Answer.MET, None, evidence, notes)
    if score.high < rule.at_least:
        return Finding(Answer.NOT_MET, None, evidence, notes)
    return unknown(most_urgent(f.because for _, f in score.items if f.answer is Answer.UNKNOWN), evidence, notes)


def _stated(rule: Rule, judgement: Judgement) -> list[Evidence]:
    """The total that somebody stated, where one counts or could not be read."""
    name = judgement.study.score_of(rule.score).stated
    pieces = []
    for reading in judgement.picks[name].readings if name else ():
        if reading.sure:
            because = scores.unread(reading.fact)
            args = {"answer": "met", "question": "words", "variable": name} | ({"because": because} if because else {})
            pieces.append(Evidence(reading.fact, "reading", tuple(sorted(args.items()))))
    return pieces


_FORMS: dict[str, Callable[[Rule, Judgement], Finding]] = {
    "compare": _compare,
    "all_of": _all_of,
    "any_of": _any_of,
    "none_of": _none_of,
    "table": _table,
    "word": _word,
    "doubted": _doubted,
    "reads": _reads,
    "score": _score,
}
