"""A child process that reads one export into a new chart and prints its peak of memory in KiB.

python -m tests.bulk.big BASE FOLDER
"""

import resource
import sys
from pathlib import Path

from tests.bulk.conftest import Reader
from tests.bulk.ward import START


class There:
    """A ward that is another process."""

    def __init__(self, base):
        self.base, self.now = base, START


def main(base, folder):
    pulled = Reader(There(base), Path(folder)).run()
    assert pulled.troubles == {}, {kind: str(trouble) for kind, trouble in pulled.troubles.items()}
    sys.stdout.write(f"{len(pulled.population)} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
