"""What kinds of change there are, and which of them anybody is told."""

from __future__ import annotations

from adapter.screening.decision import Standing

FLAGGED = frozenset({Standing.CANDIDATE.value, Standing.POTENTIAL_CANDIDATE.value})
NEW, MOVED, RULED_OUT, UNFLAGGED = "flagged", "moved", "ruled-out", "unflagged"
DECIDABLE = "decidable"  # all that is still open is a person's to say
REVIEW = "review"  # what a person has recorded stands against the newest data


def change_kind(old: str | None, new: str, *, written: bool = False) -> str | None:
    """What an investigator would call the step from one standing to the next; None: nothing to tell.

    `written`: the hospital's record still calls the patient a candidate, from an earlier flag.
    """
    if old == new or (old not in FLAGGED and new not in FLAGGED and not written):
        return None
    if old not in FLAGGED and new in FLAGGED:
        return NEW
    if new in FLAGGED:
        return MOVED
    return RULED_OUT if new == Standing.INELIGIBLE.value else UNFLAGGED
