"""When nobody is told of a study: it is not recruiting, is paused, or has everybody it wants."""

from __future__ import annotations

from datetime import date

from adapter.settings.model import Study

# Statuses of those whom the study has, or has had.
ENROLLED = frozenset(
    {"on-study", "on-study-intervention", "on-study-observation", "pending-on-study", "follow-up", "off-study"}
)


def silence(study: Study, as_of: date, enrolled: int) -> str | None:
    """Why runs only count on this day; None: they tell. Both days of recruitment are days of it."""
    if study.paused:
        return "paused"
    if study.recruiting_from is not None and as_of < study.recruiting_from:
        return "recruitment has not begun"
    if study.recruiting_until is not None and as_of > study.recruiting_until:
        return "recruitment has ended"
    if study.target is not None and enrolled >= study.target:
        return "the study has everybody it wants"
    return None
