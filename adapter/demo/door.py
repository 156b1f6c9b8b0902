"""The door of the sandbox hospital: HTTP/1.1 on the loopback address, packed for those who can unpack."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from adapter.demo.exchange import FHIR_JSON, Answer, Request, write_json

LOOPBACK = "127.0.0.1"
ROOT = "/fhir"
PACKED_FROM = 1024  # bytes; below that packing gains nothing
MAX_BODY = 64 << 20
IDLE_S = 60

Hospital = Callable[[Request], Answer]


class Visit(BaseHTTPRequestHandler):
    """One connection to the hospital, request after request."""

    server: Door
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes: a client would wait 40 ms for the second
    wbufsize = -1
    timeout = IDLE_S

    def visit(self) -> None:
        """Take a request up and answer it, unless somebody in front of the hospital does."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY or self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            self.send_error(413)
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(length))
        path, mark, query = self.path.partition("?")
        if not f"{path}/".startswith(f"{ROOT}/"):
            self.send(Answer(404))
            return
        target = f"{path.removeprefix(ROOT)}{mark}{query}"
        request = Request.of(self.server.base, self.command, target, headers, body)
        if not (self.server.front and self.server.front(self, request)):
            self.send(self.server.hospital(request))

    do_GET = do_POST = do_PUT = do_DELETE = visit  # noqa: N815 - the names that http.server looks for

    def send(self, answer: Answer) -> None:
        """Send an answer whole."""
        body = b"" if answer.body is None else write_json(answer.body)
        packed = len(body) >= PACKED_FROM and "gzip" in self.headers.get("Accept-Encoding", "")
        body = gzip.compress(body, 1, mtime=0) if packed else body
        headers = {"Vary": "Accept-Encoding", **answer.headers}
        headers |= {"Content-Encoding": "gzip"} if packed else {}
        headers |= {"Content-Type": FHIR_JSON} if body else {}
        headers |= {"Content-Length": str(len(body))} if answer.status != 204 else {}
        self.send_response(answer.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the hospital keeps its own log."""


# Somebody in front of the hospital, such as a test that spoils a few answers: True where it has answered itself, by
# `visit.send`, or by writing to `visit.wfile` whatever it likes.
Front = Callable[[Visit, Request], bool]


class Door(ThreadingHTTPServer):
    """Listens on the loopback address alone."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, hospital: Hospital, port: int, front: Front | None) -> None:
        super().__init__((LOOPBACK, port), Visit)
        self.hospital, self.front = hospital, front
        self.base = f"http://{LOOPBACK}:{self.server_address[1]}{ROOT}"


@contextmanager
def open_door(hospital: Hospital, port: int, front: Front | None) -> Iterator[str]:
    """Listen while the block lasts; give the base address. Port 0 is any free one."""
    with Door(hospital, port, front) as door:
        thread = threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield door.base
        finally:
            door.shutdown()
            thread.join()
