"""What waits for one hearer, as news of patients: screening number, where they stand, what would settle it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapter.journal import Delivery, Journal
from adapter.outputs.alerts.kinds import DECIDABLE, REVIEW, UNFLAGGED, change_kind
from adapter.screening.decision import Standing
from adapter.screening.settle import Settles
from adapter.screening.study import Study

MAY_HAVE_ARRIVED = "It may have arrived; it goes again under the same id."
SHOWN = 50  # a first run over a full hospital is one message that can be read
ORDER = [Standing.CANDIDATE, Standing.POTENTIAL_CANDIDATE, Standing.OPEN, Standing.INELIGIBLE]
Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class News:
    """What somebody is told of one patient."""

    number: str
    kind: str
    standing: Standing
    decision: int


def of_study(pending: Sequence[Delivery], study: str) -> dict[str, list[Delivery]]:
    """What is pending of a study, by whom it is for."""
    waiting: dict[str, list[Delivery]] = {}
    for one in pending:
        said = json.loads(one.payload)
        if said["study"] == study:
            waiting.setdefault(said["to"], []).append(one)
    return waiting


def news_of(together: Iterable[Delivery], study: Study, journal: Journal, at: str) -> list[News]:
    """The news in deliveries that go together, the nearest to decided first; what came and went again is none."""
    by_patient: dict[str, list[Payload]] = {}
    for one in together:
        said = json.loads(one.payload)
        by_patient.setdefault(said["patient"], []).append(said)
    kinds = {patient: _kind(payloads) for patient, payloads in by_patient.items()}
    numbers = _numbers(journal, study.id, [patient for patient, kind in kinds.items() if kind], at)
    found = [
        News(numbers[patient], kind, Standing(by_patient[patient][-1]["standing"]), by_patient[patient][-1]["decision"])
        for patient, kind in kinds.items()
        if kind
    ]
    return sorted(found, key=lambda one: (ORDER.index(one.standing), one.number))


def needs_of(news: News, study: Study, journal: Journal) -> tuple[Settles, ...]:
    """What would settle a patient of the news."""
    return needs(json.loads(journal.decision(news.decision).line), study)


def needs(line: dict[str, object], study: Study) -> tuple[Settles, ...]:
    """What would settle the patient, found again in the study: only its words are said, in any language."""
    things = {thing.what[language]: thing for thing in study.settlements for language in ("en", "zh")}
    entries = line.get("settles")
    asked = [(str(one["do"]), things.get(one["what"])) for one in (entries if isinstance(entries, list) else [])]
    return tuple(Settles(thing, do, (), rules_out=False) for do, thing in asked if thing is not None)


def messages(waiting: Sequence[Delivery]) -> list[list[Delivery]]:
    """What goes as one message: all that is new, and by itself again each one that may have arrived."""
    found: dict[int, list[Delivery]] = {}
    for one in waiting:
        sent = (one.last_error or "").endswith(MAY_HAVE_ARRIVED)
        # What went together was tried as often, and nothing else was: each run tries every message.
        found.setdefault(one.attempts if sent else 0, []).append(one)
    return [*found.values()]


def message_key(together: Iterable[Delivery]) -> str:
    """What names a message: the same where the same deliveries go again."""
    keys = "\n".join(sorted(one.key for one in together))
    return hashlib.sha256(keys.encode()).hexdigest()[:32]


def _kind(payloads: Sequence[Payload]) -> str | None:
    """The one kind that several changes of a patient come to, for somebody who has heard of none of them yet."""
    last = payloads[-1]
    if len(payloads) == 1 or last["kind"] in {DECIDABLE, REVIEW} or "was" not in payloads[0]:
        return str(last["kind"])
    kind = change_kind(payloads[0]["was"], last["standing"])
    return None if kind == UNFLAGGED else kind


def _numbers(journal: Journal, study: str, patients: Sequence[str], at: str) -> dict[str, str]:
    """The screening number of each; one that has none yet gets it now."""
    with journal.transaction() as work:
        return {patient: work.screening_number(study, patient, at) for patient in patients}
