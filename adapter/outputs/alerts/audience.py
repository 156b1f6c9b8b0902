"""Who is told: by which output, under which name, of what they want to hear; and when nobody is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from adapter.settings.model import Email, Outputs, Recipient, Study

EMAIL, WEBHOOK = "email", "webhook"
# Statuses of those whom the study has, or has had.
ENROLLED = frozenset(
    {"on-study", "on-study-intervention", "on-study-observation", "pending-on-study", "follow-up", "off-study"}
)


@dataclass(frozen=True, slots=True)
class Hearer:
    """Somebody, or some program, who is told; no studies or kinds named: of all."""

    output: str
    to: str
    studies: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    def deaf_to(self, study: str, kind: str, standing: str) -> str | None:
        """Why they do not want to hear of it; None: they do."""
        if self.studies and study not in self.studies:
            return "a study not asked for"
        if self.kinds and not {kind, standing} & {*self.kinds}:
            return "a kind not asked for"
        return None


def recipients(settings: Email) -> tuple[Recipient, ...]:
    """Everybody who is mailed, each once, in the way that they want it."""
    described = {one.address: one for one in settings.recipients}
    plain = {address: Recipient(address=address) for address in settings.to}
    return tuple({**plain, **described}.values())


def hearers(settings: Outputs) -> tuple[Hearer, ...]:
    """Everybody who is told anything."""
    mailed = recipients(settings.email) if settings.email.enabled else ()
    told = [Hearer(EMAIL, one.address, one.studies, one.kinds) for one in mailed]
    hook = settings.webhook
    if hook.enabled:
        told.append(Hearer(WEBHOOK, webhook_name(str(hook.url)), hook.studies, hook.kinds))
    return tuple(told)


def webhook_name(url: str) -> str:
    """The name of a receiver: another address is another one. The address itself may hold what is nobody's business."""
    return hashlib.sha256(url.encode()).hexdigest()[:12]


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
