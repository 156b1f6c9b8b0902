"""Sockets with a deadline: whatever drips, hangs or never ends is cut off from outside.

A time-out of the socket counts anew with every byte, so it never ends a server that drips. Here a watch shuts the
connection down when the request's time is up, wherever it is: in the TLS handshake, in a header, in the body.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from requests import Response, Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from adapter.fhir.errors import Stopped
from adapter.fhir.wire.line import Line

TICK = 0.1  # how exact a deadline is

_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


class Deadline:
    """The time that one request may take in all; the connections it uses hang on it."""

    def __init__(self, watch: Watch, seconds: float) -> None:
        self._watch, self.ends = watch, time.monotonic() + seconds
        self.struck = False
        self._lock = threading.Lock()
        self._lifeline: socket.socket | None = None

    def __enter__(self) -> Deadline:
        self._token = _current.set(self)
        self._watch.add(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._watch.drop(self)
        _current.reset(self._token)
        with self._lock:
            self._let_go()

    def hold(self, lifeline: socket.socket | None) -> None:
        """Take a handle of our own on the connection: its owner may close his while the body still comes."""
        with self._lock:
            self._let_go()
            self._lifeline = lifeline and lifeline.dup()
            if self.struck:
                raise TimeoutError("the deadline has passed")

    def strike(self) -> None:
        """End the request: whoever reads from the connection finds its end."""
        with self._lock:
            self.struck = True
            if self._lifeline is not None:
                with suppress(OSError):  # it has ended by itself
                    self._lifeline.shutdown(socket.SHUT_RDWR)

    def _let_go(self) -> None:
        if self._lifeline is not None:
            self._lifeline.close()
            self._lifeline = None


class Watch:
    """One thread that strikes the requests whose time is up, and all of them when we are asked to stop."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop, self._closed = stop, threading.Event()
        self._lock = threading.Lock()
        self._running: set[Deadline] = set()
        self._thread: threading.Thread | None = None

    def add(self, deadline: Deadline) -> None:
        """Begin to watch a request."""
        if self._stop.is_set():
            raise Stopped("this run", "it was asked to stop", "The next run goes on where this one stopped.")
        with self._lock:
            self._running.add(deadline)
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, name="fhir-watch", daemon=True)
                self._thread.start()

    def drop(self, deadline: Deadline) -> None:
        """Watch a request no longer: it has ended."""
        with self._lock:
            self._running.discard(deadline)

    def close(self) -> None:
        """End the thread."""
        self._closed.set()

    def _look(self) -> None:
        while not self._closed.wait(TICK):
            now, stop = time.monotonic(), self._stop.is_set()
            with self._lock:
                late = [deadline for deadline in self._running if stop or deadline.ends <= now]
            for deadline in late:
                deadline.strike()


class _Watched(HTTPConnection):
    """A connection that a deadline can end. A second handle serves, because TLS takes the first one over."""

    _lifeline: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        self._let_go()
        self._lifeline = made.dup()
        self._hang()
        return made

    def request(self, *args: Any, **kwargs: Any) -> None:
        self._hang()
        super().request(*args, **kwargs)

    def close(self) -> None:
        super().close()
        self._let_go()

    def _hang(self) -> None:
        deadline = _current.get()
        if deadline is not None:
            deadline.hold(self._lifeline)

    def _let_go(self) -> None:
        if self._lifeline is not None:
            self._lifeline.close()
            self._lifeline = None


class _WatchedTls(_Watched, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTls


_POOLS = {"http": _Pool, "https": _TlsPool}


class _Transport(HTTPAdapter):
    def __init__(self, line: Line) -> None:
        self._line = line
        super().__init__(pool_connections=2, pool_maxsize=2)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def proxy_headers(self, proxy: str) -> dict[str, str]:  # noqa: ARG002 - requests' face
        """The proxy's password stands in no address, which an error might show."""
        return self._line.proxy.headers() if self._line.proxy else {}


class _Session(Session):
    def get_redirect_target(self, resp: Response) -> str | None:  # noqa: ARG002 - requests' face
        """Never follow by itself; even to look ahead, requests would read the body without measure."""
        return None


def open_session(line: Line) -> Session:
    """Return a session that takes nothing from the environment: no .netrc, no proxy, no other CA."""
    session = _Session()
    session.trust_env = False
    session.verify = line.ca_file or True
    session.cert = line.certificate
    session.proxies = {"https": line.proxy.url} if line.proxy else {}  # plain http is for this machine alone
    session.headers.clear()
    session.headers["User-Agent"] = "trial-adapter"
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Transport(line))
    return session
