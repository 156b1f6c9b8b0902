"""Forms that were filled in on the page, read the way the hospital's own are: through the same view."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from adapter.facts.intake import Door, Kept, Views
from adapter.facts.read import Context

PAGE = "QuestionnaireResponse/page-"  # as the journal names them


def without_copies(whole: Sequence[Kept]) -> Sequence[Kept]:
    """What is kept of a patient, without the copies of the page's forms that the server holds: each counts once."""
    ours = {row.get("identifier") for one in whole if one.key.startswith(PAGE) for row in one.rows} - {None}
    if not ours:
        return whole
    return [
        one for one in whole if one.key.startswith(PAGE) or not any(row.get("identifier") in ours for row in one.rows)
    ]


def answered(forms: Iterable[bytes], context: Context, views: Views) -> list[Kept]:
    """The forms as the chart would keep them; they are ours and in no account of what the hospital sent."""
    given = list(forms)
    if not given:
        return []  # as of nearly everybody in a run
    door = Door(context, views)
    return [kept for form in given if (kept := door.read(form)) is not None]
