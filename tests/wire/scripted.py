"""A server that says what the script says, byte by byte: for faults only, never as proof of how servers behave."""

import gzip
import json
import socket
import socketserver
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

BASE = "/fhir"


PACKING = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "bare deflate": lambda body: zlib.compress(body)[2:-4],  # without the frame that HTTP wants around it
}


@dataclass
class Asked:
    """A request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    """What goes back, and how it goes wrong."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    framing: str = "length"  # or chunked, close
    zipped: bool = False
    packed: str | None = None  # a Content-Encoding: gzip, deflate, or "bare deflate" as some servers send it
    cut: int | None = None  # bytes of the body after which the line is dead
    length: int | None = None  # a Content-Length that lies
    drip: float = 0  # seconds before each byte of the body
    drip_head: float = 0
    stall: float = 0  # seconds before the first byte
    reset: bool = False
    flow: Iterator[bytes] = ()  # a further part of the body that nobody holds whole; it ends with the connection

    def sent(self) -> tuple[bytes, bytes]:
        packed = "gzip" if self.zipped else self.packed
        body = PACKING[packed](self.body) if packed else self.body
        headers = {"Content-Type": "application/fhir+json", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"} | self.headers
        if packed:
            headers["Content-Encoding"] = packed.removeprefix("bare ")
        if self.framing == "length":
            headers["Content-Length"] = str(len(body) if self.length is None else self.length)
        elif self.framing == "chunked":
            headers["Transfer-Encoding"] = "chunked"
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
        else:
            headers["Connection"] = "close"
        head = [f"HTTP/1.1 {self.status} Said", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*head, "", ""]).encode("latin-1"), body[: self.cut]


class _Talk(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        while line := self.rfile.readline():
            method, target, _ = line.decode("latin-1").split(" ")
            headers = {}
            while (line := self.rfile.readline().strip()) != b"":
                name, _, value = line.decode("latin-1").partition(":")
                headers[name.lower()] = value.strip()
            asked = Asked(method, target, headers, self.rfile.read(int(headers.get("content-length", 0))))
            reply = self.server.scripted.next(asked)
            if not self.say(reply):
                return

    def say(self, reply: Reply) -> bool:
        time.sleep(reply.stall)
        if reply.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return False
        head, body = reply.sent()
        try:
            self.drip(head, reply.drip_head)
            self.drip(body, reply.drip)
            for piece in reply.flow:
                self.wfile.write(piece)
        except OSError:
            return False
        return reply.cut is None and reply.framing != "close" and reply.length is None

    def drip(self, text: bytes, pause: float):
        if not pause:
            self.wfile.write(text)
            return
        for byte in text:
            time.sleep(pause)
            self.wfile.write(bytes([byte]))


class _Quiet(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        """A client that goes away is what half of these tests are about."""


class Scripted:
    """The server: `say` the replies in their order, or set `answer` to a function of the request."""

    def __init__(self, tls=None):
        self.asked: list[Asked] = []
        self.replies: list[Reply] = []
        self.answer: Callable[[Asked], Reply] | None = None
        self.http = _Quiet(("127.0.0.1", 0), _Talk)
        self.http.scripted = self
        if tls:
            self.http.socket = tls.wrap_socket(self.http.socket, server_side=True)
        self.port = self.http.server_address[1]
        self.origin = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        self.base = self.origin + BASE
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    def say(self, *replies: Reply) -> None:
        self.replies += replies

    def next(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        if self.answer:
            return self.answer(asked)
        return self.replies.pop(0) if self.replies else Reply(418, b"the script has ended")

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()


class Timepiece:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.now, self.slept = 1000.0, []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def resource(number: int, kind: str = "Observation", **more) -> dict:
    return {"resourceType": kind, "id": f"{kind[0].lower()}{number}", **more}


def bundle(*resources: dict, next_link: object = None, **more) -> bytes:
    links = [] if next_link is None else [{"relation": "next", "url": next_link}]
    entries = [{"resource": one, "search": {"mode": "match"}} for one in resources]
    page = {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries, **more}
    return json.dumps(page).encode()


def outcome(severity="error", code="processing", diagnostics="no") -> dict:
    issue = {"severity": severity, "code": code, "diagnostics": diagnostics}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def page(*numbers: int, next_link: object = None, **reply) -> Reply:
    return Reply(body=bundle(*map(resource, numbers), next_link=next_link), **reply)
