"""The two ways in which a server's door fails: temporary (try again) or permanent (tell a person).

Every error says what, where and what to do. *Where* is an address without its query, which may name a patient.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from adapter.errors import SourceError

SHOWN = 200  # characters of what a server says about a fault
_QUERY = re.compile(r"\?\S*")
# What may say who somebody is: the id behind a type, a UUID, a number as long as a hospital's own.
_WHO = re.compile(r"\b((?:[A-Z][a-z]+)+/)[A-Za-z0-9.-]+|\b[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|\d{5,}")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\u00a1-\u2027\u202f-\u205f\u2070-\ufffc]+")


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue of an OperationOutcome: what the server says, cut short, without its narrative and without ids."""

    severity: str
    code: str
    text: str = ""

    @property
    def grave(self) -> bool:
        """Whether what was asked for may not have been given."""
        return self.severity in {"fatal", "error"}

    def __str__(self) -> str:
        return f"{self.severity}/{self.code}" + (f": {self.text}" if self.text else "")


class Trouble(SourceError):  # noqa: N818 - it is caught as one of the two ways
    """A request that failed."""

    def __init__(self, where: str, what: str, to_do: str, *, status: int | None = None) -> None:
        super().__init__(where, what, to_do)
        self.where, self.what, self.to_do = where, what, to_do
        self.status = status
        self.issues: tuple[Issue, ...] = ()
        self.tries = 1

    def __str__(self) -> str:
        said = f" The server says {self.issues[0]}" if self.issues else ""
        tries = f", {self.tries} times" if self.tries > 1 else ""
        return f"{self.where}: {self.what}{tries}.{said and _sentence(said)} {self.to_do}"


class Temporary(Trouble):
    """It may go well later; the client has already tried as long as patience allows."""

    to_repeat = True  # by the client itself
    retry_after: float | None = None
    unsent = False  # the server cannot have acted on it: a write may be repeated too
    most_tries = 20


class Permanent(Trouble):
    """It will not go well by itself: a person has to do something."""


class Unreachable(Temporary):
    """Nobody answers, or the connection broke before the answer."""


class TimedOut(Temporary):
    """The answer took longer than it may."""


class EndedEarly(Temporary):
    """The body is not whole."""


class Throttled(Temporary):
    """The server asks to come later."""

    unsent = True


class ServerFailed(Temporary):
    """The server has a fault of its own, which is often the same the next time."""

    most_tries = 3


class Conflict(Temporary):
    """Another was faster, or more than one resource matches: read again and decide anew."""

    to_repeat = False


class PageExpired(Temporary):
    """The server no longer knows the next page: start this search again."""

    to_repeat = False


class Endless(Temporary):
    """Pages go round in a circle or never end: what was read is not the whole."""

    to_repeat = False


class LeftAlone(Temporary):
    """Nothing was asked: question after question has failed here, so the server is left in peace for a while."""

    to_repeat = False


class Stopped(Temporary):
    """We were asked to stop."""

    to_repeat = False


class Untrusted(Permanent):
    """The server cannot prove who it is."""


class Refused(Permanent):
    """The server knows us and says no, or does not accept our sign-in."""


class NotFound(Permanent):
    """There is nothing at this address."""


class Rejected(Permanent):
    """The server does not understand or does not take what was sent."""


class NotFhir(Permanent):
    """What answers is no FHIR server, or not here."""


class NamedElsewhere(Permanent):
    """All that came names its patients at another address: nobody here can be told to be meant."""


class TooLarge(Permanent):
    """The answer is larger than can be held in memory."""


class LinkRefused(Permanent):
    """The server gave an address that is not its own; nothing was sent there."""


def place(url: str) -> str:
    """Return an address as it may be shown: without query, and nothing in it that a terminal obeys."""
    return printable(url.split("?", 1)[0].split("#", 1)[0])[:120]


def origin(url: str) -> str:
    """Return scheme, host and port of an address that may be hostile, or a word for one that has none."""
    try:
        parts = urlsplit(url)
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        return "an address that cannot be read"
    host = re.sub(r"[^A-Za-z0-9.:_-]", "?", parts.hostname or "")[:80]
    return f"{printable(parts.scheme)[:10]}://{host}{port}" if host else "an address without a host"


def printable(text: str) -> str:
    """Return text on one line without anything that a terminal or a log would obey."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split())


def issues_of(outcome: object) -> tuple[Issue, ...]:
    """Return the issues of an OperationOutcome: only diagnostics and details, never its narrative or an expression."""
    if not isinstance(outcome, dict) or outcome.get("resourceType") != "OperationOutcome":
        return ()
    found = outcome.get("issue")
    return tuple(_issue(issue) for issue in (found if isinstance(found, list) else []) if isinstance(issue, dict))


def issues_in(body: bytes) -> tuple[Issue, ...]:
    """Return the issues of a body that may be an OperationOutcome or anything else."""
    try:
        return issues_of(json.loads(body))
    except (ValueError, RecursionError):
        return ()


def of_status(status: int, where: str, issues: tuple[Issue, ...], retry_after: float | None) -> Trouble:
    """Return what a status other than 2xx means."""
    kind, what, to_do = _STATUS.get(status) or _OTHER[min(status // 100, 5)]
    trouble = kind(where, f"{what} ({status})", to_do, status=status)
    trouble.issues = issues
    if isinstance(trouble, Temporary):
        trouble.retry_after = retry_after
        trouble.unsent = status in {429, 503}
    return trouble


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else text + "."


def _issue(issue: dict[str, Any]) -> Issue:
    details = issue.get("details")
    said = issue.get("diagnostics") or (details.get("text") if isinstance(details, dict) else None)
    text = _QUERY.sub("", printable(said[: 10 * SHOWN])) if isinstance(said, str) else ""
    text = _WHO.sub(lambda found: f"{found[1] or ''}…", text)
    return Issue(_word(issue.get("severity"), "error"), _word(issue.get("code"), "unknown"), text[:SHOWN])


def _word(value: object, otherwise: str) -> str:
    return value if isinstance(value, str) and re.fullmatch(r"[a-z-]{1,30}", value) else otherwise


_LATER = "Try again later; if it stays so, ask IT about the FHIR server."
_SIGN_IN = "Check [fhir.auth] in the settings."
_ADDRESS = "Check [fhir] base_url in the settings."
_STATUS: dict[int, tuple[type[Trouble], str, str]] = {
    401: (Refused, "the server does not accept our sign-in", _SIGN_IN),
    403: (Refused, "the server refuses this to us", "Ask IT to allow the adapter this, or take it out of the study."),
    404: (NotFound, "the server has nothing at this address", _ADDRESS),
    410: (NotFound, "this is gone from the server", _ADDRESS),
    408: (TimedOut, "the server gave up waiting", _LATER),
    409: (Conflict, "another was faster", "Read it again and decide anew."),
    412: (Conflict, "the server holds another state than expected", "Read it again and decide anew."),
    425: (Throttled, "the server asks to come later", _LATER),
    429: (Throttled, "the server asks to come later", _LATER),
    501: (Rejected, "the server cannot do this", "`trial-adapter check` shows what this server can do."),
    502: (Unreachable, "the gateway cannot reach the server", _LATER),
    503: (Throttled, "the server is not ready", _LATER),
    504: (TimedOut, "the gateway gave up waiting for the server", _LATER),
}
_OTHER: dict[int, tuple[type[Trouble], str, str]] = {
    **dict.fromkeys((0, 1, 2, 3), (NotFhir, "this is no answer of a FHIR server", _ADDRESS)),
    4: (Rejected, "the server does not take this", "`trial-adapter check` shows what this server can do."),
    5: (ServerFailed, "the server failed", _LATER),
}
