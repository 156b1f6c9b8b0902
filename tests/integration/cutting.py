"""A door in front of a server that ends its answer to some writes after any number of bytes."""

import http.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

Cut = Callable[[int], int | None]  # of an answer so many bytes long, after how many it ends; None: it does not
NOT_HANDED_ON = {"connection", "transfer-encoding", "content-length", "keep-alive"}


class _Visit(BaseHTTPRequestHandler):
    """One connection: each request is handed on, with the name under which this door is known."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def visit(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        behind = http.client.HTTPConnection(*self.server.behind, timeout=60)
        behind.request(self.command, self.path, body or None, dict(self.headers.items()))
        answer = behind.getresponse()
        whole = self._whole(answer, answer.read())
        behind.close()
        subject = self.command in {"POST", "PUT"} and "/ResearchSubject" in self.path and "_search" not in self.path
        end = self.server.cut(len(whole)) if subject else None
        self.wfile.write(whole[:end])
        self.close_connection = end is not None

    do_GET = do_POST = do_PUT = visit  # noqa: N815 - the names that http.server looks for

    def _whole(self, answer, body):
        lines = [f"HTTP/1.1 {answer.status} {answer.reason}"]
        lines += [f"{name}: {value}" for name, value in answer.getheaders() if name.lower() not in NOT_HANDED_ON]
        return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode("latin-1") + body

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def cutting(base_url: str, cut: Cut) -> Iterator[str]:
    """Open a door to a server; give the address under which the server is found there."""
    parts = urlsplit(base_url)
    door = ThreadingHTTPServer(("127.0.0.1", 0), _Visit)
    door.daemon_threads, door.behind, door.cut = True, (parts.hostname, parts.port), cut
    Thread(target=door.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{door.server_address[1]}{parts.path}"
    finally:
        door.shutdown()
        door.server_close()
