"""What several commands take, and how the values of options are read."""

from __future__ import annotations

import argparse
import re
from datetime import date
from pathlib import Path
from typing import NoReturn, TypeAlias

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


Commands: TypeAlias = "argparse._SubParsersAction[Parser]"  # noqa: SLF001 - it has no public name


def command_of(commands: Commands, name: str, says: str, example: str) -> Parser:
    """A command with its description and an example."""
    command = commands.add_parser(
        name,
        help=says,
        description=says[0].upper() + says[1:] + ".",
        epilog=f"example: {example}",
    )
    command.set_defaults(parser=command)
    return command


def judging(command: Parser, source: str) -> None:
    """What screening and explaining share."""
    command.add_argument("--source", metavar="FOLDER|URL", help=source)
    command.add_argument("--study", metavar="ID|PATH", help="the id of a study, or its folder")
    command.add_argument("--as-of", type=day_of, metavar="DATE", help="the index date, YYYY-MM-DD (default: today)")
    command.add_argument("--lang", choices=("en", "zh"), default="en", help="the language of the sentences")
    shared(command)


def summed_up(command: Parser) -> None:
    """What the commands with an account share."""
    command.add_argument(
        "--summary", action="store_true", help="the tables of criteria and of unmapped codes, also where no terminal is"
    )


def shared(command: Parser) -> None:
    """What changes how a study is read."""
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
    configured(command)


def configured(command: Parser) -> None:
    """Where the settings are."""
    command.add_argument("--config", type=Path, metavar="FILE", help="the settings (default: config/adapter.toml)")


def day_of(text: str) -> date:
    """A day of the calendar."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    # The windows of a study look back a century at most, and must stay in the calendar.
    if day is None or day.isoformat() != text or not 1900 <= day.year <= 2999:
        raise argparse.ArgumentTypeError(f'"{text}" is no date from 1900 to 2999, write YYYY-MM-DD')
    return day


def positive(text: str) -> int:
    """How many processes."""
    if not text.isdecimal() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f'"{text}" is no number from 1 to 256')
    return int(text)
