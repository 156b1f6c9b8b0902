"""Where a study lets one thing outrank another, and where it reads silence as a no: the exceptions of the laws.

docs/reference/precedence.md lists every rule and variable that this allows.
"""

from __future__ import annotations

from adapter.screening.model import Answer
from adapter.screening.study import Rule, Study, Variable

MET, NOT_MET, UNKNOWN = Answer.MET, Answer.NOT_MET, Answer.UNKNOWN


def yields_to_something(rule: Rule, was: Answer, now: Answer, study: Study) -> bool:
    """May this rule, definite, change because something that was unknown became known?

    - `word`: a record that turns positive outranks a person's "no", a person's "yes" a negative record; on the form of
      a score the person's word outranks the measurement whatever it says.
    - `table`: a line that says met outranks the lines that say not met.
    - `any_of` with `enough_absent`: one that is met outranks those that were enough to deny it.
    - `reads`: asks what another rule says, so that its becoming known is the question itself.
    - `doubted`: a condition that may explain the finding leaves it open.
    - a score with a stated total: a total that contradicts its own items leaves it open.
    """
    if rule.form == "word" and rule.word_wins:
        return True
    if rule.form in {"word", "table"} or rule.enough_absent:
        return (was, now) == (NOT_MET, MET)
    if rule.form == "doubted":
        return (was, now) == (MET, UNKNOWN)
    if rule.form == "score":
        return bool(study.score_of(rule.score).stated) and now is UNKNOWN
    return rule.form == "reads"


def yields_to_nothing(rule: Rule, was: Answer, now: Answer) -> bool:
    """May this rule change from met to not met, or back, because something was taken away: the mirror image."""
    if rule.form == "word" and rule.word_wins:
        return True
    if rule.form in {"word", "table"} or rule.enough_absent:
        return (was, now) == (MET, NOT_MET)
    return rule.form == "reads"


def reads_silence_as_no(variable: Variable, study: Study) -> bool:
    """Does nothing on record count as a no for this variable?"""
    return variable.absence == "no" or (variable.absence == "policy" and study.presume_absence)
