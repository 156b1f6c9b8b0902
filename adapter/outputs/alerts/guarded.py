"""A request to one address of the hospital's network and nowhere else: resolved once, looked at, and held on to.

No redirect is followed, nothing is taken from the environment, and whatever drips or hangs is cut off.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from threading import Timer
from urllib.parse import SplitResult, urlsplit

from adapter.outputs.alerts.news import MAY_HAVE_ARRIVED
from adapter.outputs.base import TryLater, WaitsForPerson
from adapter.settings import is_loopback

DEADLINE_S = 20
# Where machines in a cloud find their own credentials, besides the link-local addresses, which are refused as a whole.
METADATA = frozenset(map(ip_address, ("100.100.100.200", "192.0.0.192", "fd00:ec2::254")))
Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> Sequence[str]:
    """Every address of a host."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


@dataclass(frozen=True)
class Door:
    """One receiver, and the networks in which it may be: none named, the private ones."""

    url: str
    allow: tuple[str, ...] = ()
    ca_file: Path | None = None
    deadline_s: float = DEADLINE_S
    resolve: Resolve = resolve

    @property
    def where(self) -> str:
        """Scheme, host and port: path and query may hold what is nobody's business."""
        return f"{self._parts.scheme}://{self._parts.netloc}"

    def post(self, body: bytes, headers: Mapping[str, str]) -> int:
        """Send it, and return the status of the answer."""
        with self._line() as connection:
            try:
                connection.request("POST", self._target(), body, dict(headers))
                return connection.getresponse().status
            except (HTTPException, OSError) as fault:
                raise TryLater(f"{self.where}: no answer ({_said(fault)}). {MAY_HAVE_ARRIVED}") from None

    def knock(self) -> None:
        """Connect as safely as a message would, and send nothing."""
        with self._line():
            return

    @contextmanager
    def _line(self) -> Iterator[HTTPConnection]:
        host, port = str(self._parts.hostname), self._port
        address = self._pinned(host, port)
        connection = (HTTPSConnection if self._parts.scheme == "https" else HTTPConnection)(host, port)
        try:
            line = socket.create_connection((address, port), self.deadline_s)
        except OSError as fault:
            raise TryLater(f"{self.where}: {_said(fault)}. It is tried again in the next run.") from None
        lifeline = line.dup()
        cut = Timer(self.deadline_s, lambda: _shut(lifeline))  # a time-out of the socket begins anew with every byte
        cut.start()
        try:
            connection.sock = self._safe(line, host)
            yield connection
        finally:
            cut.cancel()
            connection.close()
            line.close()
            lifeline.close()

    def _safe(self, line: socket.socket, host: str) -> socket.socket:
        if self._parts.scheme != "https":
            return line
        try:
            return ssl.create_default_context(cafile=self.ca_file).wrap_socket(line, server_hostname=host)
        except ssl.SSLError as fault:
            why = fault.reason or type(fault).__name__
            raise WaitsForPerson(f"{self.where}: no safe connection ({why}). Check outputs.webhook.ca_file.") from None
        except OSError as fault:
            raise TryLater(f"{self.where}: {_said(fault)}. It is tried again in the next run.") from None

    def _pinned(self, host: str, port: int) -> str:
        """The address to connect to; every address of the name has to be one that is allowed."""
        try:
            found = self.resolve(host, port)
        except OSError:
            raise TryLater(f"{self.where}: this name is not known now. It is tried again in the next run.") from None
        for one in found:
            if not self._allows(_plain(one)):
                raise WaitsForPerson(
                    f"{self.where}: the name leads to {one}, where nothing may be sent. If that is the receiver, list "
                    "its network in outputs.webhook.allow."
                )
        return found[0]

    def _allows(self, address: Address) -> bool:
        if address.is_loopback or is_loopback(str(self._parts.hostname)):
            return address.is_loopback and is_loopback(str(self._parts.hostname))
        if address.is_link_local or address.is_multicast or address.is_unspecified or address in METADATA:
            return False
        return any(address in ip_network(one) for one in self.allow) if self.allow else address.is_private

    def _target(self) -> str:
        return (self._parts.path or "/") + (f"?{self._parts.query}" if self._parts.query else "")

    @property
    def _parts(self) -> SplitResult:
        return urlsplit(self.url)

    @property
    def _port(self) -> int:
        return self._parts.port or (443 if self._parts.scheme == "https" else 80)


def _plain(text: str) -> Address:
    """The address itself, of one that is wrapped into IPv6 as well."""
    address = ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _shut(line: socket.socket) -> None:
    with suppress(OSError):  # it has ended by itself
        line.shutdown(socket.SHUT_RDWR)


def _said(fault: Exception) -> str:
    return (fault.strerror if isinstance(fault, OSError) else None) or type(fault).__name__
