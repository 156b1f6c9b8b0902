"""The command trial-adapter: one command is one function."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version

from adapter import errors
from adapter.arguments import parse
from adapter.commands import judging, keeping, operating
from adapter.commands.deliveries import deliveries
from adapter.commands.export import export
from adapter.commands.user import user
from adapter.errors import AdapterError
from adapter.key import key


def main(argv: Sequence[str] | None = None) -> int:
    """Read the command line, run the command and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        asked = parse(f"trial-adapter {version('trial-adapter')}", argv)
        return _COMMANDS[asked.command](asked)
    except AdapterError as error:
        print(f"trial-adapter: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return errors.FINE


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "screen": judging.screen,
    "explain": judging.explain,
    "assure": judging.assure,
    "study": judging.study,
    "document": judging.document,
    "run": operating.run,
    "check": operating.check,
    "serve": operating.serve,
    "aside": operating.aside,
    "demo": operating.demo,
    "export": export,
    "key": key,
    "user": user,
    "audit": keeping.audit,
    "deliveries": deliveries,
    "backup": keeping.backup,
    "restore": keeping.restore,
    "erase": keeping.erase,
}
