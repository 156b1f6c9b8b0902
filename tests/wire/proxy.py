"""A forward proxy that knows CONNECT alone, and where each name is to be found on this machine."""

import contextlib
import socket
import socketserver
import threading


class _Talk(socketserver.StreamRequestHandler):
    def handle(self):
        method, target, _ = self.rfile.readline().decode("latin-1").split(" ")
        headers = {}
        while (line := self.rfile.readline().strip()) != b"":
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        proxy = self.server.proxy
        proxy.asked.append((method, target, headers))
        if proxy.wants and headers.get("proxy-authorization") != proxy.wants:
            self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        elif method != "CONNECT" or target not in proxy.places:
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        else:
            with socket.create_connection(("127.0.0.1", proxy.places[target])) as there:
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=pump, args=(there, self.connection), daemon=True)
                back.start()
                pump(self.connection, there)
                back.join(5)


def pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while some := source.recv(65536):
            sink.sendall(some)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


class Proxy:
    """`places`: `host:port` as it is asked for, and the port of this machine that it leads to."""

    def __init__(self, places: dict[str, int], wants: str | None = None):
        self.places, self.wants, self.asked = places, wants, []
        self.tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Talk)
        self.tcp.daemon_threads = True
        self.tcp.proxy = self
        self.url = f"http://127.0.0.1:{self.tcp.server_address[1]}"
        threading.Thread(target=self.tcp.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self.tcp.shutdown()
        self.tcp.server_close()
