"""One FHIR server, asked politely: nothing leaves its origin, and nothing is taken for whole that is not."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import quote, urlencode

from adapter.fhir.auth import FORM, Auth, Need, SignIn, encode_form, sign_in
from adapter.fhir.errors import LinkRefused, Refused, TimedOut, Trouble, Unreachable, issues_in, of_status, place
from adapter.fhir.wire.body import Measure
from adapter.fhir.wire.exchange import Answer, Exchange, Limits, Question, Traffic
from adapter.fhir.wire.line import Line, Proxy, checked
from adapter.fhir.wire.links import Home
from adapter.fhir.wire.manners import Circuit, Turns
from adapter.fhir.wire.retries import LEAST_TRY, Budget, Waiting, persist, retry_after

FHIR_JSON = "application/fhir+json"
REDIRECTS = {301, 302, 303, 307, 308}
NO = {400, 401, 403}  # how an endpoint of the sign-in refuses

Params = Mapping[str, str | Sequence[str]]  # a sequence: the parameter is repeated, all must hold
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Server:
    """What is to be known of a server; the pipeline fills it from the settings."""

    base_url: str
    ca_file: str | None = None
    client_cert_file: str | None = None
    client_key_file: str | None = None
    proxy: Proxy | None = None
    patience_s: float = 90.0
    also_under: tuple[str, ...] = ()
    also_known_as: tuple[str, ...] = ()  # how it names itself in references; nothing is ever sent there
    auth: Auth = field(default_factory=Auth)
    deadline_s: float = 120.0  # one answer, from its first to its last byte
    idle_s: float = 30.0  # between two bytes
    max_bytes: int = 128 << 20  # one answer, packed or not
    least_bytes_s: float = 200.0  # of a body, over each stretch: less is a drip, which the idle time never ends
    stretch_s: float = 20.0
    max_connections: int = 4
    max_requests_per_s: float | None = None
    files_from: tuple[str, ...] = ()  # other origins from which files of an export may be fetched, without a sign-in
    file_s: float = 6 * 3600.0  # one file of an export
    file_bytes: int = 8 << 30


@dataclass(frozen=True, slots=True)
class Call:
    """One thing to ask; `about` names the type on whose patience it draws."""

    method: str
    url: str
    about: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    harmless: bool = True  # asking twice does no harm
    once: bool = False  # the caller waits by himself
    signed: bool = True  # the sign-in goes along, to the server's own addresses
    drain: Callable[[Iterator[bytes]], None] | None = None  # a file: its bytes are not held


class Client:
    """Asks one server, with as many threads as the caller has; one client is one run."""

    def __init__(
        self,
        server: Server,
        *,
        stop: threading.Event | None = None,
        signing: SignIn | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.server = server
        self.home = Home.of(server.base_url, server.also_under)
        self._files = tuple(Home.of(origin) for origin in server.files_from)
        line = checked(Line(server.ca_file, server.client_cert_file, server.client_key_file, server.proxy))
        self._stop = stop or threading.Event()
        self._sleep, self._clock = sleep or self._stop.wait, clock
        turns = Turns(server.max_connections, server.max_requests_per_s, clock, self._rest)
        self._exchange = Exchange(line, self._stop, turns)
        self.signing = signing or sign_in(server.auth, self.home.base, self._outside, clock)
        self._waiting = Waiting(clock, self._wait, chance)
        self._budgets: dict[str, Budget] = {}
        self._circuits: dict[tuple[str, bool], Circuit] = {}
        self._silent = False  # somebody's patience ran out on a server that gave no answer
        self._lock = threading.Lock()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._exchange.close()

    @property
    def names(self) -> tuple[str, ...]:
        """The addresses by which this server may name its own resources."""
        return self.home.base, *self.server.also_known_as

    @property
    def traffic(self) -> Traffic:
        """What went over the wire so far."""
        return self._exchange.traffic

    def budget(self, about: str) -> Budget:
        """Return what is left of this run's patience for a type."""
        with self._lock:
            return self._budgets.setdefault(about, Budget(self.server.patience_s))

    def address(self, path: str = "", params: Params | None = None) -> str:
        """Return an address under the base."""
        url = f"{self.home.base}/{path}" if path else self.home.base
        return f"{url}?{query(params)}" if params else url

    def get(self, url: str, about: str, take: Callable[[Answer], T], *, fresh: bool = False) -> T:
        """Read from an address; `fresh` asks the server not to answer from its memory."""
        return self.send(Call("GET", url, about, {"Cache-Control": "no-cache"} if fresh else {}), take)

    def send(self, call: Call, take: Callable[[Answer], T]) -> T:
        """Ask until it goes well, and return what `take` makes of the answer; raise Temporary or Permanent.

        Once a server has given no answer for as long as patience lasts, each further question is asked once only,
        until one is answered: ten more types do not wait as long again for a server that is gone. An endpoint where
        one question after the other fails is left alone for a while; the others go on.
        """
        url = self.beside(call.url, self.home.base) if call.drain else self.home.resolve(call.url, self.home.base)
        call = replace(call, url=url, headers={"Accept": FHIR_JSON, "Accept-Encoding": "gzip"} | dict(call.headers))
        budget, circuit = self.budget(call.about), self._circuit(call)
        circuit.enter(place(url), self._clock())
        try:
            took = persist(
                lambda: take(self._once(call, budget)),
                budget,
                self._waiting,
                harmless=call.harmless,
                once=self._silent or call.once,
            )
        except Trouble as trouble:
            circuit.note(trouble, self._clock())
            none = isinstance(trouble, Unreachable | TimedOut)
            self._silent = none and (call.harmless or self._silent)  # a write is not waited for
            raise
        self._silent = False
        circuit.note(None, self._clock())
        return took

    def _circuit(self, call: Call) -> Circuit:
        """Return the circuit of an endpoint: a type may be read well and not be written, or the other way round."""
        with self._lock:
            return self._circuits.setdefault((call.about, call.harmless), Circuit())

    def beside(self, link: str, against: str) -> str:
        """Return the whole address of a file of an export: the server's own, or one of an origin in the settings."""
        for files in self._files:
            with suppress(LinkRefused):
                return files.resolve(link, against)
        return self.home.resolve(link, against)

    def rest(self, seconds: float) -> None:
        """Wait because the server asks for it, and a little longer, lest all that wait come back at once."""
        self._rest(seconds + self._waiting.chance())

    def _once(self, call: Call, budget: Budget) -> Answer:
        header = self._sign_in(call)
        self._allowed(call)
        answer = self._ask(call, header, budget)
        if answer.status == 401 and header and self.signing.renew(header):
            answer = self._ask(call, self._sign_in(call), budget)
        if answer.status in REDIRECTS:
            moved = replace(call, url=self._moved(call, answer))
            answer = self._ask(moved, self._sign_in(moved), budget)
        return self._good(answer)

    def _sign_in(self, call: Call) -> str | None:
        """What we sign in by: it goes to the server's own addresses, and to no file that is to be had without."""
        return self.signing.header() if call.signed and self.home.owns(call.url) else None

    def _ask(self, call: Call, authorization: str | None, budget: Budget) -> Answer:
        headers = dict(call.headers) | ({"Authorization": authorization} if authorization else {})
        question = Question(call.method, call.url, headers, call.body, call.drain)
        limits = self._limits(budget.one_try)
        if call.drain:
            measure = replace(limits.measure, max_bytes=self.server.file_bytes)
            limits = replace(limits, seconds=self.server.file_s, measure=measure)
        return self._exchange.ask(question, limits)

    def _allowed(self, call: Call) -> None:
        need = _need(call)
        lacks = self.signing.lacks(need) if need else None
        if lacks:
            raise Refused(
                place(call.url), lacks, "Ask IT to grant the adapter this scope; [fhir.auth] scope names more."
            )

    def _limits(self, seconds: float) -> Limits:
        idle = min(self.server.idle_s, LEAST_TRY) if self._silent else self.server.idle_s
        measure = Measure(self.server.max_bytes, self.server.least_bytes_s, self.server.stretch_s)
        return Limits(min(self.server.deadline_s, seconds), idle, measure)

    def _good(self, answer: Answer) -> Answer:
        if 200 <= answer.status < 300:
            return answer
        if answer.status in REDIRECTS:
            raise self._astray(answer.url, "answers with a redirect")
        wait = retry_after(answer.headers, datetime.now(UTC))
        raise of_status(answer.status, place(answer.url), issues_in(answer.body), wait)

    def _moved(self, call: Call, answer: Answer) -> str:
        if call.method != "GET":
            raise self._astray(call.url, "sends a request with a body elsewhere")
        where = answer.headers.get("Location")
        return self.beside(where or "", call.url) if call.drain else self.home.resolve(where, call.url)

    def _astray(self, url: str, what: str) -> LinkRefused:
        return LinkRefused(place(url), f"the server {what}, which is not followed",
                           "Set [fhir] base_url to the address that answers without a redirect.")  # fmt: skip

    def _outside(self, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None = None) -> Answer:
        """Ask an endpoint of the sign-in, which may be another server: with its own headers only; it may say no."""
        method, body = ("GET", None) if form is None else ("POST", encode_form(form))
        packed = {"Accept-Encoding": "gzip"} | ({} if form is None else {"Content-Type": FORM})
        question = Question(method, url, packed | dict(headers), body)
        answer = self._exchange.ask(question, self._limits(self.server.idle_s))
        return answer if answer.status in NO else self._good(answer)

    def _wait(self, seconds: float) -> None:
        self.traffic.add(repeated=1)
        self._rest(seconds)

    def _rest(self, seconds: float) -> None:
        self.traffic.add(waited_s=seconds)
        self._sleep(seconds)


def _need(call: Call) -> Need | None:
    """Return what has to be granted for a call; what is about no type, or the server itself, needs nothing."""
    if call.about == "CapabilityStatement" or not re.fullmatch("[A-Z][A-Za-z]+", call.about):
        return None
    if not call.harmless:
        return Need(call.about, {"PUT": "u", "DELETE": "d"}.get(call.method, "c"))
    by_id = call.method == "GET" and f"/{call.about}/" in call.url.partition("?")[0]
    return Need(call.about, "r" if by_id else "s")


def query(params: Params) -> str:
    """Return parameters as they stand in an address or a form; what FHIR itself uses stays readable."""
    return urlencode(params, doseq=True, quote_via=quote, safe=",:/$")
