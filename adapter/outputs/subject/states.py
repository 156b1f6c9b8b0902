"""What is done to a patient's ResearchSubject, for every pair of where the machine stands and what is found.

The machine writes three statuses, and only onto a subject that is its own and still as it last wrote it. All others are
a person's: that subject is left as it is, and where the newest data speak against it, a person is asked to look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from adapter.journal.statuses import STATUSES
from adapter.screening.decision import Standing


class Deed(StrEnum):
    """What is done."""

    CREATE = "create"
    UPDATE = "update"
    LEAVE = "leave"
    REVIEW = "review"  # leave it, and ask a person to look


@dataclass(frozen=True, slots=True)
class Todo:
    """A deed, and for a write the status to write."""

    deed: Deed
    status: str = ""


NONE, GONE, UNKNOWN = "none", "gone", "unknown"  # never there; ours and deleted by somebody; a code that R4 has not
OURS, THEIRS = "ours", "theirs"  # theirs: made by somebody else, or ours and changed by somebody

# One line per status found; the columns are the standings of COLUMNS. An arrow is an update to the standing itself.
# An open patient keeps what was said last: open has no status, and is most often evidence that only grew old.
COLUMNS = (Standing.CANDIDATE, Standing.POTENTIAL_CANDIDATE, Standing.OPEN, Standing.INELIGIBLE)
TABLE = """
ours    none                   create  create  leave  leave
ours    gone                   review  review  leave  leave
ours    candidate              leave   →       leave  →
ours    potential-candidate    →       leave   leave  →
ours    ineligible             →       →       leave  leave
ours    eligible               leave   leave   leave  review
ours    screening              leave   leave   leave  review
ours    not-registered         leave   leave   leave  leave
ours    pending-on-study       leave   leave   leave  leave
ours    on-study               leave   leave   leave  leave
ours    on-study-intervention  leave   leave   leave  leave
ours    on-study-observation   leave   leave   leave  leave
ours    follow-up              leave   leave   leave  leave
ours    off-study              leave   leave   leave  leave
ours    withdrawn              leave   leave   leave  leave
ours    unknown                review  review  leave  review
theirs  none                   create  create  leave  leave
theirs  gone                   review  review  leave  leave
theirs  candidate              leave   leave   leave  review
theirs  potential-candidate    leave   leave   leave  review
theirs  ineligible             review  review  leave  leave
theirs  eligible               leave   leave   leave  review
theirs  screening              leave   leave   leave  review
theirs  not-registered         leave   leave   leave  leave
theirs  pending-on-study       leave   leave   leave  leave
theirs  on-study               leave   leave   leave  leave
theirs  on-study-intervention  leave   leave   leave  leave
theirs  on-study-observation   leave   leave   leave  leave
theirs  follow-up              leave   leave   leave  leave
theirs  off-study              leave   leave   leave  leave
theirs  withdrawn              leave   leave   leave  leave
theirs  unknown                review  review  leave  review
"""


def todo(standing: Standing, found: str, whose: str) -> Todo:
    """Look up what is done; a code that R4 does not know counts as `unknown`."""
    known = found if found in {*STATUSES, NONE, GONE} else UNKNOWN
    return STATES[standing, known, whose]


def _states() -> Iterator[tuple[tuple[Standing, str, str], Todo]]:
    for line in TABLE.strip().splitlines():
        whose, found, *cells = line.split()
        for standing, cell in zip(COLUMNS, cells, strict=True):
            deed = Deed.UPDATE if cell == "→" else Deed(cell)
            writes = deed in {Deed.CREATE, Deed.UPDATE}
            yield (standing, found, whose), Todo(deed, standing.value if writes else "")


STATES: Mapping[tuple[Standing, str, str], Todo] = dict(_states())
