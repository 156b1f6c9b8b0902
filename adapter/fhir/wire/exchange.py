"""One question and its whole answer, or one of the faults of errors.py; nothing is repeated or followed here."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException

import requests
from requests import Response, Session
from urllib3.exceptions import HTTPError, IncompleteRead, NewConnectionError, ProtocolError, ProxyError
from urllib3.exceptions import TimeoutError as SilenceError

from adapter.fhir.errors import (
    EndedEarly,
    Refused,
    Rejected,
    Stopped,
    Temporary,
    TimedOut,
    Trouble,
    Unreachable,
    Untrusted,
    place,
    printable,
)
from adapter.fhir.wire import body
from adapter.fhir.wire.line import Line
from adapter.fhir.wire.manners import Turns
from adapter.fhir.wire.transport import Deadline, Watch, open_session

CONNECT_S = 10.0
COMPLAINT = 1 << 20  # bytes of an answer that only says what went wrong
_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3})\b")
FAULTS = (requests.RequestException, HTTPError, HTTPException, OSError)


@dataclass(frozen=True, slots=True)
class Question:
    """A request as it goes out."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None
    drain: Callable[[Iterator[bytes]], None] | None = None  # takes the body of a good answer as it comes


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, inflated."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


@dataclass(slots=True)
class Traffic:
    """What went over the wire in a run."""

    requests: int = 0
    repeated: int = 0
    wire_bytes: int = 0
    body_bytes: int = 0
    waited_s: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, *, requests: int = 0, repeated: int = 0, wire: int = 0, body: int = 0, waited_s: float = 0.0) -> None:
        """Count; threads may do so together."""
        with self.lock:
            self.requests += requests
            self.repeated += repeated
            self.wire_bytes += wire
            self.body_bytes += body
            self.waited_s += waited_s


@dataclass(frozen=True, slots=True)
class Limits:
    """How long one answer may take, how long it may be silent, and how its body is measured."""

    seconds: float
    idle_s: float
    measure: body.Measure


class Exchange:
    """The sessions, one per thread, with what they share."""

    def __init__(self, line: Line, stop: threading.Event, turns: Turns) -> None:
        self._line, self._stop, self._turns = line, stop, turns
        self._watch = Watch(stop)
        self._mine = threading.local()
        self._sessions: list[Session] = []
        self.traffic = Traffic()

    def ask(self, question: Question, limits: Limits) -> Answer:
        """Send a request and read its answer to the end, within its time; any status is an answer."""
        where = place(question.url)
        self.traffic.add(requests=1)
        with self._turns, Deadline(self._watch, limits.seconds) as deadline:
            try:
                answer = self._ask(question, limits, where)
            except FAULTS as fault:
                self._ended(deadline, where, limits)
                raise _named(fault, where) from None
            self._ended(deadline, where, limits)  # a connection cut by us may look like a body's end
        return answer

    def close(self) -> None:
        """Close all connections."""
        self._watch.close()
        for session in self._sessions:
            session.close()

    def _ask(self, question: Question, limits: Limits, where: str) -> Answer:
        session = self._session()
        request = requests.Request(question.method, question.url, dict(question.headers), data=question.body)
        response = session.send(
            session.prepare_request(request), stream=True, allow_redirects=False, verify=session.verify,
            timeout=(min(CONNECT_S, limits.seconds), min(limits.idle_s, limits.seconds)),
        )  # fmt: skip
        whole = False
        try:
            content = self._content(question, response, limits, where)
            whole = True
        finally:
            if not whole:
                response.close()
        return Answer(response.status_code, response.headers, content, question.url)

    def _content(self, question: Question, response: Response, limits: Limits, where: str) -> bytes:
        if question.drain and response.ok and not response.is_redirect:
            flow = body.Flow(response.raw, where, limits.measure)
            question.drain(iter(flow))
            self.traffic.add(wire=flow.wire.bytes, body=flow.bytes)
            return b""
        if response.ok and not response.is_redirect:
            content, wire = body.read(response.raw, where, limits.measure)
            self.traffic.add(wire=wire, body=len(content))
            return content
        try:
            return body.read(response.raw, where, body.Measure(COMPLAINT))[0]
        except (Trouble, *FAULTS):  # what the server meant to say is lost; that it failed is not
            response.close()
            return b""

    def _session(self) -> Session:
        session: Session | None = getattr(self._mine, "session", None)
        if session is None:
            session = self._mine.session = open_session(self._line)
            self._sessions.append(session)
        return session

    def _ended(self, deadline: Deadline, where: str, limits: Limits) -> None:
        if self._stop.is_set():
            raise Stopped(where, "we were asked to stop", "The next run goes on where this one stopped.")
        if deadline.struck:
            raise TimedOut(
                where, f"the answer took longer than {limits.seconds:.0f} seconds",
                "Try again later; if the server is slow but well, raise [fhir] patience_s.",
            )  # fmt: skip


def _named(fault: BaseException, where: str) -> Trouble:
    """Return what a fault of the libraries means; their own words may hold the whole address and are not used."""
    chain = list(_chain(fault))
    for cause in chain:
        if isinstance(cause, ssl.SSLCertVerificationError):
            said = printable(cause.verify_message)[:100]
            return Untrusted(where, f"the server's certificate is not trusted ({said})",
                             "Name the hospital's CA in [fhir] ca_file, or have IT mend the certificate.")  # fmt: skip
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return _no_tls(cause, where)
    return _at_the_proxy(chain, where) or _broken(chain, where)


def _no_tls(cause: ssl.SSLError, where: str) -> Trouble:
    reason = cause.reason or ""
    if "ALERT" in reason and ("CERTIFICATE" in reason or "UNKNOWN_CA" in reason):
        return Untrusted(where, "the server asks for a certificate of ours, and has none that it trusts",
                         "Set [fhir] client_cert_file and client_key_file to what IT has issued.")  # fmt: skip
    return Untrusted(where, "no TLS connection can be agreed on",
                     "Have the server offer TLS 1.2 or later; is it a port for plain http? Where it asks for a "
                     "certificate of ours, set [fhir] client_cert_file.")  # fmt: skip


def _at_the_proxy(chain: list[BaseException], where: str) -> Trouble | None:
    """Return what the proxy said, where it was the proxy."""
    if not any(isinstance(cause, ProxyError) for cause in chain):
        return None
    said = next((found[1] for cause in chain if (found := _TUNNEL.match(str(cause)))), "")
    if said == "407":
        return Refused(where, "the proxy does not accept our sign-in (407)",
                       "Check [fhir] proxy_username and proxy_password_file.", status=407)  # fmt: skip
    what = f"the proxy does not let us through ({said})" if said else "the proxy cannot be reached"
    trouble = Unreachable(where, what, "Check [fhir] proxy; if it stays so, ask IT about the proxy.")
    trouble.unsent = True
    return trouble


def _broken(chain: list[BaseException], where: str) -> Trouble:
    later = "Try again later; if it stays so, ask IT about the FHIR server and the network."
    trouble: Temporary
    if any(isinstance(cause, SilenceError | TimeoutError) and not _no_connection(cause) for cause in chain):
        trouble = TimedOut(where, "the server does not answer", later)
        trouble.unsent = any(isinstance(cause, requests.ConnectTimeout) for cause in chain)
    elif any(isinstance(cause, IncompleteRead) for cause in chain):
        trouble = EndedEarly(where, "the answer ended early", later)
    elif any(isinstance(cause, OSError | ProtocolError | HTTPException) for cause in chain):
        trouble = Unreachable(where, f"the server cannot be reached ({_why(chain)})", later)
        trouble.unsent = any(_no_connection(cause) for cause in chain)
    else:
        return Rejected(where, f"this cannot be asked ({type(chain[0]).__name__})", "Check [fhir] in the settings.")
    return trouble


def _no_connection(cause: BaseException) -> bool:
    return isinstance(cause, NewConnectionError)  # which urllib3 also counts among the time-outs


def _why(chain: list[BaseException]) -> str:
    for cause in chain:
        if isinstance(cause, socket.gaierror):
            return "its name is not known"
        if isinstance(cause, OSError) and not isinstance(cause, ssl.SSLError) and cause.strerror:
            return printable(cause.strerror)[:60].lower()
    return "the connection broke"


def _chain(fault: BaseException | None) -> Iterator[BaseException]:
    """Yield a fault and whatever it was made of."""
    waiting, seen = [fault], set[int]()
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
