"""Mail to the investigators: one digest a recipient, with counts, screening numbers and a link; no patient data.

At least once: where the answer to a mail that the server took is lost, the same mail goes again with the same
Message-ID. What a patient needs is said in the study's own words; nothing else of a decision finds its way in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from adapter.journal import Delivery, Journal
from adapter.outputs.alerts.audience import EMAIL, recipients
from adapter.outputs.alerts.digest import as_text
from adapter.outputs.alerts.news import message_key, messages, needs_of, news_of, of_study
from adapter.outputs.alerts.post import Letter, Post
from adapter.outputs.base import Clock, FailedForGood, State, Told, attempt, instant
from adapter.settings.model import Email, Recipient, Settings
from adapter.words import Speaker

AT_ONCE = "at-once"


def worklist_link(settings: Settings) -> str:
    """Return the address of the worklist as an investigator's browser knows it."""
    place = settings.worklist
    return f"{place.public_url or f'http://{place.host}:{place.port}'}/worklist"


class EmailOutput:
    """Sends each recipient one digest of all that is new to them; the clock is that of the hospital."""

    name = EMAIL

    def __init__(
        self, settings: Email, journal: Journal, speaker: Callable[[str], Speaker], clock: Clock, *,
        link: str, password: str | None = None,
    ) -> None:  # fmt: skip
        self._post, self._journal, self._speaker, self._clock = Post(settings, password), journal, speaker, clock
        self._link, self._recipients = link, {one.address: one for one in recipients(settings)}

    def deliver(self, pending: Sequence[Delivery]) -> Iterator[Told]:
        """Send one digest after the other; one that is no longer a recipient gets none."""
        for address, waiting in of_study(pending, self._speaker("en").study.id).items():
            for together in messages(waiting):
                if address not in self._recipients or self._due(self._recipients[address], together):
                    yield attempt(together, partial(self._digest, address, tuple(together)))

    def _due(self, recipient: Recipient, waiting: Sequence[Delivery]) -> bool:
        """Whether the hour at which they want their digest has struck since the oldest of it came about."""
        if recipient.digest == AT_ONCE:
            return True
        now = self._clock()
        if recipient.time_zone is not None:
            now = now.astimezone(ZoneInfo(recipient.time_zone))
        struck = datetime.combine(now.date(), time.fromisoformat(recipient.digest), now.tzinfo)
        struck -= timedelta(days=struck > now)
        return min(datetime.fromisoformat(one.created_at) for one in waiting) < struck

    def _digest(self, address: str, together: tuple[Delivery, ...]) -> Told:
        recipient = self._recipients.get(address)
        if recipient is None:
            raise FailedForGood(f"{address}: not in outputs.email any more, so nothing was sent there.")
        speaker, now = self._speaker(recipient.language), self._clock()
        news = news_of(together, speaker.study, self._journal, instant(now))
        if news:
            needs = partial(needs_of, study=speaker.study, journal=self._journal)
            self._post.send(Letter(address, message_key(together), now, *as_text(news, needs, speaker, self._link)))
        return Told(together, State.DONE)
