"""A program of the hospital is told what investigators are: counts, screening numbers and a link, signed.

At least once: a message whose answer was lost goes again under the same id, with a new time and signature.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from adapter.errors import SettingsError
from adapter.journal import Delivery, Journal
from adapter.outputs.alerts.audience import WEBHOOK, webhook_name
from adapter.outputs.alerts.guarded import Door
from adapter.outputs.alerts.news import SHOWN, News, message_key, messages, news_of, of_study
from adapter.outputs.base import Clock, FailedForGood, State, Told, TryLater, WaitsForPerson, attempt, instant
from adapter.screening.study import Study
from adapter.settings.model import Webhook

VERSION = 1
LEAST_SECRET = 16
ID, TIME, SIGNATURE = "Trial-Adapter-Id", "Trial-Adapter-Timestamp", "Trial-Adapter-Signature"
LATER = frozenset({408, 425, 429})
NEVER = frozenset({400, 410, 413, 415, 422})


class WebhookOutput:
    """Sends what is new as one message."""

    name = WEBHOOK

    def __init__(
        self, door: Door, secret: str, journal: Journal, study: Study, clock: Clock, *, link: str
    ) -> None:  # fmt: skip
        if len(secret) < LEAST_SECRET:
            raise SettingsError(f"outputs.webhook.secret: {LEAST_SECRET} signs at least are needed to sign with.")
        self._door, self._secret, self._journal = door, secret.encode(), journal
        self._study, self._clock, self._link = study, clock, link

    def deliver(self, pending: Sequence[Delivery]) -> Iterator[Told]:
        """Send what is new, and by itself again each message that may have arrived."""
        for to, waiting in of_study(pending, self._study.id).items():
            for together in messages(waiting):
                yield attempt(together, partial(self._message, to, tuple(together)))

    def _message(self, to: str, together: tuple[Delivery, ...]) -> Told:
        if to != webhook_name(self._door.url):
            raise FailedForGood("outputs.webhook.url is another one now, so nothing was sent to the one before.")
        now = self._clock()
        news = news_of(together, self._study, self._journal, instant(now))
        if news:
            key = message_key(together)
            body = as_body(news, self._study, self._link, key)
            self._answered(self._door.post(body, {**headers(body, self._secret, int(now.timestamp())), ID: key}))
        return Told(together, State.DONE)

    def _answered(self, status: int) -> None:
        said = f"{self._door.where}: answered {status}"
        if 200 <= status < 300:
            return
        if 300 <= status < 400:
            raise WaitsForPerson(
                f"{said}, a redirect, which is not followed. Set outputs.webhook.url to where it leads."
            )
        if status >= 500 or status in LATER:
            raise TryLater(f"{said}. It is tried again in the next run.")
        if status in NEVER:
            raise FailedForGood(f"{said}: the receiver does not take this message. Correct the receiver.")
        raise WaitsForPerson(f"{said}. Check outputs.webhook url and secret, and the receiver.")


def door_of(settings: Webhook) -> Door:
    """The receiver of the settings."""
    return Door(str(settings.url), settings.allow, settings.ca_file)


def as_body(news: Sequence[News], study: Study, link: str, key: str) -> bytes:
    """The message: the same news are the same bytes."""
    whole: dict[str, Any] = {
        "version": VERSION,
        "id": key,
        "study": {"id": study.id, "registry": study.registry},
        "counts": dict(sorted(Counter(one.kind for one in news).items())),
        "patients": [{"number": one.number, "kind": one.kind, "standing": one.standing.value} for one in news[:SHOWN]],
        "more": max(len(news) - SHOWN, 0),
        "link": link,
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def headers(body: bytes, secret: bytes, at: int) -> dict[str, str]:
    """What lets the receiver see that it comes from here, and when it was sent."""
    signature = hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json; charset=utf-8", TIME: str(at), SIGNATURE: f"v1={signature}"}
