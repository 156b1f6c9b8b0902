"""An export is read in as much memory as its patients need, however large it is."""

import json
import os
import subprocess
import sys
import time

import pytest

from tests.bulk.ward import START, Ward, instant, person, result, stranger
from tests.wire.scripted import Reply

MIB = 1 << 20
OF_US = 50  # patients with lupus, and one other Observation in so many is about them


class Flood(Ward):
    """A ward whose Observations are made as they are sent: files of a size that nobody could hold."""

    def __init__(self, size, per_file):
        super().__init__([one for number in range(OF_US) for one in person(number)] + stranger(9999))
        self.line, self.number = result(0, 0), size // per_file
        filler = {"text": {"status": "generated", "div": "<div>" + "x" * 300 + "</div>"}}
        meta = {"meta": {"versionId": "1", "lastUpdated": instant(START)}}
        self.lines = [json.dumps(self.about(n) | filler | meta).encode() + b"\n" for n in range(1000)]
        self.times = per_file // sum(map(len, self.lines)) + 1
        self.manifest = self.flooded

    @staticmethod
    def about(number):
        patient = number % OF_US if number % 50 == 0 else f"x{number}"
        name = {"id": f"flood-{number}-NNNNNNNN", "subject": {"reference": f"Patient/p{patient}"}}
        return result(0, number % 20) | name

    def flooded(self, said):
        count = self.times * len(self.lines)
        more = [
            {"type": "Observation", "url": f"{self.base}/file/flood/{n}", "count": count} for n in range(self.number)
        ]
        return {**said, "output": [*said["output"], *more]}

    def due(self, asked):
        if "/file/flood/" in asked.target:
            return Reply(framing="close", flow=self.poured(int(asked.target.rpartition("/")[2])))
        return super().due(asked)

    def poured(self, file):
        for turn in range(self.times):
            yield b"".join(self.lines).replace(b"NNNNNNNN", b"%08d" % (file * self.times + turn))

    @property
    def bytes(self):
        return self.number * self.times * sum(map(len, self.lines))


def peak(tmp_path, size, per_file):
    """Read an export in a process of its own; return its bytes, its peak in MiB and its CPU seconds."""
    ward = Flood(size, per_file)
    command = [sys.executable, "-m", "tests.bulk.big", ward.base, str(tmp_path)]
    tmp_path.mkdir()
    try:
        before = os.times()
        ran = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        after = os.times()
    finally:
        ward.close()
    assert ran.returncode == 0, ran.stderr
    population, kib = map(int, ran.stdout.split())
    assert population == OF_US
    return (
        ward.bytes,
        kib / 1024,
        after.children_user + after.children_system - before.children_user - before.children_system,
    )


def test_18_memory_does_not_grow_with_the_size_of_an_export(tmp_path):
    """Fault 18: what is not kept is never held, and what is kept is what the patients have."""
    small, large = peak(tmp_path / "small", 2 * MIB, MIB), peak(tmp_path / "large", 32 * MIB, 8 * MIB)
    assert large[0] > 10 * small[0] and large[1] < small[1] + 24, (small, large)


@pytest.mark.slow
@pytest.mark.long
def test_a_gibibyte_is_read_in_less_than_512_mib(tmp_path, capsys):
    began = time.monotonic()
    size, most, cpu = peak(tmp_path / "gibibyte", 1024 * MIB, 128 * MIB)
    seconds = time.monotonic() - began
    said = f"{size / MIB:.0f} MiB of NDJSON in one export: peak {most:.0f} MiB, {cpu:.0f} CPU s, {seconds:.0f} s"
    with capsys.disabled():
        sys.stderr.write(f"\n{said}\n")
    assert size >= 1024 * MIB and most < 512
