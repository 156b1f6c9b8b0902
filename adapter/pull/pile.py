"""What was read and is not yet in the chart: held in memory while it is little, else on the disk beside the database.

A type moves in one transaction with its watermark, however much of it there is, and no transaction waits for a server.
So what a first reading of a large population brings has to lie somewhere meanwhile.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from adapter.errors import SourceError
from adapter.facts.intake import Kept

IN_MEMORY = 20_000  # resources: some 50 MB


class Pile:
    """Takes resources one by one, and gives them in the same order as often as asked; it is gone with the process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._top: list[Kept] = []
        self._below: IO[bytes] | None = None
        self._blocks: list[int] = []  # where each block below begins

    def add(self, one: Kept) -> None:
        """Lay one on top; where the pile is high, what lies there goes to the disk."""
        self._top.append(one)
        if len(self._top) >= IN_MEMORY:
            self._lay_down()

    def __iter__(self) -> Iterator[Kept]:
        for start in self._blocks:
            yield from self._block(start)
        yield from self._top

    def _lay_down(self) -> None:
        try:
            if self._below is None:
                # Without a name: nobody else can open it, and nothing of it is left behind, whatever ends us.
                self._below = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - it lives as long as the pile
            self._blocks.append(self._below.seek(0, 2))
            pickle.dump(self._top, self._below, protocol=pickle.HIGHEST_PROTOCOL)
        except OSError as fault:
            raise SourceError(f"{self._folder}: {fault.strerror}. What is read lies there until it is in the database: "
                              "see to the disk; the next run reads it again.") from None  # fmt: skip
        self._top = []

    def _block(self, start: int) -> list[Kept]:
        assert self._below is not None
        self._below.seek(start)
        block: list[Kept] = pickle.load(self._below)  # noqa: S301 - our own words, in a file that nobody else can open
        return block
