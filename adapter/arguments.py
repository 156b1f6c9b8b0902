"""The command line: which commands there are, and what each takes."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NoReturn

from adapter.errors import UsageError, did_you_mean

SOURCE = "a folder of *.ndjson, *.ndjson.gz and *.json files, or the address of a FHIR server"


class Parser(argparse.ArgumentParser):
    """A parser whose faults are one line and exit code 2."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the whole usage."""
        raise UsageError(f"{message}.{self._near(message)} See {self.prog} --help.")

    def _near(self, message: str) -> str:
        """The option or command that was meant, where one is near."""
        if found := re.match(r"argument COMMAND: invalid choice: '(.*?)' \(choose from (.*)\)", message):
            return did_you_mean(found[1], re.findall(r"[a-z]+", found[2]))
        if found := re.match(r"unrecognized arguments: (--[^ =]+)", message):
            return did_you_mean(found[1], self._option_string_actions)
        return ""


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
    _screen(commands)
    _explain(commands)
    _aside(commands)
    _assure(commands)
    _document(commands)
    _run(commands)
    _check(commands)
    _serve(commands)
    _demo(commands)
    _key(commands)
    return whole


def _demo(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(
        commands, "demo", "a sandbox hospital, one run over HTTP, and what it told", "trial-adapter demo --once"
    )
    command.add_argument(
        "--study", metavar="ID|PATH", help="whose cases are shown (default: the first that is shipped)"
    )
    command.add_argument("--folder", type=Path, default=Path("var"), metavar="FOLDER", help="where its database goes")
    command.add_argument("--once", action="store_true", help="end after the run")


def _key(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(
        commands, "key", "the key that a SMART sign-in is signed with, and what to register of it",
        "trial-adapter key new secrets/fhir-key.pem",
    )  # fmt: skip
    command.add_argument(
        "action", choices=("new", "show"), metavar="new|show", help="make one and show it, or show one: the public half"
    )
    command.add_argument("file", type=Path, metavar="FILE", help="PEM, JWK or JWKS; a new one is PEM, mode 0600")
    command.add_argument(
        "--kind", choices=("ec", "rsa"), default="ec", help="ec signs by ES384 (default), rsa by RS384"
    )
    command.add_argument("--key-id", metavar="ID", help="as [fhir.auth] key_id: which one of several, or its name")


def _run(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(
        commands,
        "run",
        "one full run: pull, judge, record, write back, alert",
        "trial-adapter run --config config/adapter.toml",
    )
    command.add_argument("--as-of", type=_day, metavar="DATE", help="the index date, YYYY-MM-DD (default: today)")
    command.add_argument("--dry-run", action="store_true", help="nothing leaves and no decision is recorded")
    command.add_argument("--full", action="store_true", help="read all anew; what is gone at the server leaves")
    accept = "what fell by more than a fifth at once did so in truth: let it go"
    command.add_argument("--accept-fall", action="store_true", help=accept)
    command.add_argument("--json", action="store_true", help="the run report on standard output")
    command.add_argument("--quiet", action="store_true", help="say nothing where all is fine: cron mails what is said")
    _summed_up(command)
    _shared(command)


def _check(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(
        commands,
        "check",
        "is this hospital ready? one line per finding, with what to do",
        "trial-adapter check --config config/adapter.toml",
    )
    command.add_argument("--json", action="store_true", help="all findings as one JSON object")
    _shared(command)


def _serve(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(
        commands,
        "serve",
        "the service: runs at the times set, and health at /healthz",
        "trial-adapter serve --config config/adapter.toml",
    )
    _configured(command)


def _screen(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(
        commands,
        "screen",
        "judge every patient of a source; one decision per line",
        "trial-adapter screen --source exports/ --study my-study --as-of 2026-03-16 --out decisions.ndjson",
    )
    _judging(command, SOURCE)
    command.add_argument("--out", type=Path, metavar="FILE", help="where the decisions go (default: standard output)")
    only = "these patients only, with or without Patient/ (default: all of a folder, on a server the population)"
    command.add_argument("--patients", metavar="ID,ID", help=only)
    command.add_argument(
        "--workers", type=_positive, default=1, metavar="N", help="spread the patients over N processes"
    )
    command.add_argument("--parameters", action="store_true", help="list the study's parameters and what each accepts")
    _summed_up(command)


def _explain(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(
        commands,
        "explain",
        "one patient in words: each criterion, its answer, its evidence, what would settle it",
        "trial-adapter explain S-0001 --lang zh",
    )
    command.add_argument(
        "patient", metavar="PATIENT", help="an id, with or without Patient/; without --source also a screening number"
    )
    _judging(command, f"{SOURCE} (default: the database; what was decided, with --as-of what was decided by that day)")
    command.add_argument("--json", action="store_true", help="the decision as one JSON object")


def _aside(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(
        commands,
        "aside",
        "mark one fact of a patient as not to be used, or list what is marked",
        'trial-adapter aside S-0001 --fact Observation/o7 --reason "haemolysed" --author "Dr Wang" --until 2026-06-30',
    )
    command.add_argument("patient", metavar="PATIENT", help="an id, with or without Patient/, or a screening number")
    command.add_argument(
        "--fact", metavar="RESOURCE", help="the resource, as explain names it (default: list what is marked)"
    )
    command.add_argument("--item", metavar="ITEM", help="which part of it, where it has several")
    command.add_argument("--reason", metavar="TEXT", help="why; people will read it")
    command.add_argument("--author", metavar="NAME", help="who says so")
    command.add_argument("--until", type=_day, metavar="DATE", help="the last day on which it holds (default: no end)")
    command.add_argument("--lift", action="store_true", help="give it back: it is used again from the next run on")
    command.add_argument("--lang", choices=("en", "zh"), default="en", help="the language of the sentences")
    _shared(command)


def _assure(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(
        commands, "assure", "run a study's own cases and show the differences", "trial-adapter assure my-study"
    )
    command.add_argument("study", metavar="STUDY", help="the id of a study, or its folder")
    _shared(command)


def _document(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(
        commands,
        "document",
        "a study in words, as Markdown: how each criterion is read, from what, and what is still open",
        "trial-adapter document my-study --lang zh > my-study.zh.md",
    )
    command.add_argument("study", metavar="STUDY", help="the id of a study, or its folder")
    command.add_argument("--lang", choices=("en", "zh"), default="en", help="the language of the sentences")
    _shared(command)


def _command(commands: argparse._SubParsersAction[Parser], name: str, says: str, example: str) -> Parser:
    command = commands.add_parser(
        name,
        help=says,
        description=says[0].upper() + says[1:] + ".",
        epilog=f"example: {example}",
    )
    command.set_defaults(parser=command)
    return command


def _judging(command: Parser, source: str) -> None:
    """What screening and explaining share."""
    command.add_argument("--source", metavar="FOLDER|URL", help=source)
    command.add_argument("--study", metavar="ID|PATH", help="the id of a study, or its folder")
    command.add_argument("--as-of", type=_day, metavar="DATE", help="the index date, YYYY-MM-DD (default: today)")
    command.add_argument("--lang", choices=("en", "zh"), default="en", help="the language of the sentences")
    _shared(command)


def _summed_up(command: Parser) -> None:
    command.add_argument(
        "--summary", action="store_true", help="the tables of criteria and of unmapped codes, also where no terminal is"
    )


def _shared(command: Parser) -> None:
    command.add_argument(
        "--hospital", metavar="NAME|PATH", help="the hospital's own codes: a folder of mappings/hospitals/, or any"
    )
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PARAMETER=VALUE",
        help="another reading of the protocol; screen --parameters lists them",
    )
    _configured(command)


def _configured(command: Parser) -> None:
    command.add_argument("--config", type=Path, metavar="FILE", help="the settings (default: config/adapter.toml)")


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    # The windows of a study look back a century at most, and must stay in the calendar.
    if day is None or day.isoformat() != text or not 1900 <= day.year <= 2999:
        raise argparse.ArgumentTypeError(f'"{text}" is no date from 1900 to 2999, write YYYY-MM-DD')
    return day


def _positive(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f'"{text}" is no number from 1 to 256')
    return int(text)
