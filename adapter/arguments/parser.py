"""The parser of the whole command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from adapter.arguments import judging, keeping, operating
from adapter.arguments.deliveries import deliveries
from adapter.arguments.options import Parser


def parse(version: str, argv: Sequence[str] | None) -> argparse.Namespace:
    """Read a command line; an unknown option is refused by the command's own parser, which knows what is near."""
    asked, rest = parser(version).parse_known_args(argv)
    if rest:
        asked.parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return asked


def parser(version: str) -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    whole = Parser(
        prog="trial-adapter",
        description="Screen a hospital's patients for a trial: each criterion met, not met or unknown, and why.",
        epilog="example: trial-adapter screen --source exports/ --study my-study --out decisions.ndjson",
    )
    whole.add_argument("--version", action="version", version=version)
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    for add in (
        judging.screen, judging.explain, operating.aside, judging.assure, judging.study, judging.document,
        operating.run, operating.check, operating.serve, operating.demo, operating.export, operating.key,
        operating.user, keeping.audit, keeping.backup, keeping.restore, keeping.erase,
        deliveries,
    ):  # fmt: skip
        add(commands)
    return whole
