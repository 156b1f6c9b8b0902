"""What a run over HAPI costs: `python tests/bench/bench_river_hapi.py`. Needs Java and Maven; takes some minutes.

The server holds the synthetic hospital: 25 patients with lupus whole, 40 others thinned. A first run, one on unchanged
data, and three where 1 %, 10 % and all of the resources of the population have changed, each in a process of its own:
seconds of the clock; requests and bytes as they came over the wire, packed; CPU-seconds (user and system) of the
adapter, its imports included, and of the server in the same time; the adapter's peak memory; what became of the
resources received. Between the runs the data is taken to have aged beyond the ten minutes that each run reads again.
"""

# ruff: noqa: T201 - a command for people

import contextlib
import json
import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.fhir_server import server  # noqa: E402
from tests.fhir_server.records import lupus, patient, synthea  # noqa: E402
from tests.river.hospital import AS_OF  # noqa: E402
from tests.river.on_server import OnHapi  # noqa: E402

SHARES = {"1 %": 100, "10 %": 10, "100 %": 1}  # every so manieth resource changes
COLUMNS = ("run", "seconds", "requests", "kB in", "CPU s", "server", "peak MB", "received", "stored", "unchanged")
TICKS = os.sysconf("SC_CLK_TCK")


class Relay:
    """Stands between adapter and server, and counts the bytes that the server sends."""

    def __init__(self, base_url: str) -> None:
        self.there = urlsplit(base_url)
        self.came = 0

    @contextlib.contextmanager
    def open(self) -> Iterator[str]:
        """Give the address at which the adapter finds the server."""
        with socket.create_server(("127.0.0.1", 0)) as door:
            threading.Thread(target=self._serve, args=(door,), daemon=True).start()
            yield f"http://127.0.0.1:{door.getsockname()[1]}{self.there.path}"

    def _serve(self, door: socket.socket) -> None:
        with contextlib.suppress(OSError):  # the door is closed
            while True:
                near, far = door.accept()[0], socket.create_connection((self.there.hostname, self.there.port))
                for one, other, counts in ((near, far, False), (far, near, True)):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    threading.Thread(target=self._pump, args=(one, other, counts), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, counts: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(1 << 16):
                self.came += len(piece) * counts
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)


def cpu_seconds(pid: int) -> float:
    """Return what a process has used so far, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def measured(river: OnHapi, relay: Relay, name: str) -> tuple[object, ...]:
    """Run once in a child and return a line of the table."""
    out = river.folder / "report.json"
    config, came, used_there, start = str(river.settings), relay.came, cpu_seconds(river.server.pid), time.monotonic()
    words = [sys.executable, "-m", "adapter", "run", "--json", "--config", config, "--as-of", AS_OF]
    if (child := os.fork()) == 0:
        os.dup2(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.execv(sys.executable, words)
    _, status, used = os.wait4(child, 0)
    seconds, there = time.monotonic() - start, cpu_seconds(river.server.pid) - used_there
    if code := os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{name}: the run ended with {code}\n{out.read_text(encoding='utf-8')}")
    report = json.loads(out.read_text(encoding="utf-8"))
    account = report["account"]["resources"].values()
    counts = (sum(line[word] for line in account) for word in ("received", "stored", "unchanged"))
    cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    return name, seconds, report["requests"], (relay.came - came) / 1000, cpu, there, peak, *counts


def change(river: OnHapi, name: str) -> int:
    """Change a share of the resources of the patients with lupus; return how many."""
    theirs = [one for one in synthea() if patient(one) in lupus() and one["resourceType"] != "Patient"]
    some = [one | {"note": [{"text": f"corrected, {name}"}]} for one in theirs[:: SHARES[name]]]
    if refused := river.client.put(some):
        raise SystemExit(f"refused: {refused}")
    return len(some)


def show(line: tuple[object, ...]) -> None:
    """Print one line of the table."""
    print("".join(f"{f'{one:.1f}' if isinstance(one, float) else one:>10}" for one in line), flush=True)


def main() -> None:
    """Load the server, and print one line for each of the runs."""
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as folder, server.running(Path(folder)) as running:
        river, start = OnHapi(Path(folder), running), time.monotonic()
        river.settled["patience_s = 1\n"] = "patience_s = 600\n"  # the machine may be busy
        river.client.load(synthea())
        seconds = time.monotonic() - start
        print(f"{len(synthea())} resources loaded in {seconds:.0f} s, {len(lupus())} patients with lupus", flush=True)
        relay = Relay(running.base_url)
        show(COLUMNS)
        with relay.open() as river.base, river.post.open():
            show(measured(river, relay, "first"))
            river.age()
            show(measured(river, relay, "unchanged"))
            changed = {}
            for name in SHARES:
                river.age()
                changed[name] = change(river, name)
                show(measured(river, relay, name))
        print(f"resources changed: {changed}; {len(river.ours())} ResearchSubjects, {len(river.post.mails)} mails")


if __name__ == "__main__":
    main()
