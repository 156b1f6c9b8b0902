"""The mail that IT gets: what began, what is over, and what to do."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from adapter.fhir.errors import printable
from adapter.incidents.incident import EXPIRY
from adapter.incidents.rows import Incident
from adapter.operation.faults import word_of
from adapter.words import Catalogue

LONGEST = 300  # of what a fault said


@dataclass(frozen=True)
class Writer:
    """Writes in one language, by the hospital's clock."""

    catalogue: Catalogue
    language: str
    zone: ZoneInfo
    host: str

    def letter(self, incidents: Sequence[Incident]) -> tuple[str, str]:
        """Subject and text; what began comes first."""
        ordered = sorted(incidents, key=lambda one: (one.ended_at is not None, one.began_at, one.kind, one.about))
        first = ordered[0]
        what = self._what(first)
        if len(ordered) > 1:
            what = self._says("several", what=what, count=len(ordered) - (1 if self.language == "en" else 0))
        subject = self._says("subject_ended" if first.ended_at else "subject_began", host=self.host, what=what)
        lines = [line for one in ordered for line in (*self._lines(one), "")]
        return subject, "\n".join([*lines, self._says("closing"), ""])

    def _lines(self, one: Incident) -> list[str]:
        name, what, began = word_of(one.kind, one.about), self._what(one), self._instant(one.began_at)
        if one.ended_at is not None:
            return [self._says("ended", began=began, ended=self._instant(one.ended_at), what=what)]
        said = [self._says("said", detail=printable(one.detail)[:LONGEST])] if one.detail and one.kind != EXPIRY else []
        return [self._says("began", began=began, what=what), *said, self._says("do", do=self._says(f"{name}_do"))]

    def _what(self, one: Incident) -> str:
        return self._says(word_of(one.kind, one.about), about=one.about, detail=one.detail)

    def _instant(self, at: str) -> str:
        return datetime.fromisoformat(at).astimezone(self.zone).strftime("%Y-%m-%d %H:%M")

    def _says(self, name: str, **said: object) -> str:
        return self.catalogue["it_mail"][name][self.language].format(**said)


def letter_key(incidents: Sequence[Incident]) -> str:
    """What names a letter: the same where the same goes again."""
    said = sorted("|".join((*one.name, one.ended_at or "")) for one in incidents)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:32]
