"""What stands behind a score: its items with their readings, and the total that somebody stated."""

from __future__ import annotations

from collections.abc import Sequence

from adapter.screening.judging.logic import unique
from adapter.screening.judging.scores import span
from adapter.screening.model import Answer, Because, Evidence, ScoreRange
from adapter.screening.study import Rule, Score


def breakdown(
    rule: Rule, score: ScoreRange, owner: Score, whole: ScoreRange, stated: Sequence[Evidence]
) -> tuple[Evidence, ...]:
    """The score in one piece, the total that was stated, and the readings behind each item."""
    present = [name for name, finding in score.items if finding.answer is Answer.MET]
    still_open = [(name, f.because) for name, f in score.items if f.answer is Answer.UNKNOWN]
    args = {
        "score": rule.score,
        "limit": str(rule.at_least),
        "low": str(score.low),
        "high": str(score.high),
        "items_present": "|".join(present),
        "items_open": "|".join(name for name, _ in still_open),
        "open_because": "|".join((because or Because.NO_RESULT).value for _, because in still_open),
        "stated": _bearing(score, owner, stated),
        "sum_low": str(whole.low),
        "sum_high": str(whole.high),
    }
    return (Evidence(None, "score", tuple(sorted(args.items()))), *stated, *_of_items(score))


def _bearing(score: ScoreRange, owner: Score, stated: Sequence[Evidence]) -> str:
    """What the stated total does: it contradicts the items or another total, narrows their sum, or adds nothing."""
    if score.because is Because.CONFLICT:
        return "totals_differ" if len({piece.fact.quantity for piece in stated if piece.fact}) > 1 else "conflict"
    items = {item.id: item for item in owner.items}
    own = span([(items[name], finding) for name, finding in score.items])
    return "narrows" if stated and own != (score.low, score.high) else ""


def _of_items(score: ScoreRange) -> tuple[Evidence, ...]:
    """What stands behind the items that a resource answered, each piece with its item."""
    return unique(
        Evidence(piece.fact, piece.key, tuple(sorted((*piece.args, ("item", name)))))
        for name, finding in score.items
        for piece in finding.evidence
        if piece.fact is not None
    )
