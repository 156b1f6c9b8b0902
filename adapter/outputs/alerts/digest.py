"""The digest that an investigator reads: counts, a line a patient, and where to look further."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from adapter.outputs.alerts.news import SHOWN, News
from adapter.screening.settle import Settles
from adapter.words import Speaker

NEEDS_SHOWN = 3
NeedsOf = Callable[[News], Sequence[Settles]]


def as_text(news: Sequence[News], needs_of: NeedsOf, speaker: Speaker, link: str) -> tuple[str, str]:
    """Subject and body."""
    study = {"registry": speaker.study.registry, "title": speaker.study.title[speaker.language]}
    kinds = Counter(_kind(one.kind, speaker) for one in news)
    lines = [speaker.phrase("mail", "opening", **study), ""]
    lines += [f"  {speaker.phrase('mail', kind, count=kinds[kind])}" for kind in sorted(kinds)]
    lines += ["", *(_line(one, needs_of(one), speaker) for one in news[:SHOWN])]
    if len(news) > SHOWN:
        lines.append(speaker.phrase("mail", "more_patients", count=len(news) - SHOWN))
    lines += ["", speaker.phrase("mail", "link", link=link), "", speaker.phrase("mail", "closing"), ""]
    return speaker.phrase("mail", "subject", count=len(news), **study), "\n".join(lines)


def _kind(kind: str, speaker: Speaker) -> str:
    return f"kind_{kind}" if f"kind_{kind}" in speaker.catalogue["mail"] else "kind_other"


def _line(one: News, needs: Sequence[Settles], speaker: Speaker) -> str:
    wants = [
        speaker.phrase("mail", "need", do=speaker.phrase("do", need.do), what=need.thing.what[speaker.language])
        for need in needs[:NEEDS_SHOWN]
    ]
    if len(needs) > NEEDS_SHOWN:
        wants.append(speaker.phrase("told", "more", count=len(needs) - NEEDS_SHOWN))
    standing = speaker.phrase("mail", f"standing_{one.standing}")
    return speaker.phrase("mail", "patient_needs" if wants else "patient", number=one.number, standing=standing,
                          needs=speaker.join(wants))  # fmt: skip
