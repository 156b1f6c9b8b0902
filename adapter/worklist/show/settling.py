"""What would settle a patient: as the last decision on record has it while nothing has moved, for it is dear to find.

A run finds it when it records a decision. Where a patient who is judged while somebody looks stands as on record, by
the same picks and the same study, the same things would settle them.
"""

from __future__ import annotations

import json

from sqlalchemy import Connection

from adapter.journal import StoredDecision
from adapter.journal.clinic import outlook
from adapter.journal.picks import as_json
from adapter.screening.decision import Decision
from adapter.screening.settle import Settles
from adapter.screening.study import Study


def recalled(
    connection: Connection, last: StoredDecision, decision: Decision, study: Study
) -> tuple[Settles, ...] | None:
    """The things as recorded with the last decision; None where this decision is another, or they are not on record.

    The outlook names the things, and the line says in the same order which criteria each would settle.
    """
    if (last.standing, last.picks) != (decision.standing.value, as_json(decision.picks)):
        return None
    things, lines = outlook.things_of(connection, last.id), json.loads(last.line)["settles"]
    known = {thing.id: thing for thing in study.settlements}
    if things is None or len(things) != len(lines) or any(name not in known for _, name, _ in things):
        return None
    return tuple(
        Settles(known[name], do, tuple(line["criteria"]), rules_out)
        for (do, name, rules_out), line in zip(things, lines, strict=True)
    )
