"""The roles of a study, and what a page is open to."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


class Role(StrEnum):
    """What somebody is in one study."""

    INVESTIGATOR = "investigator"  # sees and does all, and alone calls a patient eligible
    COORDINATOR = "coordinator"  # sees and does all but that
    MONITOR = "monitor"  # reads, and sees no name and no hospital number
    IT = "it"  # sees how the service does, and no patient


CLINIC = frozenset({Role.INVESTIGATOR, Role.COORDINATOR})
READERS = CLINIC | {Role.MONITOR}
EVERYBODY = frozenset(Role)
OPEN: frozenset[Role] = frozenset()  # the mark of a page that needs no sign-in


def home_of(role: Role | None) -> str:
    """Where somebody of this role begins: with the patients, unless they may see none."""
    return "/operation" if role is Role.IT else "/worklist"


def open_to(roles: frozenset[Role]) -> Callable[[View], View]:
    """Mark a page with those who may see it; a page without this mark is shown to nobody."""

    def mark(view: View) -> View:
        view.open_to = roles  # type: ignore[attr-defined]
        return view

    return mark
