"""Forms that were filled in on the page, read the way the hospital's own are: through the same view."""

from __future__ import annotations

from collections.abc import Iterable

from adapter.facts.intake import Door, Kept, Views
from adapter.facts.read import Context


def answered(forms: Iterable[bytes], context: Context, views: Views) -> list[Kept]:
    """The forms as the chart would keep them; they are ours and in no account of what the hospital sent."""
    given = list(forms)
    if not given:
        return []  # as of nearly everybody in a run
    door = Door(context, views)
    return [kept for form in given if (kept := door.read(form)) is not None]
