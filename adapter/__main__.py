"""The command, as `python -m adapter` and as `trial-adapter`."""

import sys

from adapter import errors


def start() -> int:
    """Run the command; Ctrl-C, even while the program is still loading, is one line."""
    try:
        from adapter.cli import main  # loading takes half a second

        return main()
    except KeyboardInterrupt:
        sys.stderr.write("trial-adapter: interrupted. Nothing is recorded by halves; run it again.\n")
        return errors.INTERRUPTED


if __name__ == "__main__":
    sys.exit(start())
