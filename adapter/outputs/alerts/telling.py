"""What each hearer is told: the difference between what they were told last and what is now.

So a first run, an output that is switched on later, a new recipient and the end of a pause are all the same: one
digest of how things stand, and no replay of what happened meanwhile. Whatever is not told is counted with its reason.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from itertools import groupby
from typing import Any

from adapter.journal import Delivery, statuses
from adapter.journal.work import Work
from adapter.outputs.alerts.audience import Hearer
from adapter.outputs.alerts.kinds import DECIDABLE, FLAGGED, NEW, REVIEW, UNFLAGGED, change_kind

TOLD_BEFORE, QUIET, ENDED = "told before", "no longer worth a look", "screening has ended"
A_PERSONS = {"ask", "examine"}
Heard = tuple[Delivery, dict[str, Any]]  # with its payload


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a patient stands by the newest decision; `fresh`: made by this run, `moved`: the change it was."""

    patient: str
    standing: str
    decision: int
    fresh: bool = False
    moved: str | None = None


@dataclass(frozen=True, slots=True)
class LastTold:
    """What a hearer was told last of a patient, and when."""

    standing: str
    decidable: bool
    at: str


@dataclass
class Telling:
    """The alerts of one run; `silence`: why nobody is told of this study now."""

    study: str
    at: str
    again_after: timedelta
    silence: str | None = None
    silenced: Counter[str] = field(default_factory=Counter)

    def tell(
        self, work: Work, hearers: Iterable[Hearer], stands: Iterable[Stand], unclear: Collection[str] = ()
    ) -> None:
        """Put on its way what each hearer does not know yet.

        `unclear` are patients whose data came in part; who is neither there nor stands anywhere is screened no more.
        """
        asked = {one.patient for one in statuses.open_reviews(work.connection, self.study)}
        ordered = sorted((one for one in stands if one.patient not in asked), key=lambda stand: stand.patient)
        screened = {*unclear, *asked, *(stand.patient for stand in ordered)}
        for hearer, known in self._heard(work, hearers):
            self._withdraw(work, known, screened)
            told = last_told(known)
            for stand in ordered:
                self._one(work, hearer, stand, told.get(stand.patient))

    def tell_reviews(self, work: Work, hearers: Iterable[Hearer]) -> None:
        """Put on its way what persons are asked to look at; of these patients nothing else is told."""
        reviews = statuses.open_reviews(work.connection, self.study)
        for hearer, known in self._heard(work, hearers):
            told = {said.get("review") for _, said in known}
            for one in reviews:
                fresh = one.opened_at == self.at
                if one.id not in told and not self._held(hearer, REVIEW, one.standing, fresh=fresh):
                    more = {"review": one.id, "decidable": True}
                    self._send(work, hearer, Stand(one.patient, one.standing, one.decision), REVIEW, more)

    def _one(self, work: Work, hearer: Hearer, stand: Stand, told: LastTold | None) -> None:
        decidable = cache(partial(_decidable, work, stand))
        kind = self._news(stand, told, decidable)
        if kind is not None and not self._held(hearer, kind, stand.standing, fresh=stand.fresh):
            knows = told is not None and told.decidable
            more = {"was": told.standing if told else None, "decidable": knows or decidable()}
            self._send(work, hearer, stand, kind, more)
        elif kind is None and stand.moved is not None and told is not None:
            self.silenced[QUIET if stand.moved == UNFLAGGED else TOLD_BEFORE] += 1

    def _held(self, hearer: Hearer, kind: str, standing: str, *, fresh: bool) -> bool:
        """Whether they are not to hear of it now; what an older run has found was counted then."""
        reason = self.silence or hearer.deaf_to(self.study, kind, standing)
        if reason is not None and fresh:
            self.silenced[reason] += 1
        return reason is not None

    def _send(self, work: Work, hearer: Hearer, stand: Stand, kind: str, more: Mapping[str, object]) -> None:
        work.screening_number(self.study, stand.patient, self.at)
        payload = {
            "to": hearer.to, "study": self.study, "patient": stand.patient, "kind": kind,
            "standing": stand.standing, "decision": stand.decision, **more,
        }  # fmt: skip
        cause = f"review-{more['review']}" if kind == REVIEW else f"decision-{stand.decision}"
        key = f"{hearer.output}:{self.study}:{cause}:{hearer.to}"
        work.deliver(hearer.output, key, json.dumps(payload, ensure_ascii=False), self.at)

    def _news(self, stand: Stand, told: LastTold | None, decidable: Callable[[], bool]) -> str | None:
        """What is new to somebody who was told this last; None: nothing that they hear of."""
        kind = change_kind(told.standing if told else None, stand.standing)
        if kind == UNFLAGGED or (kind is None and (told is None or stand.standing not in FLAGGED)):
            return None
        if kind is not None or told is None:
            return kind
        if stand.moved == NEW and self._long_ago(told):
            return NEW
        return DECIDABLE if not told.decidable and decidable() else None

    def _long_ago(self, told: LastTold) -> bool:
        return datetime.fromisoformat(self.at) - datetime.fromisoformat(told.at) >= self.again_after

    def _heard(self, work: Work, hearers: Iterable[Hearer]) -> Iterator[tuple[Hearer, list[Heard]]]:
        """Each hearer with all that was ever put on its way to them about this study."""
        for output, own in groupby(hearers, lambda hearer: hearer.output):
            heard: dict[str, list[Heard]] = {}
            for one in work.deliveries(output):
                said = json.loads(one.payload)
                if said["study"] == self.study:
                    heard.setdefault(said["to"], []).append((one, said))
            yield from ((hearer, heard.get(hearer.to, [])) for hearer in own)

    def _withdraw(self, work: Work, known: Iterable[Heard], screened: Collection[str]) -> None:
        """Take back what waits for its hour and is of somebody who has left, has died or was taken on meanwhile."""
        for one, said in known:
            if one.state == "pending" and said["patient"] not in screened:
                work.done(one.id, self.at)
                self.silenced[ENDED] += 1


def last_told(heard: Iterable[Heard]) -> dict[str, LastTold]:
    """What somebody was told last of each patient, arrived or on its way."""
    # Versions before this did not say whether it was decidable: better told once too little than all of it again.
    return {
        said["patient"]: LastTold(said["standing"], bool(said.get("decidable", True)), one.created_at)
        for one, said in heard
    }


def is_decidable(line: Mapping[str, object]) -> bool:
    """Whether a person can settle the patient by asking and examining: no result, order or code is waited for."""
    settles = line.get("settles")
    return isinstance(settles, list) and bool(settles) and all(one["do"] in A_PERSONS for one in settles)


def _decidable(work: Work, stand: Stand) -> bool:
    return is_decidable(json.loads(work.decision(stand.decision).line))
