"""What a person set on our page becomes the subject's status, unless another person has said something newer there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from adapter.fhir.write import Kept
from adapter.journal import Delivery, Origin, StoredStatus
from adapter.journal.statuses import MACHINES
from adapter.outputs.subject import resource as form
from adapter.outputs.subject.resource import Resource


def to_say(together: Sequence[Delivery], spoken: Sequence[StoredStatus]) -> StoredStatus | None:
    """The newest status of our page that the server was not told yet; None where it knows all."""
    waiting = _waiting(together)
    return next((one for one in reversed(spoken) if one.id in waiting), None)


def said_on_page(spoken: Sequence[StoredStatus]) -> StoredStatus | None:
    """What a person said last on our page: from then on the machine writes nothing for the patient."""
    return next((one for one in reversed(spoken) if one.origin == Origin.PAGE), None)


def may_replace(now: Kept, said: StoredStatus, known: frozenset[str], *, machines: bool) -> bool:
    """Tell whether a person's status may take the place of what is found.

    The machine's own may go, and what its author knew of; a status that was changed since by somebody else stays.
    """
    if machines:
        return True
    status = form.status_of(now.resource)
    if status in MACHINES:  # somebody's own candidate, which no row tells of: the later word counts
        changed = changed_at(now.resource)
        return changed is not None and changed <= datetime.fromisoformat(said.at)
    return status in known


def known_before(said: StoredStatus, spoken: Sequence[StoredStatus], together: Sequence[Delivery]) -> frozenset[str]:
    """The statuses that may stand on the server by what the author of a word knew.

    They are the last one that was told there or found there, and those since that wait and may have been written.
    """
    waiting, known = _waiting(together), set[str]()
    for one in reversed([before for before in spoken if before.id < said.id]):
        known.add(one.status)
        if one.id not in waiting:
            break
    return frozenset(known)


def changed_at(subject: Resource) -> datetime | None:
    """When the server last changed a resource, if it says so."""
    meta = subject.get("meta")
    instant = meta.get("lastUpdated") if isinstance(meta, dict) else None
    try:
        moment = datetime.fromisoformat(str(instant))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _waiting(together: Sequence[Delivery]) -> set[int]:
    return {number for one in together if (number := json.loads(one.payload).get("status")) is not None}
