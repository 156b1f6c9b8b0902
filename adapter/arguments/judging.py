"""The commands that judge and say it."""

from __future__ import annotations

from pathlib import Path

from adapter.arguments.options import SOURCE, Commands, command_of, day_of, judging, positive, shared, summed_up


def screen(commands: Commands) -> None:
    """What `screen` takes."""
    command = command_of(
        commands,
        "screen",
        "judge every patient of a source; one decision per line",
        "trial-adapter screen --source exports/ --study my-study --as-of 2026-03-16 --out decisions.ndjson",
    )
    judging(command, SOURCE)
    command.add_argument("--out", type=Path, metavar="FILE", help="where the decisions go (default: standard output)")
    only = "these patients only, with or without Patient/ (default: all of a folder, on a server the population)"
    command.add_argument("--patients", metavar="ID,ID", help=only)
    command.add_argument(
        "--workers", type=positive, default=1, metavar="N", help="spread the patients over N processes"
    )
    command.add_argument("--parameters", action="store_true", help="list the study's parameters and what each accepts")
    summed_up(command)


def explain(commands: Commands) -> None:
    """What `explain` takes."""
    command = command_of(
        commands,
        "explain",
        "one patient in words: each criterion, its answer, its evidence, what would settle it",
        "trial-adapter explain S-0001 --lang zh",
    )
    command.add_argument(
        "patient", metavar="PATIENT", help="an id, with or without Patient/; without --source also a screening number"
    )
    judging(command, f"{SOURCE} (default: the database; what was decided, with --as-of what was decided by that day)")
    command.add_argument("--json", action="store_true", help="the decision as one JSON object")


def assure(commands: Commands) -> None:
    """What `assure` takes."""
    command = command_of(
        commands, "assure", "run a study's own cases and show the differences", "trial-adapter assure my-study"
    )
    command.add_argument("study", metavar="STUDY", help="the id of a study, or its folder")
    shared(command)


def document(commands: Commands) -> None:
    """What `document` takes."""
    command = command_of(
        commands,
        "document",
        "a study in words, as Markdown: how each criterion is read, from what, and what is still open",
        "trial-adapter document my-study --lang zh > my-study.zh.md",
    )
    command.add_argument("study", metavar="STUDY", help="the id of a study, or its folder")
    command.add_argument("--lang", choices=("en", "zh"), default="en", help="the language of the sentences")
    shared(command)


def study(commands: Commands) -> None:
    """What `study` takes."""
    command = command_of(
        commands,
        "study",
        "who would move if another version of the study were taken live; nothing is recorded",
        "trial-adapter study diff studies/my-study-2",
    )
    command.add_argument("action", choices=("diff",), metavar="diff", help="judge everybody in the chart by both")
    command.add_argument("other", metavar="ID|PATH", help="the other study: an id, or its folder")
    command.add_argument("--as-of", type=day_of, metavar="DATE", help="the index date, YYYY-MM-DD (default: today)")
    shared(command)
